-- The matrix: every table, every action, everybody who must not. Twice: with the grants as they are, and with every
-- grant and a permissive policy for everything added, so that what remains is the restrictive policy alone. Whatever a
-- later migration allows by mistake, the second half must still hold.
begin;
\ir ../fixtures/members.sql
select plan(1859);

-- A row of everything on two tenants, and on one that is suspended.
create function pg_temp.furnish(tenant text, owner jsonb) returns void language sql as $$
  insert into tenant_oauth_clients (tenant_id, hostname, provider, client_id, sealed_secret)
  select tenant, domain, 'github', 'client-of-' || tenant, jsonb_build_object('protected',
    'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZjEifQ', 'iv', 'aXY', 'ciphertext', 'Yw', 'tag', 'dA', 'aad', 'YQ')
  from tenants where tenant_id = tenant;
  insert into invitations (tenant_id, email) values (tenant, 'guest@' || tenant || '.test');
  insert into mails (tenant_id, invitation_id, recipient) select tenant, id, email from invitations where tenant_id = tenant limit 1;
  insert into audit_log (tenant_id, action) values (tenant, 'test.furnished');
  insert into sign_in_flows (state_hash, tenant_id, hostname, provider, code_verifier, nonce, browser_hash, next_path, address_hash)
  select repeat('s', 32) || tenant, tenant, domain, 'github', repeat('v', 43), repeat('n', 16), repeat('b', 32), '/', repeat('a', 16)
  from tenants where tenant_id = tenant;
  insert into tenant_usage (tenant_id, usage_type, period_start) values (tenant, 'ai_calls', '2020-01-01');
  insert into brand_drafts (tenant_id, config, revision, based_on) values (tenant, '{}', 1, 1);
  insert into brand_images (tenant_id, hash, slot, width, height, bytes) values (tenant, repeat('a', 64), 'logo', 1, 1, 1);
  insert into brand_versions (tenant_id, number, config) values (tenant, 1, '{}');
$$;

create temp table actors (name text primary key, claims jsonb not null, sees boolean not null default false);
insert into actors values ('own', pg_temp.member('partner1', 'admin'), true);
insert into actors values ('other tenant''s admin', pg_temp.member('partner-seo', 'admin'));
insert into actors values ('super admin of the primary', pg_temp.member('cozyartzmedia', 'super_admin'));
select pg_temp.furnish('partner1', (select claims from actors where name = 'own'));
select pg_temp.furnish('partner-seo', (select claims from actors where name like 'other%'));
select pg_temp.furnish('paused-partner', null);

-- Those whom the heart gives no tenant: nothing at all is theirs.
create temp table strangers (name text primary key, claims jsonb not null);
insert into strangers values ('member of a suspended tenant', pg_temp.member('paused-partner', 'admin'));
insert into strangers select name, pg_temp.member('partner1', 'admin')
from unnest(array['suspended member', 'removed member', 'revoked session', 'idle session', 'old session']) as name;
update profiles set status = 'suspended' where id = (select (claims ->> 'sub')::uuid from strangers where name = 'suspended member');
update profiles set status = 'removed' where id = (select (claims ->> 'sub')::uuid from strangers where name = 'removed member');
update sessions set revoked_at = now() where id = (select (claims ->> 'session_id')::uuid from strangers where name = 'revoked session');
update sessions set idle_expires_at = now() where id = (select (claims ->> 'session_id')::uuid from strangers where name = 'idle session');
update sessions set idle_expires_at = now() - interval '1 s', absolute_expires_at = now() - interval '1 s'
  where id = (select (claims ->> 'session_id')::uuid from strangers where name = 'old session');
insert into strangers
select 'token without tenant', claims - 'tenant_id' from actors where name = 'own'
union all select 'token without session', claims - 'session_id' from actors where name = 'own'
union all select 'token without member', claims - 'sub' from actors where name = 'own'
union all select 'token of another role', claims || '{"role": "sign_in"}' from actors where name = 'own'
union all select 'tenant that is not the member''s', other.claims || '{"tenant_id": "partner1"}' from actors other where name like 'other%'
union all select 'session of another member', own.claims || jsonb_build_object('session_id', other.claims ->> 'session_id')
  from actors own, actors other where own.name = 'own' and other.name like 'other%'
