-- Across tenants: super admins through listed functions, jobs through theirs, and the log that nobody rewrites.
begin;
\ir ../fixtures/members.sql
select plan(56);

create temp table people as select
  pg_temp.member('cozyartzmedia', 'super_admin') as boss, pg_temp.member('cozyartzmedia', 'admin') as admin_of_primary,
  pg_temp.member('partner1', 'admin') as partner, pg_temp.member('partner-seo', 'client') as client;

-- Only a live super admin of the primary tenant.
select is(pg_temp.ask_as(who, call), 'PT403: permission_denied', call || ' is for super admins')
from people, unnest(array[admin_of_primary, partner, client]) as who, unnest(array['select admin_list_tenants()', 'select admin_set_tenant_status(''partner-seo'', ''suspended'')']) as call;
select is(pg_temp.ask_as(boss || forged, 'select admin_list_tenants()'), 'PT401: session_ended', 'a token that does not fit together is none: ' || forged::text)
from people, unnest(array['{"tenant_id": "partner1"}', '{"sub": "00000000-0000-0000-0000-000000000000"}', '{"session_id": null}']::jsonb[]) as forged;
-- Were a role ever written past the trigger, the primary tenant is still asked for.
alter table profiles disable trigger prepare;
update profiles set tenant_role = 'super_admin' where id = (select (partner ->> 'sub')::uuid from people);
select is(pg_temp.ask_as(partner, 'select admin_list_tenants()'), 'PT403: permission_denied', 'a super admin elsewhere is none') from people;
update profiles set tenant_role = 'admin' where id = (select (partner ->> 'sub')::uuid from people);
alter table profiles enable trigger prepare;
select is((select count(*)::int from audit_log), 0, 'a refusal is no entry');

-- Listing.
insert into tenants (tenant_id, name, domain, type) select 'page' || n, 'Page', format('page%s.example', n), 'custom-domain' from generate_series(10, 14) as n;
create function pg_temp.page(claims jsonb, after text, size integer) returns jsonb language sql as $$
  select pg_temp.as_json(pg_temp.ask_as(claims, format('select admin_list_tenants(%L, %L)', after, size)))
