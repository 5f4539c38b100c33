-- Pictures of a brand: who may bring them, whose they are, how many there are, and which drafts may name them.
begin;
\ir ../fixtures/members.sql
select plan(23);

create temp table people as select
  pg_temp.member('partner1', 'admin') as ada, pg_temp.member('partner1', 'client') as client,
  pg_temp.member('partner1', 'admin') as narrowed, pg_temp.member('partner1', 'client') as widened,
  pg_temp.member('partner-seo', 'admin') as stranger, pg_temp.member('paused-partner', 'admin') as paused,
  pg_temp.member('partner1', 'admin') as removed, pg_temp.member('partner1', 'admin') as revoked;
update profiles set tenant_permissions = '{"branding": false}' where id = (select (narrowed ->> 'sub')::uuid from people);
update profiles set tenant_permissions = '{"branding": true}' where id = (select (widened ->> 'sub')::uuid from people);
update profiles set status = 'removed' where id = (select (removed ->> 'sub')::uuid from people);
update sessions set revoked_at = now() where id = (select (revoked ->> 'session_id')::uuid from people);

create function pg_temp.add(letter text, slot text default 'logo') returns text language sql as $$
  select format('select add_brand_image(%L, %L, 320, 80, 1000)', repeat(letter, 64), slot)
$$;
create function pg_temp.brand(letter text, width integer default 320) returns text language sql as $$
  select jsonb_build_object('images', jsonb_build_object('logo', jsonb_build_object('hash', repeat(letter, 64), 'width', width, 'height', 80)))::text
$$;

-- Who may.
select is(pg_temp.ask_as(claims, pg_temp.add('a')), said, 'a picture is refused from ' || who)
from people, lateral (values
  ('a client', client, 'PT403: permission_denied'), ('an admin without the permission', narrowed, 'PT403: permission_denied'),
  ('a member of a suspended tenant', paused, 'PT401: session_ended'), ('a removed member', removed, 'PT401: session_ended'),
  ('a revoked session', revoked, 'PT401: session_ended')
) as other (who, claims, said);
select is((select count(*) from brand_images), 0::bigint, 'nothing of that was noted');
select is(pg_temp.ask_as(ada, pg_temp.add('a')), '{"removed": []}', 'an admin may') from people;
select is(pg_temp.ask_as(widened, pg_temp.add('a', 'logoDark')), '{"removed": []}', 'a client with the permission may, the same one again') from people;
select is((select array_agg(tenant_id || ' ' || slot) from brand_images), '{"partner1 logoDark"}', 'it is noted once, for its tenant');
select is((select details from audit_log where action = 'brand_image.uploaded' and tenant_id = 'partner1' order by created_at, id limit 1) ->> 'hash',
  repeat('a', 64), 'the log says so');
select is(pg_temp.ask_as(ada, call), 'PT422: validation_failed', call || ' is no picture')
from people, (values
  (format('select add_brand_image(%L, %L, 320, 80, 1000)', 'A', 'logo')),
  (format('select add_brand_image(%L, %L, 320, 80, 1000)', repeat('b', 64), 'banner')),
  (format('select add_brand_image(%L, %L, 4096, 80, 1000)', repeat('b', 64), 'logo')),
  (format('select add_brand_image(%L, %L, null, 80, 1000)', repeat('b', 64), 'logo'))
) as bad (call);

-- Drafts.
select is(pg_temp.ask_as(ada, format('select save_brand_draft(%L, 0, 1)', pg_temp.brand('b'))), 'PT422: validation_failed', 'what was not uploaded is not named') from people;
select is(pg_temp.ask_as(ada, format('select save_brand_draft(%L, 0, 1)', pg_temp.brand('a', 321))), 'PT422: validation_failed', 'nor in another size') from people;
select is(pg_temp.ask_as(stranger, format('select save_brand_draft(%L, 0, 1)', pg_temp.brand('a'))), 'PT422: validation_failed', 'nor by another tenant') from people;
select is(pg_temp.ask_as(ada, format('select save_brand_draft(%L, 0, 1)', pg_temp.brand('a'))), '{"revision": 1}', 'what was uploaded is') from people;

-- The bound.
insert into brand_images (tenant_id, hash, slot, width, height, bytes, created_at)
select 'partner1', lpad(to_hex(n), 64, '0'), 'logo', 320, 80, 1000, now() - make_interval(days => 1, secs => n) from generate_series(1, 199) as n;
select is(pg_temp.ask_as(ada, pg_temp.add('c')), format('{"removed": ["%s"]}', lpad(to_hex(199), 64, '0')), 'the oldest that nobody names makes room') from people;
select is((select count(*) from brand_images where tenant_id = 'partner1'), 200::bigint, 'there are two hundred');
select is((select count(*) from brand_images where hash = repeat('a', 64)), 1::bigint, 'what the draft names stays');
insert into brand_versions (tenant_id, number, config)
select 'partner1', row_number() over (), jsonb_build_object('images', jsonb_build_object('logo', jsonb_build_object('hash', hash, 'width', width, 'height', height)))
from brand_images where tenant_id = 'partner1';
select is(pg_temp.ask_as(ada, pg_temp.add('d')), 'PT409: too_many_images', 'where all are in use, there is no room') from people;
select is((select count(*) from brand_images where hash = repeat('d', 64)), 0::bigint, 'and it is not noted');

select * from finish();
rollback;