union all select 'member that is not the session''s', own.claims || jsonb_build_object('sub', other.claims ->> 'sub')
  from actors own, actors other where own.name = 'own' and other.name like 'other%'
union all select 'no claims at all', '{"role": "authenticated"}';

-- As try_as, but always as database role authenticated: `token of another role` must fail by the heart, not by a grant.
create function pg_temp.attempt(claims jsonb, statement text) returns text language plpgsql as $$
declare
  affected bigint;
begin
  perform set_config('request.jwt.claims', claims::text, true);
  set local role authenticated;
  if statement like 'select%' then
    execute statement into affected;
  else
    execute statement;
    get diagnostics affected = row_count;
  end if;
  raise exception using errcode = 'UNDO0', message = affected;
exception
  when sqlstate 'UNDO0' then return sqlerrm;
  when others then return sqlstate || ' ' || sqlerrm;
end;
$$;

-- Per table: an INSERT into a tenant (%1$s tenant, %2$s a member of it), an UPDATE that changes nothing, and what the
-- table's own triggers say to its own tenant.
create temp table relations (
  relation text primary key, insertion text not null, setting text not null,
  own_insert text not null default '1', own_update text, own_delete text
);
insert into relations (relation, insertion, setting) values
  ('tenants', $$(tenant_id, name, domain, type) values (%1$L || '-two', 'Two', 'two.cozyartzmedia.com', 'partner-subdomain')$$,
    'name = name'),
  ('tenant_domains', $$(tenant_id, domain, domain_type, verification_method) values (%1$L, 'extra.example', 'custom', 'operator')$$,
    'ssl_status = ssl_status'),
  ('profiles', $$(tenant_id, name) values (%1$L, 'Made')$$, 'name = name'),
  ('identities', $$(tenant_id, provider, subject, member_id) values (%1$L, 'google', 'made', %2$L)$$, 'email = email'),
  ('sessions', $$(tenant_id, member_id, provider, hostname) values (%1$L, %2$L, 'github', 'partner1.cozyartzmedia.com')$$,
    'location = location'),
  ('sign_in_flows', $$(state_hash, tenant_id, hostname, provider, code_verifier, nonce, browser_hash, next_path, address_hash)
    select repeat('t', 40), %1$L, 'partner1.cozyartzmedia.com', 'github', repeat('v', 43), repeat('n', 16), repeat('b', 32), '/', repeat('a', 16)$$,
    'nonce = nonce'),
  ('invitations', $$(tenant_id, email) values (%1$L, 'made@example.test')$$, 'email = email'),
  ('mails', $$(tenant_id, invitation_id, recipient) select %1$L, coalesce((select id from invitations where tenant_id = %1$L limit 1),
    gen_random_uuid()), 'made@example.test'$$, 'attempts = attempts'),
  ('tenant_oauth_clients', $$(tenant_id, hostname, provider, client_id, sealed_secret) values (%1$L, 'partner1.cozyartzmedia.com',
    'google', 'made', '{"protected": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZjEifQ", "iv": "aXY", "ciphertext": "Yw", "tag": "dA", "aad": "YQ"}')$$,
    'client_id = client_id'),
  ('tenant_usage', $$(tenant_id, usage_type, period_start) values (%1$L, 'ai_calls', '2019-01-01')$$, 'usage_limit = usage_limit'),
  ('audit_log', $$(tenant_id, action) values (%1$L, 'test.made')$$, 'details = details'),
  ('brand_drafts', $$(tenant_id, revision, based_on) values (%1$L, 1, 1)$$, 'revision = revision'),
  ('brand_images', $$(tenant_id, hash, slot, width, height, bytes) values (%1$L, repeat('b', 64), 'logo', 1, 1, 1)$$, 'slot = slot'),
  ('brand_versions', $$(tenant_id, number, config) values (%1$L, 2, '{}')$$, 'note = note');
