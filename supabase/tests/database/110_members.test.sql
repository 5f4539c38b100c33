-- Administering members: who may, what nobody may, and that a tenant keeps somebody who can.
begin;
\ir ../fixtures/members.sql
select plan(110);

create temp table people as select
  pg_temp.member('partner1', 'admin') as admin, pg_temp.member('partner1', 'admin') as second,
  pg_temp.member('partner1', 'client') as client, pg_temp.member('partner1', 'client') as clerk,
  pg_temp.member('partner-seo', 'admin') as stranger, pg_temp.member('cozyartzmedia', 'super_admin') as boss,
  pg_temp.member('cozyartzmedia', 'admin') as admin_of_primary, pg_temp.member('cozyartzmedia', 'client') as client_of_primary,
  pg_temp.member('paused-partner', 'admin') as paused, pg_temp.member('partner1', 'admin') as suspended,
  pg_temp.member('partner1', 'admin') as removed, pg_temp.member('partner1', 'admin') as revoked;
update profiles set status = 'suspended' where id = (select (suspended ->> 'sub')::uuid from people);
update profiles set status = 'removed' where id = (select (removed ->> 'sub')::uuid from people);
update sessions set revoked_at = now() where id = (select (revoked ->> 'session_id')::uuid from people);
update profiles set status = 'removed' where id = (select (revoked ->> 'sub')::uuid from people);
update profiles set tenant_permissions = '{"members": true}' where id = (select (clerk ->> 'sub')::uuid from people);

create function pg_temp.change(who jsonb, whom jsonb, role text default null, permissions jsonb default null, status text default null)
returns text language sql as $$
  select pg_temp.ask_as(who, format('select update_member(%L, %L, %L, %L) - ''{id,name,email,avatarUrl,providers,lastSeenAt,createdAt,current}''::text[]',
    whom ->> 'sub', role, permissions, status))
$$;
create function pg_temp.remove(who jsonb, whom jsonb) returns text language sql as $$
  select pg_temp.ask_as(who, format('select remove_member(%L) ->> ''status''', whom ->> 'sub'))
$$;
create function pg_temp.list(who jsonb, arguments text default '') returns jsonb language sql as $$
  select pg_temp.as_json(pg_temp.ask_as(who, format('select list_members(%s)', arguments)))
$$;
create function pg_temp.names(page jsonb) returns text language sql as $$
  select string_agg(item ->> 'name', ' ' order by n) from jsonb_array_elements(page -> 'items') with ordinality as t (item, n)
$$;

-- Who may at all.
select is(pg_temp.ask_as(who, format(call, client ->> 'sub')), expected, call || ': ' || description)
from people, lateral (values
  (client, 'PT403: permission_denied', 'not a client'), (paused, 'PT401: session_ended', 'not a member of a suspended tenant'),
  (suspended, 'PT401: session_ended', 'not a suspended member'), (removed, 'PT401: session_ended', 'not a removed member'),
  (revoked, 'PT401: session_ended', 'not a revoked session'), (stranger || '{"tenant_id": "partner1"}', 'PT401: session_ended', 'not a token that does not fit together')
) as asked (who, expected, description), unnest(array['select list_members()', 'select get_member(%L)', 'select update_member(%L)', 'select remove_member(%L)']) as call;
select is(pg_temp.ask_as(who, format(call, client ->> 'sub')), 'PT404: not_found', call || ': another tenant''s member is not there')
from people, unnest(array[stranger, boss]) as who, unnest(array['select get_member(%L)', 'select update_member(%L, ''admin'')', 'select remove_member(%L)']) as call;
select is(pg_temp.ask_as(admin, format('select get_member(%L) - ''{lastSeenAt,createdAt}''::text[]', client ->> 'sub'))::jsonb,
  jsonb_build_object('id', client -> 'sub', 'name', 'Client', 'email', 'client@partner1.test', 'avatarUrl', null, 'role', 'client',
    'permissions', '{}'::jsonb, 'status', 'active', 'providers', '["github"]'::jsonb, 'current', false, 'lastAdmin', false), 'an admin sees a member') from people;