$$;
select is(jsonb_array_length(pg_temp.page(boss, null, 50) -> 'items'), 9, 'all tenants, whatever their state') from people;
select is(pg_temp.page(boss, null, 50) ->> 'nextCursor', null, 'on one page') from people;
select is((pg_temp.page(boss, null, 50) #> '{items,0}') - 'createdAt',
  '{"tenantId": "cozyartzmedia", "name": "Cozyartz Media Group", "domain": "cozyartzmedia.com", "type": "primary", "status": "active", "tier": "enterprise", "signUp": "open", "worker": "primary-tenant"}',
  'with what an operator needs') from people;
select is(jsonb_path_query_array(pg_temp.page(boss, null, 4), '$.items[*].tenantId'), '["cozyartzmedia", "page10", "page11", "page12"]', 'a page is a page') from people;
select is(pg_temp.page(boss, null, 4) ->> 'nextCursor', 'page12', 'that names where the next one begins') from people;
select is(jsonb_path_query_array(pg_temp.page(boss, 'page12', 4), '$.items[*].tenantId'), '["page13", "page14", "partner-seo", "partner1"]', 'and goes on there') from people;
select is(jsonb_array_length(pg_temp.page(boss, null, size) -> 'items'), expected, 'size ' || coalesce(size::text, 'null') || ' is within bounds')
from people, (values (0, 1), (-5, 1), (1000, 9), (null, 9)) as s (size, expected);
select is((select distinct row(tenant_id, actor_tenant_id, actor_id)::text from audit_log where action = 'tenants.listed'),
  format('(cozyartzmedia,cozyartzmedia,%s)', boss ->> 'sub'), 'each listing is written down') from people;

-- Status.
create function pg_temp.set_status(claims jsonb, id text, status text) returns text language sql as $$
  select pg_temp.ask_as(claims, format('select admin_set_tenant_status(%L, %L)', id, status))
$$;
select is(pg_temp.set_status(boss, 'partner1', 'suspended'), '{"status": "suspended", "tenantId": "partner1", "previousStatus": "active"}', 'a tenant is suspended') from people;
select is(pg_temp.ask_as(partner, 'select check_session()'), 'PT401: session_ended', 'its members are out at once') from people;
select is(app.resolve_hostname('partner1.cozyartzmedia.com') #>> '{tenant,status}', 'suspended', 'and the dispatcher is told');
select is((select row(tenant_id, actor_tenant_id, actor_id, details)::text from audit_log where action = 'tenant.status_changed'),
  row('partner1'::text, 'cozyartzmedia'::text, (boss ->> 'sub')::uuid, '{"from": "active", "to": "suspended"}'::jsonb)::text, 'it is in that tenant''s log, with who did it') from people;
select is(pg_temp.set_status(boss, 'partner1', 'suspended'), '{"status": "suspended", "tenantId": "partner1", "previousStatus": "suspended"}', 'twice is no harm') from people;
select is((select count(*)::int from audit_log where action = 'tenant.status_changed'), 1, 'and no second entry');
select is(pg_temp.set_status(boss, 'partner1', 'active'), '{"status": "active", "tenantId": "partner1", "previousStatus": "suspended"}', 'a tenant comes back') from people;
select is(pg_temp.ask_as(partner, 'select check_session()'), 'PT401: session_ended', 'its members sign in anew') from people;
update sessions set revoked_at = null where tenant_id = 'partner1';
select is(pg_temp.ask_as(partner, 'select check_session()'), 'true', 'and are in') from people;
select is(pg_temp.set_status(boss, id, status), expected, description)
from people, (values
  ('cozyartzmedia', 'suspended', 'PT409: conflict', 'the primary tenant stays active'), ('nobody', 'active', 'PT404: not_found', 'none is none'),
  ('partner1', 'deleted', 'PT422: validation_failed', 'a status is one of three'), ('partner1', null, 'PT422: validation_failed', 'and not nothing')
) as attempt (id, status, expected, description);

-- Permissions: the role gives them, and `tenant_permissions` narrows or widens it.
create function pg_temp.may(claims jsonb, permission text) returns text language sql as $$
  select pg_temp.ask_as(claims, format('select app.has_permission(%L)', permission))
$$;
select is(pg_temp.may(who, 'members'), expected, description) from people, lateral (values
  (boss, 'true', 'a super admin may'), (partner, 'true', 'an admin may'), (client, 'false', 'a client may not')
) as asked (who, expected, description);
update profiles set tenant_permissions = '{"members": false}' where id in ((select (partner ->> 'sub')::uuid from people), (select (boss ->> 'sub')::uuid from people));
update profiles set tenant_permissions = '{"members": true}' where id = (select (client ->> 'sub')::uuid from people);
select is(pg_temp.may(who, permission), expected, description) from people, lateral (values
  (partner, 'members', 'false', 'an admin may not what was taken away'), (partner, 'branding', 'true', 'and still may the rest'),
  (client, 'members', 'true', 'a client may what was given'), (client, 'branding', 'false', 'and nothing else'),
  (boss, 'members', 'true', 'nothing is taken from a super admin')
) as asked (who, permission, expected, description);
-- The log of the tenant, which has entries by now, is read by permission.
create function pg_temp.entries(claims jsonb) returns text language sql as $$
  select pg_temp.ask_as(claims, 'select count(*) > 0 from audit_log')
$$;
select is(pg_temp.entries(partner), 'true', 'an admin reads the log') from people;
update profiles set tenant_permissions = '{"audit": false}' where id = (select (partner ->> 'sub')::uuid from people);
select is(pg_temp.entries(partner), 'false', 'unless that was taken away') from people;
select is(pg_temp.entries(client), 'false', 'a client does not') from people;
update profiles set status = 'suspended' where id = (select (client ->> 'sub')::uuid from people);
select is(pg_temp.may(client, 'members'), 'false', 'a suspended member may nothing') from people;

-- Jobs.
insert into sign_in_flows (state_hash, tenant_id, hostname, provider, code_verifier, nonce, browser_hash, next_path, address_hash, expires_at)
select repeat(n::text, 40), 'partner1', 'partner1.cozyartzmedia.com', 'github', repeat('v', 43), repeat('n', 16), repeat('b', 32), '/', repeat('a', 16), now() - n * interval '6 minutes'
from generate_series(0, 3) as n;
insert into sessions (tenant_id, member_id, provider, hostname, idle_expires_at, absolute_expires_at, revoked_at)
select 'partner1', (partner ->> 'sub')::uuid, 'github', 'partner1.cozyartzmedia.com', now() + idle, now() + interval '9 days', now() + revoked
from people, (values (interval '-31 days', null), (interval '-29 days', null), (interval '5 days', interval '-31 days'), (interval '5 days', interval '-29 days')) as s (idle, revoked);
select is(pg_temp.ask_as('{"iss": "https://tokens.test", "role": "platform_jobs"}', 'select purge_expired()'), '{"mails": 0, "sessions": 2, "signInFlows": 2}', 'what ended long ago is deleted');
select is(pg_temp.ask_as('{"iss": "https://tokens.test", "role": "platform_jobs"}', 'select purge_expired()'), '{"mails": 0, "sessions": 0, "signInFlows": 0}', 'once');
select is(pg_temp.ask_as(boss, 'select purge_expired()'), '42501: permission denied for function purge_expired', 'by jobs alone') from people;

-- The log.
select is(pg_temp.try(statement), '42501: the audit log is append-only', statement || ' is refused, for the owner too')
from unnest(array['update audit_log set details = ''{}''', 'delete from audit_log', 'truncate audit_log', 'update audit_log set action = action where false']) as statement;
select is(pg_temp.try('insert into audit_log (tenant_id, action) values (''partner1'', ''not an action'')'), '23514: new row for relation "audit_log" violates check constraint "audit_log_action_check"', 'an action is a noun and what happened to it');
delete from tenants where tenant_id = 'partner1';
select isnt((select count(*)::int from audit_log where tenant_id = 'partner1'), 0, 'the log of a tenant outlives it');

select * from finish();
rollback;
