-- What the panel shows at a glance: pictures of published brands, and what is left to set up.
begin;
\ir ../fixtures/members.sql
select plan(29);

-- A custom-domain tenant that begins with nothing but its first admin, whom the operator invited.
insert into tenants (tenant_id, name, domain, type) values ('fresh', 'Fresh', 'fresh.test', 'custom-domain'), ('other', 'Other', 'other.test', 'custom-domain');
insert into invitations (tenant_id, email, tenant_role, accepted_at) values ('fresh', 'admin@fresh.test', 'admin', now());
create temp table people as select pg_temp.member('fresh', 'admin') as ada, pg_temp.member('other', 'admin') as stranger;
create temp table asked as select 'select get_setup()' as query;
create function pg_temp.setup(claims jsonb) returns jsonb language sql as $$
  select pg_temp.as_json(pg_temp.ask_as(claims, 'select get_setup()'))
$$;

select is(pg_temp.setup(ada), '{"brand": false, "logo": false, "signIn": false, "people": false}', 'at first all of it is left') from people;
insert into tenant_oauth_clients (tenant_id, hostname, provider, client_id, sealed_secret, enabled)
select 'fresh', domain, 'github', 'x', jsonb_build_object('protected', translate(encode(convert_to('{"alg":"dir","enc":"A256GCM","kid":"k"}', 'UTF8'), 'base64'), E'+/=\n', '-_'),
  'iv', 'aaaa', 'ciphertext', 'aaaa', 'tag', 'aaaa', 'aad', 'aaaa'), domain = 'fresh.fresh.test'
from tenant_domains where tenant_id = 'fresh';
select is(pg_temp.setup(ada) -> 'signIn', 'false', 'a client that is switched off is not set up') from people;
update tenant_oauth_clients set enabled = hostname <> 'fresh.test' where tenant_id = 'fresh';
select is(pg_temp.setup(ada) -> 'signIn', 'false', 'nor is one of another hostname') from people;
update tenant_oauth_clients set enabled = true where hostname = 'fresh.test';
select is(pg_temp.setup(ada) -> 'signIn', 'true', 'one of the own domain is') from people;
select is(pg_temp.ask_as(ada, $$select save_brand_draft('{"name": "New", "tagline": "Not in a picture", "radius": 3, "monogram": "N", "colors": {"light": {"primary": "#112233"}}}', 0, 1)$$), '{"revision": 1}', 'a draft') from people;
select is(pg_temp.setup(ada) -> 'brand', 'false', 'which is not a published brand') from people;
select is(pg_temp.as_json(pg_temp.ask_as(ada, 'select publish_brand(1, 1)')) ->> 'number', '2', 'published') from people;
select is(pg_temp.setup(ada) -> 'brand', 'true', 'it is') from people;
select is(pg_temp.setup(ada) -> 'logo', 'false', 'without a logo') from people;
update tenants set whitelabel_config = whitelabel_config || jsonb_build_object('images', jsonb_build_object('logo', jsonb_build_object('hash', repeat('a', 64), 'width', 40, 'height', 20))) where tenant_id = 'fresh';
select unalike(pg_temp.ask_as(ada, $$select invite('friend@fresh.test', 'client')$$), 'PT%', 'an invitation') from people;
select is(pg_temp.setup(ada), '{"brand": true, "logo": true, "signIn": true, "people": true}', 'nothing is left') from people;
select is(pg_temp.setup(stranger), '{"brand": false, "logo": false, "signIn": false, "people": false}', 'another tenant has its own') from people;
select is(pg_temp.setup(pg_temp.member('other', 'client')) , '{"brand": null, "logo": null, "signIn": null, "people": null}', 'a client has nothing to set up');
select is(pg_temp.setup(stranger) -> 'people', 'true', 'a second member is company, however it came') from people;
update profiles set status = 'removed' where tenant_id = 'other' and tenant_role = 'client';
select is(pg_temp.setup(stranger) -> 'people', 'false', 'unless it was removed') from people;

-- Each item by its own permission; a suspended tenant, a removed member and an ended session by none.
update profiles set tenant_permissions = '{"branding": false}' where id = (select (ada ->> 'sub')::uuid from people);
select is(pg_temp.setup(ada), '{"brand": null, "logo": null, "signIn": true, "people": true}', 'without branding') from people;
update profiles set tenant_permissions = '{"domains": false}' where id = (select (ada ->> 'sub')::uuid from people);
select is(pg_temp.setup(ada), '{"brand": true, "logo": true, "signIn": null, "people": true}', 'without domains') from people;
update profiles set tenant_permissions = '{"members": false}' where id = (select (ada ->> 'sub')::uuid from people);
select is(pg_temp.setup(ada), '{"brand": true, "logo": true, "signIn": true, "people": null}', 'without members') from people;
update profiles set tenant_permissions = '{}' where id = (select (ada ->> 'sub')::uuid from people);
select is(pg_temp.setup(pg_temp.member('partner1', 'admin')) -> 'signIn', 'null', 'under the platform''s domain there is no client to set up');
select is(pg_temp.ask_as(pg_temp.member('paused-partner', 'admin'), query), 'PT401: session_ended', 'a suspended tenant is refused') from asked;
create temp table gone as select pg_temp.member('fresh', 'admin') as removed, pg_temp.member('fresh', 'admin') as revoked;
update profiles set status = 'removed' where id = (select (removed ->> 'sub')::uuid from gone);
update sessions set revoked_at = now() where id = (select (revoked ->> 'session_id')::uuid from gone);
select is(pg_temp.ask_as(removed, query), 'PT401: session_ended', 'a removed member is refused') from gone, asked;
select is(pg_temp.ask_as(revoked, query), 'PT401: session_ended', 'an ended session is refused') from gone, asked;
select is(pg_temp.ask_as(pg_temp.sign_in_token('fresh', 'fresh.test'), query), '42501: permission denied for function get_setup', 'who is signing in is refused') from asked;

-- Pictures.
select is(pg_temp.as_json(pg_temp.ask_as(ada, 'select list_brand_versions()')) #> '{items,0,look}',
  '{"name": "New", "radius": 3, "monogram": "N", "colors": {"light": {"primary": "#112233"}}}', 'history has what a picture needs, no more') from people;
select is(pg_temp.as_json(pg_temp.ask_as(ada, 'select list_brand_versions()')) #> '{items,1,look}', '{}', 'and nothing of an empty brand') from people;
select is(pg_temp.as_json(pg_temp.ask_as(ada, 'select list_brand_versions(null, 1)')) ->> 'nextCursor', '2', 'a page at a time') from people;
select is(pg_temp.as_json(pg_temp.ask_as(ada, 'select list_brand_versions()')) #> '{items,0,logo}', 'null', 'no logo where there is none') from people;
insert into brand_versions (tenant_id, number, config) select tenant_id, 3, whitelabel_config from tenants where tenant_id = 'fresh';
select is(pg_temp.as_json(pg_temp.ask_as(ada, 'select list_brand_versions()')) #>> '{items,0,logo,width}', '40', 'and the logo of a version that has one') from people;
select is(pg_temp.ask_as(stranger, 'select list_brand_versions()'), '{"items": [], "nextCursor": null}', 'of one tenant alone') from people;

select * from finish();
rollback;