select is(pg_temp.ask_as(clerk, format('select get_member(%L) ->> ''role''', client ->> 'sub')), 'client', 'and so does a client who was given that') from people;

-- The table itself.
select is(pg_temp.ask_as(who, 'select count(*) from profiles'), expected, description) from people, lateral (values
  (admin, '7', 'an admin reads the tenant''s members'), (clerk, '7', 'a client with the permission as well'), (client, '1', 'a client itself alone')
) as asked (who, expected, description);
update profiles set tenant_permissions = '{"members": false}' where id = (select (second ->> 'sub')::uuid from people);
select is(pg_temp.ask_as(second, 'select count(*) from profiles'), '1', 'an admin without the permission itself alone') from people;
select is(pg_temp.ask_as(second, 'select list_members()'), 'PT403: permission_denied', 'and no list') from people;
update profiles set tenant_permissions = '{}' where id = (select (second ->> 'sub')::uuid from people);

-- Nobody themselves.
select is(pg_temp.ask_as(admin, format(call, admin ->> 'sub')), 'PT403: own_membership', call || ': not oneself')
from people, unnest(array['select update_member(%L, ''client'')', 'select update_member(%L, p_permissions => ''{"billing": false}'')',
  'select update_member(%L, p_status => ''suspended'')', 'select update_member(%L)', 'select remove_member(%L)']) as call;

-- Roles.
select is(pg_temp.change(admin, client, 'super_admin'), 'PT403: permission_denied', 'an admin makes no super admin') from people;
select is(pg_temp.change(admin_of_primary, client_of_primary, 'super_admin'), 'PT403: permission_denied', 'also not on the primary tenant') from people;
select is(pg_temp.change(admin_of_primary, boss, 'client'), 'PT403: permission_denied', 'nor unmakes one') from people;
select is(pg_temp.remove(admin_of_primary, boss), 'PT403: permission_denied', 'nor removes one') from people;
select is(pg_temp.change(boss, client_of_primary, 'super_admin')::jsonb ->> 'role', 'super_admin', 'a super admin makes one') from people;
select is(pg_temp.change(boss, client_of_primary, 'client')::jsonb ->> 'role', 'client', 'and unmakes it') from people;
select is(pg_temp.change(admin, client, 'admin')::jsonb, '{"role": "admin", "status": "active", "lastAdmin": false, "permissions": {}}', 'an admin makes an admin') from people;
select is(pg_temp.change(admin, client, null, '{"billing": false, "audit": true}')::jsonb -> 'permissions', '{"billing": false}', 'what the role gives anyway is not kept') from people;
select is(pg_temp.change(admin, client, 'client')::jsonb, '{"role": "client", "status": "active", "lastAdmin": false, "permissions": {}}', 'another role begins with what it gives') from people;
select is((select jsonb_agg(details - 'memberId' order by created_at) from audit_log where tenant_id = 'partner1' and action = 'member.role_changed'),
  '[{"from": "client", "to": "admin"}, {"from": "admin", "to": "client"}]', 'the log says so');
select is((select row(actor_id, details ->> 'memberId')::text from audit_log where action = 'member.permissions_changed' order by created_at limit 1),
  format('(%s,%s)', admin ->> 'sub', client ->> 'sub'), 'with who and whom') from people;

