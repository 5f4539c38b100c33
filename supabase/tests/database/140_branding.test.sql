-- Branding: the draft that is shared, publishing, history and going back; and who may do none of it.
begin;
\ir ../fixtures/members.sql
select plan(88);

create temp table people as select
  pg_temp.member('partner1', 'admin') as ada, pg_temp.member('partner1', 'admin') as bob, pg_temp.member('partner1', 'client') as client,
  pg_temp.member('partner1', 'admin') as narrowed, pg_temp.member('partner1', 'client') as widened,
  pg_temp.member('partner-seo', 'admin') as stranger, pg_temp.member('paused-partner', 'admin') as paused,
  pg_temp.member('partner1', 'admin') as removed, pg_temp.member('partner1', 'admin') as revoked;
update profiles set tenant_permissions = '{"branding": false}' where id = (select (narrowed ->> 'sub')::uuid from people);
update profiles set tenant_permissions = '{"branding": true}' where id = (select (widened ->> 'sub')::uuid from people);
update profiles set status = 'removed' where id = (select (removed ->> 'sub')::uuid from people);
update sessions set revoked_at = now() where id = (select (revoked ->> 'session_id')::uuid from people);
create temp table before as select whitelabel_config as config, version from tenants where tenant_id = 'partner1';

-- Who may not.
create temp table calls (call text primary key);
insert into calls values ('get_branding()'), ('save_brand_draft(''{}'', 0, 1)'), ('discard_brand_draft(1)'), ('publish_brand(1, 1)'),
  ('list_brand_versions()'), ('get_brand_version(1)'), ('restore_brand_version(1, 1)');
select is(pg_temp.ask_as(claims, 'select ' || call), said, call || ' is refused to ' || who)
from calls, people, lateral (values
  ('a client', client, 'PT403: permission_denied'), ('an admin without the permission', narrowed, 'PT403: permission_denied'),
  ('a member of a suspended tenant', paused, 'PT401: session_ended'), ('a removed member', removed, 'PT401: session_ended'),
  ('a revoked session', revoked, 'PT401: session_ended')
) as other (who, claims, said);
select isnt_empty(format('select 1 where %L like %L', pg_temp.ask_as(widened, 'select get_branding()'), '{"draft": null%'), 'a client with the permission may') from people;

-- The draft.
select is(pg_temp.as_json(pg_temp.ask_as(ada, 'select get_branding()')), jsonb_build_object('draft', null, 'revision', 0, 'published',
  jsonb_build_object('config', before.config, 'number', 1, 'publishedAt', null, 'publishedBy', null)), 'at first there is what the operator set') from people, before;
