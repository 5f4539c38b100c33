-- Sessions: renewing, revoking, and what a member sees of itself.
begin;
\ir ../fixtures/members.sql
select plan(36);

create temp table people as select
  pg_temp.member('partner1', 'client') as me, pg_temp.member('partner1', 'admin') as colleague, pg_temp.member('partner-seo', 'admin') as stranger;
create temp table mine as select (me ->> 'session_id')::uuid as id, null::uuid as second from people;
with second as (
  insert into sessions (tenant_id, member_id, provider, hostname, last_seen_at)
  select 'partner1', (me ->> 'sub')::uuid, 'google', 'partner1.cozyartzmedia.com', now() - interval '1 day' from people returning id
)
update mine set second = (select id from second);

select is(pg_temp.ask_as(me, 'select check_session()'), 'true', 'a live session is one') from people;
select is(pg_temp.ask_as(me - 'session_id', 'select check_session()'), 'PT401: session_ended', 'none is none') from people;

-- Renewal.
update sessions set last_seen_at = now() - interval '3 days', created_at = now() - interval '3 days',
  idle_expires_at = now() + interval '4 days', absolute_expires_at = now() + interval '27 days' where id = (select id from mine);
create temp table renewed as select pg_temp.ask_as(me, 'select renew_session()')::jsonb as said from people;
select is((said ->> 'idleExpiresAt')::timestamptz, now() + interval '7 days', 'a renewal gives seven days') from renewed;
select is((said ->> 'absoluteExpiresAt')::timestamptz, now() + interval '27 days', 'and no more in all') from renewed;
select is((select last_seen_at from sessions join mine using (id)), now(), 'it is when the member was last seen');
update sessions set absolute_expires_at = now() + interval '2 days', idle_expires_at = now() + interval '1 day' where id = (select id from mine);
select is((pg_temp.ask_as(me, 'select renew_session()')::jsonb ->> 'idleExpiresAt')::timestamptz, now() + interval '2 days', 'near its end, a session is renewed up to it') from people;
select is((select last_seen_at from sessions join mine on sessions.id = mine.second), now() - interval '1 day', 'other sessions are left alone');
select is(pg_temp.try('update sessions set idle_expires_at = absolute_expires_at + interval ''1 s'''),
  '23514: new row for relation "sessions" violates check constraint "sessions_idle_within_absolute"', 'no session outlives its absolute end');

-- Revoking one.
select is(pg_temp.ask_as(stranger, format('select revoke_session(%L)', id)), 'false', 'another tenant''s member cannot end it') from people, mine;
select is(pg_temp.ask_as(colleague, format('select revoke_session(%L)', id)), 'false', 'nor an admin of the same tenant') from people, mine;
select is(pg_temp.ask_as(me, 'select revoke_session(gen_random_uuid())'), 'false', 'a made-up one is none') from people;
select is(pg_temp.ask_as(me, format('select revoke_session(%L)', second)), 'true', 'the member ends its own') from people, mine;
select is(pg_temp.ask_as(me, format('select revoke_session(%L)', second)), 'false', 'once') from people, mine;
select is(pg_temp.ask_as(me, 'select check_session()'), 'true', 'and goes on in this one') from people;
select is(pg_temp.ask_as(me || jsonb_build_object('session_id', second), 'select check_session()'), 'PT401: session_ended', 'the other one is over') from people, mine;
select is(pg_temp.ask_as(me || jsonb_build_object('session_id', second), 'select renew_session()'), 'PT401: session_ended', 'and cannot be renewed') from people, mine;

-- Everywhere.
insert into sessions (tenant_id, member_id, provider, hostname, idle_expires_at)
select 'partner1', (me ->> 'sub')::uuid, 'google', 'partner1.cozyartzmedia.com', now() - interval '1 day' from people;
insert into sessions (tenant_id, member_id, provider, hostname)
select 'partner1', (me ->> 'sub')::uuid, 'google', 'partner1.cozyartzmedia.com' from people;
select is(pg_temp.ask_as(me, 'select revoke_all_sessions()'), '2', 'signing out everywhere ends what lives, this one included') from people;
select is(pg_temp.ask_as(me, 'select check_session()'), 'PT401: session_ended', 'this one is over') from people;
select is(pg_temp.ask_as(me, 'select revoke_all_sessions()'), 'PT401: session_ended', 'and can end nothing more') from people;
select is(pg_temp.ask_as(colleague, 'select check_session()'), 'true', 'a colleague''s is not') from people;
select is((select details from audit_log where action = 'sessions.revoked'), '{"count": 2}', 'the log says so');

-- Who am I.
create temp table told as select pg_temp.ask_as(colleague, 'select get_me()')::jsonb as me from people;
select is(told.me #- '{member,createdAt}' #- '{session,createdAt}' #- '{session,idleExpiresAt}' #- '{session,absoluteExpiresAt}' #- '{identities,0,linkedAt}',
  jsonb_build_object(
    'member', jsonb_build_object('id', colleague -> 'sub', 'name', 'Admin', 'email', 'admin@partner1.test', 'avatarUrl', null, 'role', 'admin', 'permissions', '{}'::jsonb),
    'tenant', jsonb_build_object('tenantId', 'partner1', 'name', 'Partner One', 'type', 'partner-subdomain', 'tier', 'growth'),
    'session', jsonb_build_object('id', colleague -> 'session_id'),
    'identities', jsonb_build_array(jsonb_build_object('provider', 'github', 'email', 'admin@partner1.test', 'lastUsedAt', null))
  ), 'a member sees itself') from told, people;
select is(pg_temp.ask_as(me, 'select get_me()'), 'PT401: session_ended', 'with a live session') from people;
select is(pg_temp.ask_as(stranger || '{"tenant_id": "partner1"}', 'select get_me()'), 'PT401: session_ended', 'on its own tenant') from people;
select is(pg_temp.ask_as(stranger, 'select get_me()')::jsonb #>> '{tenant,tenantId}', 'partner-seo', 'and nobody else''s') from people;

-- A tenant that is closed, and opened again.
update tenants set status = 'suspended' where tenant_id = 'partner-seo';
update tenants set status = 'active' where tenant_id = 'partner-seo';
select is(pg_temp.ask_as(stranger, 'select check_session()'), 'PT401: session_ended', 'it is opened without the sessions of before') from people;
select is(pg_temp.ask_as(colleague, 'select check_session()'), 'true', 'those of others go on') from people;

-- Bounds of what is kept of a member.
select is(pg_temp.try('update profiles set ' || assignment), '23514: new row for relation "profiles" violates check constraint "' || name || '"', assignment || ' is refused')
from (values
  ('name = repeat(''n'', 121)', 'profiles_name_check'), ('name = E''a\u0007b''', 'profiles_name_check'),
  ('email = repeat(''e'', 250) || ''@x.test''', 'profiles_email_check'), ('email = ''nobody''', 'profiles_email_check'),
  ('avatar_url = ''http://plain.test/a.png''', 'profiles_avatar_url_check'), ('avatar_url = ''javascript:alert(1)''', 'profiles_avatar_url_check'),
  ('tenant_permissions = ''[]''', 'profiles_tenant_permissions_check'), ('tenant_permissions = ''{"a": 1}''', 'profiles_tenant_permissions_check'),
  ('tenant_permissions = ''{"A B": true}''', 'profiles_tenant_permissions_check')
) as bound (assignment, name);

select * from finish();
rollback;