-- Permissions.
select is(pg_temp.change(admin, client, null, '{"branding": true}')::jsonb -> 'permissions', '{"branding": true}', 'an admin gives what it has') from people;
select is(pg_temp.change(admin, client, null, '{}')::jsonb -> 'permissions', '{}', 'and takes it away') from people;
select is(pg_temp.change(clerk, client, null, '{"billing": true}'), 'PT403: permission_denied', 'nobody gives what they do not have') from people;
select is(pg_temp.change(clerk, client, null, '{"members": true}')::jsonb -> 'permissions', '{"members": true}', 'and may give what they have') from people;
select is(pg_temp.change(clerk, client, 'admin'), 'PT403: permission_denied', 'also not by way of a role') from people;
select is(pg_temp.change(clerk, client, 'admin', '{"branding": false, "domains": false, "billing": false, "audit": false}')::jsonb ->> 'role', 'admin', 'a role without them is fine') from people;
select is(pg_temp.change(admin, client, 'client')::jsonb -> 'permissions', '{}', 'and nothing of it stays') from people;
select is(pg_temp.change(admin, client, role, permissions::jsonb, status), 'PT422: validation_failed', 'refused: ' || coalesce(role, permissions, status))
from people, (values ('owner', null, null), (null, '{"everything": true}', null), (null, '{"billing": "yes"}', null), (null, '[]', null),
  (null, null, 'gone'), ('', null, null)) as bad (role, permissions, status);

-- Suspending, removing, coming back.
select is(pg_temp.change(admin, client, null, null, 'suspended')::jsonb ->> 'status', 'suspended', 'a member is suspended') from people;
select is(pg_temp.ask_as(client, 'select check_session()'), 'PT401: session_ended', 'and out at once') from people;
select is(pg_temp.change(admin, client, null, null, 'active')::jsonb ->> 'status', 'active', 'and comes back') from people;
select is(pg_temp.ask_as(client, 'select check_session()'), 'PT401: session_ended', 'by signing in again') from people;
insert into sessions (id, tenant_id, member_id, provider, hostname) select gen_random_uuid(), 'partner1', (client ->> 'sub')::uuid, 'github', 'partner1.cozyartzmedia.com' from people;
select is(pg_temp.remove(admin, client), 'removed', 'a member is removed') from people;
select is((select count(*)::int from sessions, people where member_id = (client ->> 'sub')::uuid and revoked_at is null), 0, 'its sessions are revoked');
select is(pg_temp.remove(admin, client), 'PT409: conflict', 'once') from people;
select is(pg_temp.change(admin, client, 'admin'), 'PT409: conflict', 'it is nothing but gone') from people;
select is(pg_temp.ask_as(pg_temp.sign_in_token('partner1', 'partner1.cozyartzmedia.com'), format('select complete_sign_in(''github'', %L)', client ->> 'sub')),
  '{"outcome": "member_removed"}', 'and cannot sign in') from people;
select is(pg_temp.change(admin, client, null, null, 'active')::jsonb ->> 'status', 'active', 'until it is taken back') from people;
select is((select string_agg(action || ' ' || (details ->> 'sessions'), ', ' order by created_at) from audit_log, people
    where tenant_id = 'partner1' and action ~ 'suspended|removed|reinstated' and details ->> 'memberId' = client ->> 'sub'),
  'member.suspended 1, member.reinstated 0, member.removed 1, member.reinstated 0', 'the log says all of it');
select is(pg_temp.change(admin, client)::jsonb ->> 'status', 'active', 'changing nothing is fine') from people;
select is((select count(*)::int from audit_log where tenant_id = 'partner1'), 15, 'and no entry, like what was refused');

-- The last admin.
select is(pg_temp.change(clerk, second, 'client')::jsonb ->> 'role', 'client', 'of two admins one is demoted') from people;
select is(attempt, 'PT409: last_admin', 'the last one is not ' || how) from people, lateral (values
  (pg_temp.change(clerk, admin, 'client'), 'demoted'), (pg_temp.change(clerk, admin, null, '{"members": false}'), 'robbed of the permission'),
  (pg_temp.change(clerk, admin, null, null, 'suspended'), 'suspended'), (pg_temp.remove(clerk, admin), 'removed')
) as tried (attempt, how);
select is(pg_temp.change(clerk, admin, null, '{"billing": false}')::jsonb, '{"role": "admin", "status": "active", "lastAdmin": true, "permissions": {"billing": false}}', 'and else changed as any') from people;
select is(pg_temp.change(admin, second, 'admin', '{"members": false, "billing": false}')::jsonb ->> 'role', 'admin', 'an admin without the permission') from people;
select is(pg_temp.remove(clerk, admin), 'PT409: last_admin', 'does not stand in for the last') from people;
select is(pg_temp.change(admin, second, null, '{"members": true, "billing": false}')::jsonb -> 'permissions', '{"billing": false}', 'one with it') from people;
select is(pg_temp.remove(clerk, admin), 'removed', 'does') from people;
select is(pg_temp.remove(boss, admin_of_primary), 'removed', 'a super admin counts as one') from people;