-- Nobody inserts a second row of its own tenant's id; and the audit log refuses by itself.
update relations set own_insert = '42501 new row violates row-level security policy "within_tenant" for table "tenants"'
where relation = 'tenants';
update relations set own_insert = '23505 duplicate key value violates unique constraint "brand_drafts_pkey"'
where relation = 'brand_drafts';
update relations set own_update = '42501 brand versions are append-only' where relation = 'brand_versions';
update relations set own_update = '42501 the audit log is append-only', own_delete = '42501 the audit log is append-only'
where relation = 'audit_log';

create function pg_temp.insertion(r relations, tenant text) returns text language sql as $$
  select format('insert into public.%I ', r.relation) || format(r.insertion, tenant, coalesce(
    (select p.id from profiles p where p.tenant_id = tenant and p.status = 'active' order by p.id limit 1),
    gen_random_uuid()
  ))
$$;
create function pg_temp.rows_of(relation text, tenant text, condition text default 'true') returns text language plpgsql as $$
declare
  n bigint;
begin
  execute format('select count(*) from public.%I where tenant_id = %L and %s', relation, tenant, condition) into n;
  return n;
end;
$$;

-- 1. The grants as they are.
create temp table readable (relation text primary key, mine text not null);
insert into readable values ('tenants', 'true'), ('tenant_domains', 'true'), ('profiles', 'true'),
  ('identities', 'member_id = %L'), ('sessions', 'member_id = %L'), ('invitations', 'true'),
  ('tenant_oauth_clients', 'true'), ('tenant_usage', 'true'), ('audit_log', 'true');

select is(pg_temp.attempt(claims, 'select count(*) from public.' || relation), pg_temp.rows_of(relation, 'partner1', format(mine, claims ->> 'sub')),
  'select ' || relation || ': own admin sees exactly the tenant''s')
from readable, actors where name = 'own';
select isnt(pg_temp.rows_of(relation, 'partner1', format(mine, claims ->> 'sub')), '0', relation || ' has something to see')
from readable, actors where name = 'own';
select is(pg_temp.attempt(claims, format('select count(*) from public.%I where tenant_id = ''partner1''', relation)), '0',
  'select ' || relation || ': denied to ' || name)
from readable, actors where not sees;
select is(pg_temp.attempt(claims, 'select count(*) from public.' || relation), '0', 'select ' || relation || ': denied to ' || name)
from readable, strangers;
select is(pg_temp.attempt(claims, 'select count(*) from public.sign_in_flows'), '42501 permission denied for table sign_in_flows',
  'select sign_in_flows: denied to ' || name)
from (select name, claims from actors union all select name, claims from strangers) as anybody;

select matches(pg_temp.attempt(claims, pg_temp.insertion(relations, claims ->> 'tenant_id')),
  '^42501 permission denied for (table ' || relation || '|function [a-z_]+_time)$', 'insert ' || relation || ': denied to ' || name)
from relations, (select name, claims from actors union all select name, claims from strangers where claims ? 'tenant_id') as anybody;
select is(pg_temp.attempt(claims, format('update public.%I set %s', relation, setting)),
  '42501 permission denied for table ' || relation, 'update ' || relation || ': denied to ' || name)
from relations, (select name, claims from actors union all select name, claims from strangers) as anybody
where relation <> 'profiles';
select is(pg_temp.attempt(claims, format('delete from public.%I', relation)),
  '42501 permission denied for table ' || relation, 'delete ' || relation || ': denied to ' || name)
from relations, (select name, claims from actors union all select name, claims from strangers) as anybody;
select is(pg_temp.attempt(claims, 'update public.profiles set name = ''Renamed'''), '1', 'update profiles: ' || name || ' renames itself alone')
from actors;
select is(pg_temp.attempt(claims, 'update public.profiles set name = ''Renamed'''), '0', 'update profiles: denied to ' || name)
from strangers;
select is(pg_temp.attempt(claims, 'update public.profiles set ' || assignment),
  '42501 permission denied for table profiles', 'update profiles: nobody sets ' || assignment)