select is(pg_temp.ask_as(ada, $$select save_brand_draft('{"name": "First"}', 0, 1)$$), '{"revision": 1}', 'a draft begins') from people;
select is(pg_temp.ask_as(bob, $$select save_brand_draft('{"name": "Other"}', 0, 1)$$), 'PT409: conflict', 'once') from people;
select is(pg_temp.ask_as(bob, $$select save_brand_draft('{"name": "Second"}', 1, 1)$$), '{"revision": 2}', 'a colleague goes on with it') from people;
select is(pg_temp.ask_as(ada, $$select save_brand_draft('{"name": "Mine"}', 1, 1)$$), 'PT409: conflict', 'who did not see that cannot overwrite it') from people;
select is(pg_temp.as_json(pg_temp.ask_as(ada, 'select get_branding()')) #> '{draft,config}', '{"name": "Second"}', 'nothing is lost') from people;
select is(pg_temp.as_json(pg_temp.ask_as(ada, 'select get_branding()')) #>> '{draft,updatedBy,name}', 'Admin', 'it says whose it is') from people;
select is(pg_temp.ask_as(ada, format('select save_brand_draft(%L, 2, %s)', config, based_on)), 'PT422: validation_failed', config || ' on ' || based_on || ' is no draft')
from people, (values ('{"logo": "x"}', 1), ('[]', 1), ('{}', 2), ('{}', 0)) as bad (config, based_on);
select is((select whitelabel_config from tenants where tenant_id = 'partner1'), before.config, 'a draft changes nothing that is seen') from before;
select is(pg_temp.ask_as(ada, 'select discard_brand_draft(1)'), 'PT409: conflict', 'a draft that was not seen is not discarded') from people;
select is(pg_temp.ask_as(ada, 'select discard_brand_draft(2)'), '{"revision": 3}', 'one that was is') from people;
select is(pg_temp.ask_as(bob, $$select save_brand_draft('{"name": "Second"}', 2, 1)$$), 'PT409: conflict', 'its revision never means another draft') from people;

-- Publishing.
select is(pg_temp.ask_as(ada, 'select publish_brand(3, 1)'), 'PT409: conflict', 'without a draft there is nothing to publish') from people;
select is(pg_temp.ask_as(ada, $$select save_brand_draft('{"name": "Second"}', 3, 1)$$), '{"revision": 4}', 'a new draft') from people;
select is(pg_temp.ask_as(bob, 'select publish_brand(3, 1)'), 'PT409: conflict', 'who saw another draft does not publish it') from people;
create temp table said as select pg_temp.as_json(pg_temp.ask_as(ada, $$select publish_brand(4, 1, 'Spring')$$)) as answer from people;
select is(said.answer, jsonb_build_object('number', 2, 'directoryVersion', (select version from tenants where tenant_id = 'partner1'), 'hostnames', '["partner1.cozyartzmedia.com"]'::jsonb), 'published as number 2') from said;
select is((select whitelabel_config from tenants where tenant_id = 'partner1'), '{"name": "Second"}', 'it is what the portal wears');
select cmp_ok((select version from tenants where tenant_id = 'partner1'), '>', before.version, 'the directory is newer') from before;
select is((app.resolve_hostname('partner1.cozyartzmedia.com') ->> 'version')::bigint, (answer ->> 'directoryVersion')::bigint, 'resolution tells the same version') from said;
select is((select config from brand_versions where tenant_id = 'partner1' and number = 1), before.config, 'number 1 is what was there before') from before;
select is(pg_temp.ask_as(bob, 'select publish_brand(4, 1)'), 'PT409: conflict', 'the second of two admins is told') from people;
select is((select details from audit_log where action = 'brand.published'), '{"note": "Spring", "number": 2}', 'the log says so');

-- History and going back.
select is(pg_temp.as_json(pg_temp.ask_as(bob, 'select list_brand_versions(null, 1)')) #- '{items,0,publishedAt}' #- '{items,0,publishedBy}' #- '{items,0,look}',
  '{"items": [{"number": 2, "note": "Spring", "restoredFrom": null, "logo": null}], "nextCursor": "2"}', 'history, newest first') from people;
select is(pg_temp.as_json(pg_temp.ask_as(bob, 'select list_brand_versions(2)')) #> '{items,0,publishedBy}', 'null', 'what the operator set has no publisher') from people;
select is(pg_temp.ask_as(stranger, 'select list_brand_versions()'), '{"items": [], "nextCursor": null}', 'another tenant has a history of its own') from people;
select is(pg_temp.ask_as(stranger, 'select get_brand_version(2)'), null, 'and sees no other') from people;
select is(pg_temp.ask_as(stranger, 'select restore_brand_version(2, 1)'), 'PT404: not_found', 'nor brings it back') from people;
select is(pg_temp.ask_as(bob, $$select save_brand_draft('{"name": "Third"}', 5, 2)$$), '{"revision": 6}', 'a draft on number 2') from people;
select is(pg_temp.ask_as(ada, 'select restore_brand_version(1, 1)'), 'PT409: conflict', 'going back, too, has to know what is published') from people;
select is(pg_temp.as_json(pg_temp.ask_as(ada, 'select restore_brand_version(1, 2)')) ->> 'number', '3', 'an earlier version comes back under a new number') from people;
select is((select whitelabel_config from tenants where tenant_id = 'partner1'), before.config, 'as it was') from before;
select is((select restored_from from brand_versions where tenant_id = 'partner1' and number = 3), 1, 'history says from where');
select is(pg_temp.ask_as(bob, 'select publish_brand(6, 2)'), 'PT409: conflict', 'a draft on what is no longer published is held back') from people;
select is(pg_temp.as_json(pg_temp.ask_as(bob, 'select get_branding()')) #> '{draft,config}', '{"name": "Third"}', 'and kept') from people;
select is(pg_temp.ask_as(bob, 'select restore_brand_version(9, 3)'), 'PT404: not_found', 'there is no number 9') from people;

-- What the operator changes by hand is in history as well.
update tenants set whitelabel_config = '{"name": "By hand", "mailSenderName": "Post"}' where tenant_id = 'partner1';
select is(pg_temp.as_json(pg_temp.ask_as(ada, 'select restore_brand_version(2, 3)')) ->> 'number', '5', 'the operator''s own is number 4') from people;
select is((select config ->> 'name' from brand_versions where tenant_id = 'partner1' and number = 4), 'By hand', 'as it was seen');
update tenants set whitelabel_config = '{"mailSenderName": "Post"}' where tenant_id = 'partner1';
select is(app.resolve_hostname('partner1.cozyartzmedia.com') #> '{tenant,brand}', '{}', 'the sender of mails is not for pages');

-- What is not for dispatchers of the first release stands beside the brand.
insert into brand_images (tenant_id, hash, slot, width, height, bytes) values ('partner1', repeat('a', 64), 'logo', 320, 80, 1);
select is(pg_temp.ask_as(ada, format($$select save_brand_draft(%L, 6, 5)$$, config)), '{"revision": 7}', 'pictures, a stylesheet and a mention of the platform')
from people, (select jsonb_build_object('name', 'Pictured', 'customCss', 'p {}', 'poweredBy', true,
  'images', jsonb_build_object('logo', jsonb_build_object('hash', repeat('a', 64), 'width', 320, 'height', 80))) as config) as draft;
select is(pg_temp.ask_as(ada, format('select publish_brand(7, 5, null, %L)', assets)), 'PT422: validation_failed', assets || ' are no assets')
from people, (values ('[]'), ('{"stylesheet": "aa"}'), ('{"script": "aa"}'), ('null')) as bad (assets);
select is(pg_temp.as_json(pg_temp.ask_as(ada, format('select publish_brand(7, 5, null, %L)', jsonb_build_object('stylesheet', repeat('b', 64), 'socialCard', repeat('c', 64))))) ->> 'number', '7', 'published with what was made of it') from people;
select is(app.resolve_hostname('partner1.cozyartzmedia.com') #> '{tenant,brand}', '{"name": "Pictured"}', 'the brand of a resolution has the keys of the first release');
select is(app.resolve_hostname('partner1.cozyartzmedia.com') #> '{tenant,brandAdditions}', jsonb_build_object('poweredBy', true,
  'images', jsonb_build_object('logo', jsonb_build_object('hash', repeat('a', 64), 'width', 320, 'height', 80)),
  'stylesheet', repeat('b', 64), 'socialCard', repeat('c', 64)), 'the rest is beside it');
update tenants set whitelabel_config = '{"name": "By hand"}' where tenant_id = 'partner1';
select is(app.resolve_hostname('partner1.cozyartzmedia.com') #> '{tenant,brandAdditions}', '{}', 'what was made of another brand is not shown');

select is(pg_temp.try('update brand_versions set config = ''{}'''), '42501: brand versions are append-only', 'a version never changes');
select is((select count(*) from brand_versions where tenant_id <> 'partner1'), 0::bigint, 'other tenants are untouched');

select * from finish();
rollback;