-- The list.
delete from profiles where tenant_id = 'partner-seo' and id <> (select (stranger ->> 'sub')::uuid from people);
update profiles set name = 'Mia', email = 'mia@z.test', created_at = '2026-01-05' where id = (select (stranger ->> 'sub')::uuid from people);
insert into profiles (tenant_id, name, email, tenant_role, status, created_at) values
  ('partner-seo', 'ada', 'ada@y.test', 'admin', 'active', '2026-01-04'), ('partner-seo', 'Bo_b', 'bob@x.test', 'client', 'suspended', '2026-01-03'),
  ('partner-seo', null, 'cyd@w.test', 'client', 'active', '2026-01-02'), ('partner-seo', 'Zoe', 'zoe@v.test', 'client', 'removed', '2026-01-01');
insert into identities (tenant_id, provider, subject, member_id, last_used_at)
select 'partner-seo', 'google', 'seen-' || name, id, now() - interval '40 days' from profiles where tenant_id = 'partner-seo' and name = 'Bo_b';
select is(pg_temp.names(pg_temp.list(stranger, arguments)), expected, description) from people, (values
  ('p_status => ''active''', 'ada Mia', 'by name, without case (and cyd by email, unnamed)'),
  ('p_search => ''O_B''', 'Bo_b', 'a search takes no wildcards and no case'), ('p_search => ''y.te''', 'ada', 'and looks into the email'),
  ('p_search => ''%''', null, 'what is nowhere is nowhere'), ('p_role => ''admin''', 'ada Mia', 'by role'),
  ('p_status => ''removed''', 'Zoe', 'the removed when asked for'), ('p_status => ''suspended''', 'Bo_b', 'the suspended'),
  ('p_sort => ''email'', p_status => ''active''', 'ada Mia', 'by email'), ('p_sort => ''created'', p_descending => true, p_limit => 3', 'Mia ada Bo_b', 'by age'),
  ('p_sort => ''last_seen'', p_descending => true, p_limit => 2', 'Mia Bo_b', 'by last use')
) as asked (arguments, expected, description);
select is(pg_temp.list(stranger, 'p_sort => ''name; drop table profiles''')::text, '"PT422: validation_failed"', 'a sort is one of four') from people;
select is(jsonb_array_length(pg_temp.list(stranger) -> 'items'), 4, 'all but the removed') from people;
-- Each order, a member at a time, shows everybody once.
create function pg_temp.walk(who jsonb, sort text, descending boolean) returns text[] language plpgsql as $$
declare
  page jsonb;
  seen text[] := '{}';
  next jsonb := '[null, null]';
begin
  while jsonb_typeof(next) = 'array' and cardinality(seen) < 20 loop
    page := pg_temp.list(who, format('p_sort => %L, p_descending => %L, p_after_value => %L, p_after_id => %L, p_limit => 1', sort, descending, next ->> 0, next ->> 1));
    seen := seen || (page #>> '{items,0,email}');
    next := page -> 'next';
  end loop;
  return seen;
end;
$$;
select is(pg_temp.walk(stranger, sort, descending), (select array_agg(item ->> 'email' order by n)
    from jsonb_array_elements(pg_temp.list(stranger, format('p_sort => %L, p_descending => %L', sort, descending)) -> 'items') with ordinality as t (item, n)),
  'pages by ' || sort || ' meet') from people, unnest(array['name', 'email', 'created', 'last_seen']) as sort, unnest(array[true, false]) as descending;

select * from finish();
rollback;