from actors, unnest(array['tenant_role = ''super_admin''', 'tenant_id = ''partner-seo''', 'status = ''active''',
  'tenant_permissions = ''{}''', 'email = ''x@y''', 'id = gen_random_uuid()']) as assignment
where name = 'own';

-- What a client sees is less than what an admin sees.
insert into actors values ('client', pg_temp.member('partner1', 'client'), true);
select is(pg_temp.attempt(claims, 'select count(*) from public.' || relation), expected, 'select ' || relation || ': a client sees ' || expected)
from actors, (values ('profiles', '1'), ('identities', '1'), ('sessions', '1'), ('invitations', '0'), ('tenant_oauth_clients', '0'),
  ('audit_log', '0'), ('tenants', '1'), ('tenant_domains', '1')) as expected (relation, expected)
where name = 'client';

-- 2. Everything granted, everything permitted: the restrictive policy alone.
grant all on all tables in schema public to authenticated;
grant execute on all functions in schema app to authenticated;
do $$
declare
  relation text;
begin
  for relation in select r.relation from relations r loop
    execute format('create policy everything on public.%I for all to authenticated using (true) with check (true)', relation);
  end loop;
end;
$$;

select is(pg_temp.attempt(claims, 'select count(*) from public.' || relation), pg_temp.rows_of(relation, 'partner1'),
  'restrictive select ' || relation || ': own sees the tenant''s and no more')
from relations, actors where name = 'own';
select is(pg_temp.attempt(claims, format('select count(*) from public.%I where tenant_id = ''partner1''', relation)), '0',
  'restrictive select ' || relation || ': denied to ' || name)
from relations, actors where not sees;
select is(pg_temp.attempt(claims, 'select count(*) from public.' || relation), '0', 'restrictive select ' || relation || ': denied to ' || name)
from relations, strangers;

select is(pg_temp.attempt(claims, pg_temp.insertion(relations, 'partner1')), own_insert, 'restrictive insert ' || relation || ': own')
from relations, actors where name = 'own';
select is(pg_temp.attempt(claims, pg_temp.insertion(relations, 'partner1')),
  format('42501 new row violates row-level security policy "within_tenant" for table "%s"', relation),
  'restrictive insert ' || relation || ': denied to ' || name)
from relations, (select name, claims from actors where not sees union all select name, claims from strangers) as anybody;

select is(pg_temp.attempt(claims, format('update public.%I set %s', relation, setting)),
  coalesce(own_update, pg_temp.rows_of(relation, 'partner1')), 'restrictive update ' || relation || ': own')
from relations, actors where name = 'own';
select is(pg_temp.attempt(claims, format('update public.%I set %s where tenant_id = ''partner1''', relation, setting)),
  coalesce(own_update, '0'), 'restrictive update ' || relation || ': denied to ' || name)
from relations, (select name, claims from actors where not sees union all select name, claims from strangers) as anybody;

select is(pg_temp.attempt(claims, format('delete from public.%I', relation)),
  coalesce(own_delete, pg_temp.rows_of(relation, 'partner1')), 'restrictive delete ' || relation || ': own')
from relations, actors where name = 'own';
select is(pg_temp.attempt(claims, format('delete from public.%I where tenant_id = ''partner1''', relation)),
  coalesce(own_delete, '0'), 'restrictive delete ' || relation || ': denied to ' || name)
from relations, (select name, claims from actors where not sees union all select name, claims from strangers) as anybody;

-- Moving a row: out of the own tenant, and into it.
select matches(pg_temp.attempt(claims, format('update public.%I set tenant_id = ''partner-seo''', relation)),
  case when relation in ('tenants', 'profiles', 'tenant_domains') then '^23514 ' when relation in ('audit_log', 'brand_versions') then 'append-only'
    else 'new row violates row-level security policy "within_tenant"' end,
  'move ' || relation || ': not out of the own tenant')
from relations, actors where name = 'own';
select is(pg_temp.attempt(claims, format('update public.%I set tenant_id = ''partner1'' where tenant_id = ''partner-seo''', relation)),
  coalesce(own_update, '0'), 'move ' || relation || ': not into the own tenant')
from relations, actors where name = 'own';

select * from finish();
rollback;
