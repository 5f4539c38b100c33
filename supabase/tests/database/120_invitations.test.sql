-- Invitations and the join policy: who may change them, their bounds, and what a sign-in makes of them.
begin;
\ir ../fixtures/members.sql
select plan(155);

create temp table people as select
  pg_temp.member('partner1', 'admin') as boss, pg_temp.member('partner1', 'client') as client,
  pg_temp.member('partner1', 'admin') as narrowed, pg_temp.member('partner1', 'admin') as half,
  pg_temp.member('partner1', 'client') as widened,
  pg_temp.member('partner-seo', 'admin') as stranger, pg_temp.member('cozyartzmedia', 'super_admin') as operator,
  pg_temp.member('cozyartzmedia', 'admin') as house_admin,
  pg_temp.member('paused-partner', 'admin') as paused, pg_temp.member('partner1', 'admin') as suspended,
  pg_temp.member('partner1', 'admin') as removed, pg_temp.member('partner1', 'admin') as ended;
update profiles set tenant_permissions = '{"members": false}' where id = (select (narrowed ->> 'sub')::uuid from people);
update profiles set tenant_permissions = '{"billing": false}' where id = (select (half ->> 'sub')::uuid from people);
update profiles set tenant_permissions = '{"members": true}' where id = (select (widened ->> 'sub')::uuid from people);
update profiles set status = 'suspended' where id = (select (suspended ->> 'sub')::uuid from people);
update profiles set status = 'removed', email = 'gone@partner1.test' where id = (select (removed ->> 'sub')::uuid from people);
update sessions set revoked_at = now() where id = (select (ended ->> 'session_id')::uuid from people);
delete from invitations;

create function pg_temp.invite(claims jsonb, email text, role text default 'client') returns text language sql as $$
  select regexp_replace(pg_temp.ask_as(claims, format('select invite(%L, %L)', email, role)), '^[0-9a-f-]{36}$', 'invited')
$$;
create function pg_temp.id_of(email text) returns uuid language sql as $$
  select id from invitations where invitations.email = $1 order by created_at desc, revoked_at nulls first limit 1
$$;
create function pg_temp.listed(claims jsonb, state text) returns text language sql as $$
  select case when said ~ '^\[' then (
    select coalesce(string_agg((item ->> 'email') || ' ' || (item ->> 'state'), ', ' order by (item ->> 'email') collate "C", item ->> 'state'), '')
    from jsonb_array_elements(said::jsonb) as item
  ) else said end
  from (select pg_temp.ask_as(claims, format('select list_invitations(%L)', state)) as said) as answer
$$;

-- Everybody who must not, for everything there is.
create temp table nobodies as
select 'a client' as name, client as claims, 'PT403: permission_denied' as refusal from people
union all select 'an admin without the permission', narrowed, 'PT403: permission_denied' from people
union all select 'a member of a suspended tenant', paused, 'PT401: session_ended' from people
union all select 'a suspended member', suspended, 'PT401: session_ended' from people
union all select 'a removed member', removed, 'PT401: session_ended' from people
union all select 'a revoked session', ended, 'PT401: session_ended' from people
union all select 'a member of another tenant', stranger || '{"tenant_id": "partner1"}', 'PT401: session_ended' from people;
select is(pg_temp.ask_as(claims, call), refusal, call || ': denied to ' || name)
from nobodies, unnest(array[
  'select invite(''x@example.test'', ''client'')', 'select import_invitations(''{x@example.test}'', ''{client}'')',
  'select resend_invitation(gen_random_uuid())', 'select revoke_invitation(gen_random_uuid())', 'select list_invitations()',
  'select get_sign_up()', 'select set_sign_up(''open'', ''{}'')'
]) as call;
select is((select count(*)::int from invitations), 0, 'and nothing came of it');

-- Inviting.
select is(pg_temp.invite(boss, 'Ann@Example.test'), 'invited', 'an admin invites a client') from people;
select is((select row(tenant_id, email, tenant_role, invited_by, expires_at - now(), sent_count)::text from invitations),
  row('partner1'::text, 'Ann@Example.test'::text, 'client'::text, (boss ->> 'sub')::uuid, interval '7 days', 1)::text, 'for seven days') from people;
select is((select (details - 'id', actor_id)::text from audit_log where action = 'invitation.created'),
  ('{"role": "client", "email": "Ann@Example.test"}'::jsonb, (boss ->> 'sub')::uuid)::text, 'the log says so') from people;
select is(pg_temp.invite(boss, 'ann@example.TEST'), 'PT409: already_invited', 'once, whatever the case') from people;
select is(pg_temp.invite(boss, 'CLIENT@partner1.test'), 'PT409: already_member', 'not who is a member') from people;
select is(pg_temp.invite(boss, 'gone@partner1.test'), 'invited', 'who was removed may be invited') from people;
select is(pg_temp.invite(stranger, 'client@partner1.test'), 'invited', 'a member elsewhere is nobody here') from people;
select is(pg_temp.invite(stranger, 'ann@example.test'), 'invited', 'an invitation elsewhere is none here') from people;
select is(pg_temp.invite(boss, email, role), 'PT422: validation_failed', coalesce(email, 'null') || ' as ' || coalesce(role, 'null') || ' is refused')
from people, (values ('nobody', 'client'), (null, 'client'), ('a@b@c', 'client'), (repeat('a', 260) || '@x.test', 'client'), ('x@x.test', 'owner'), ('x@x.test', null)) as bad (email, role);

-- Nobody gives away more than they hold.
select is(pg_temp.invite(who, 'up' || n || '@example.test', role), expected, description) from people, lateral (values
  (1, boss, 'admin', 'invited', 'an admin invites an admin'),
  (2, half, 'admin', 'PT403: permission_denied', 'an admin who lacks a permission does not'),
  (3, half, 'client', 'invited', 'but a client'),
  (4, widened, 'admin', 'PT403: permission_denied', 'a client with the permission invites no admin'),
  (5, widened, 'client', 'invited', 'but a client'),
  (6, boss, 'super_admin', 'PT403: permission_denied', 'no super admin on a partner'),
  (7, house_admin, 'super_admin', 'PT403: permission_denied', 'nor by an admin of the primary'),
  (8, operator, 'super_admin', 'invited', 'but by a super admin')
) as attempt (n, who, role, expected, description);

-- Resending and revoking.
create function pg_temp.change(claims jsonb, verb text, email text) returns text language sql as $$
  select pg_temp.ask_as(claims, format('select %I(%L)', verb || '_invitation', pg_temp.id_of(email)))
$$;
update invitations set expires_at = now() - interval '1 hour', created_at = now() - interval '8 days', sent_at = now() - interval '8 days' where email = 'up1@example.test';
select is(pg_temp.change(stranger, verb, 'up1@example.test'), 'false', 'another tenant cannot ' || verb) from people, unnest(array['resend', 'revoke']) as verb;
select is(pg_temp.change(boss, 'revoke', 'up1@example.test'), 'false', 'an expired one is not revoked') from people;
select is(pg_temp.listed(boss, 'open') ~ 'up1@', false, 'it is no open one') from people;
select is(pg_temp.change(half, 'resend', 'up1@example.test'), 'PT403: permission_denied', 'an admin''s is resent by who may invite one') from people;
select is(pg_temp.change(boss, 'resend', 'up1@example.test'), 'true', 'but resent') from people;
select is((select row(expires_at - now(), sent_at - now(), sent_count)::text from invitations where email = 'up1@example.test'), row(interval '7 days', interval '0', 2)::text, 'it is good for seven days, and counts');
select is((select details - 'id' from audit_log where action = 'invitation.resent'), '{"count": 2, "email": "up1@example.test"}', 'the log says so');
update invitations set sent_count = 10 where email = 'up1@example.test';
select is(pg_temp.change(boss, 'resend', 'up1@example.test'), 'PT429: too_many_invitations', 'ten times at most') from people;
select is(pg_temp.change(boss, 'revoke', 'up1@example.test'), 'true', 'an open one is revoked') from people;
select is(pg_temp.change(boss, verb, 'up1@example.test'), 'false', 'and then there is nothing to ' || verb) from people, unnest(array['resend', 'revoke']) as verb;
select is((select details - 'id' from audit_log where action = 'invitation.revoked'), '{"email": "up1@example.test"}', 'the log says so');
select is(pg_temp.invite(boss, 'up1@example.test'), 'invited', 'who was revoked may be invited again') from people;

-- An expired one makes room and stays what it is.
update invitations set expires_at = now() - interval '1 hour', created_at = now() - interval '8 days' where email = 'up3@example.test';
select is(pg_temp.invite(boss, 'UP3@example.test'), 'invited', 'an expired one is in nobody''s way') from people;
select is(pg_temp.listed(boss, 'all'),
  'Ann@Example.test open, UP3@example.test open, gone@partner1.test open, up1@example.test open, up1@example.test revoked, up3@example.test expired, up5@example.test open',
  'all of them, with their states') from people;
select is(pg_temp.listed(boss, 'open'), 'Ann@Example.test open, UP3@example.test open, gone@partner1.test open, up1@example.test open, up5@example.test open', 'the open ones') from people;
select is(pg_temp.listed(stranger, 'all'), 'ann@example.test open, client@partner1.test open', 'each tenant its own') from people;
select is(jsonb_path_query_array(pg_temp.ask_as(widened, 'select list_invitations(''all'', null, null, 3)')::jsonb, '$[*].invitedBy.type()'), '["string", "string", "string"]', 'with who invited, a page at a time, for a client with the permission') from people;

-- The table itself, for who asks it directly.
select is(pg_temp.ask_as(who, 'select count(*) from invitations'), expected, description) from people, lateral (values
  (boss, (select count(*)::text from invitations where tenant_id = 'partner1'), 'an admin sees the tenant''s'),
  (widened, (select count(*)::text from invitations where tenant_id = 'partner1'), 'a client with the permission does'),
  (client, '0', 'a client sees none'), (narrowed, '0', 'nor does an admin without the permission'),
  (ended, '0', 'nor a revoked session'), (suspended, '0', 'nor a suspended member'), (paused, '0', 'nor a suspended tenant''s')
) as attempt (who, expected, description);

-- Accepting.
update tenants set sign_up = 'invite' where tenant_id = 'partner1';
create function pg_temp.complete(subject text, email text, verified boolean default true, tenant text default 'partner1') returns jsonb language sql as $$
  select pg_temp.as_json(pg_temp.ask_as(pg_temp.sign_in_token(tenant, (select domain from tenants where tenant_id = tenant)),
    format('select complete_sign_in(''github'', %L, %L, %L)', subject, email, verified))) - array['sessionId', 'memberId', 'absoluteExpiresAt']
$$;
select is(pg_temp.complete('a0', 'ann@example.test', false) ->> 'outcome', 'email_unverified', 'an unverified email accepts nothing');
select is(pg_temp.complete('a0', 'other@example.test') ->> 'outcome', 'not_invited', 'nor does another email');
select is(pg_temp.complete('a0', 'ann@example.test'), '{"outcome": "signed_in", "role": "client", "created": true}', 'the verified equal one does');
select is(pg_temp.complete('a1', 'ann@example.test') ->> 'outcome', 'not_invited', 'once');
select is(pg_temp.listed(boss, 'all') ~ 'Ann@Example.test accepted', true, 'it is accepted') from people;
select is(pg_temp.change(boss, verb, 'Ann@Example.test'), 'false', 'and over: ' || verb) from people, unnest(array['resend', 'revoke']) as verb;
select is(pg_temp.change(boss, 'revoke', 'up5@example.test'), 'true', 'revoked') from people;
select is(pg_temp.complete('a5', 'up5@example.test') ->> 'outcome', 'not_invited', 'a revoked one is worth nothing');
update invitations set expires_at = now() where email = 'UP3@example.test';
select is(pg_temp.complete('a3', 'up3@example.test') ->> 'outcome', 'not_invited', 'nor an expired one');
select is(pg_temp.complete('a8', 'up8@example.test') ->> 'outcome', 'not_invited', 'nor another tenant''s');

-- The way back of a removed member.
insert into identities (tenant_id, provider, subject, member_id) select 'partner1', 'github', name, (claims ->> 'sub')::uuid
from people, lateral (values ('back', removed), ('paused', suspended)) as p (name, claims);
select is(pg_temp.complete('back', 'gone@partner1.test', false) ->> 'outcome', 'member_removed', 'not with an unverified email');
select is(pg_temp.complete('back', 'else@partner1.test') ->> 'outcome', 'member_removed', 'nor with another');
select is(pg_temp.complete('back', 'gone@partner1.test'), '{"outcome": "signed_in", "role": "client", "created": false}', 'an invitation brings a removed member back, in its role');
update profiles set status = 'removed' where email = 'gone@partner1.test';
select is(pg_temp.complete('back', 'gone@partner1.test') ->> 'outcome', 'member_removed', 'once');
insert into invitations (tenant_id, email) values ('partner1', 'paused@example.test');
select is(pg_temp.complete('paused', 'paused@example.test') ->> 'outcome', 'member_suspended', 'a suspended member is not brought back');

-- By domain.
select is(pg_temp.ask_as(boss, 'select get_sign_up()'), '{"policy": "invite", "domains": []}', 'the policy is told') from people;
select is(pg_temp.ask_as(widened, 'select set_sign_up(''domain'', ''{acme.example,acme.test}'')'), '{"policy": "domain", "domains": ["acme.example", "acme.test"]}', 'and set') from people;
select is((select details from audit_log where action = 'sign_up.changed'), '{"from": "invite", "to": "domain", "domains": ["acme.example", "acme.test"]}', 'the log says so');
select is(pg_temp.ask_as(boss, 'select set_sign_up(''domain'', ''{acme.example,acme.test}'')') ~ 'domain', true, 'the same again') from people;
select is((select count(*)::int from audit_log where action = 'sign_up.changed'), 1, 'is no change');
select is((select sign_up from tenants where tenant_id = 'partner-seo'), 'open', 'other tenants keep theirs');
select is(app.resolve_hostname('partner1.cozyartzmedia.com') #>> '{tenant,signUp}', 'invite', 'to the dispatcher it is by invitation');
select is(pg_temp.complete('d' || email, email, verified) ->> 'outcome', expected, email || ': ' || expected)
from (values
  ('one@acme.example', true, 'signed_in'), ('two@ACME.Test', true, 'signed_in'), ('three@acme.example', false, 'email_unverified'),
  ('four@sub.acme.example', true, 'not_invited'), ('five@notacme.example', true, 'not_invited'),
  ('six@acme.example.evil.test', true, 'not_invited'), ('seven@elsewhere.test', true, 'not_invited')
) as e (email, verified, expected);
select is((select tenant_role from profiles where email = 'one@acme.example'), 'client', 'who joins by domain is a client');
select is(pg_temp.ask_as(boss, format('select set_sign_up(%L, %L)', policy, domains)), expected, coalesce(policy, 'null') || ' ' || coalesce(domains, 'null') || ' is refused')
from people, (values
  ('domain', '{}', 'PT422: validation_failed'), ('closed', '{}', 'PT422: validation_failed'), (null, '{}', 'PT422: validation_failed'),
  ('open', null, 'PT422: validation_failed'), ('domain', '{Acme.example}', 'PT422: validation_failed'), ('domain', '{acme}', 'PT422: validation_failed'),
  ('domain', '{a.test,a.test}', 'PT422: validation_failed'), ('domain', '{a.test,NULL}', 'PT422: validation_failed'),
  ('domain', '{{a.test},{b.test}}', 'PT422: validation_failed'), ('domain', '{a.test,gmail.com}', 'PT422: public_mail_domain'),
  ('invite', '{outlook.com}', 'PT422: public_mail_domain')
) as bad (policy, domains, expected);
select is(pg_temp.ask_as(boss, format('select set_sign_up(''domain'', %L)', (select array_agg('d' || n || '.test') from generate_series(1, amount) as n))) ~ '^PT422', refused, amount || ' domains')
from people, (values (20, false), (21, true)) as a (amount, refused);
select is(pg_temp.try('update tenants set sign_up = ''domain'', sign_up_domains = ''{}'' where tenant_id = ''partner-seo'''),
  '23514: new row for relation "tenants" violates check constraint "tenants_sign_up_has_domains"', 'by domain means by some domain');

-- Many at once, and the bounds.
select is(pg_temp.ask_as(boss, $$select import_invitations('{i1@example.test,I1@example.test,client@partner1.test,nobody,i2@example.test,i3@example.test,NULL,i4@example.test}',
  '{client,admin,client,client,super_admin,NULL,client,admin}')$$),
  '["invited", "already_invited", "already_member", "malformed", "role_refused", "malformed", "malformed", "invited"]', 'each line has its outcome') from people;
select is(pg_temp.ask_as(boss, format('select import_invitations(%L, %L)', emails, roles)), 'PT422: validation_failed', 'an import is two lists of equal length, a thousand at most')
from people, (values (null, '{}'), ('{}', null), ('{a@x.test}', '{}'), (array_fill('a@x.test'::text, array[1001])::text, array_fill('client'::text, array[1001])::text)) as b (emails, roles);
insert into invitations (tenant_id, email, created_at, revoked_at) select 'partner1', 'often@example.test', now() - n * interval '1 hour', now() from generate_series(1, 5) as n;
select is(pg_temp.invite(boss, 'often@example.test'), 'PT429: too_many_invitations', 'five invitations of one address within a day') from people;
update invitations set created_at = now() - interval '25 hours' where email = 'often@example.test' and created_at < now() - interval '4 hours';
select is(pg_temp.invite(boss, 'often@example.test'), 'invited', 'then again') from people;
update invitations set sent_at = now() - interval '61 minutes';
insert into invitations (tenant_id, email) select 'partner1', 'full' || n || '@example.test'
from generate_series(1, 998 - (select count(*) from invitations where tenant_id = 'partner1' and accepted_at is null and revoked_at is null and expires_at > now())) as n;
select is(pg_temp.ask_as(boss, $$select import_invitations('{l1@example.test,l1@example.test,l2@example.test,l3@example.test}', '{client,client,client,client}')$$),
  '["invited", "already_invited", "invited", "too_many"]', 'a thousand are open at most, and an import stops there') from people;
select is(pg_temp.invite(boss, 'l3@example.test'), 'PT429: too_many_invitations', 'one by one as well') from people;
select is(pg_temp.invite(stranger, 'l3@example.test'), 'invited', 'another tenant goes on') from people;
update invitations set revoked_at = now() where tenant_id = 'partner1' and accepted_at is null and revoked_at is null and email like 'full%';
insert into invitations (tenant_id, email, revoked_at) select 'partner1', 'sent' || n || '@example.test', now() from generate_series(1, 100) as n;
select is(pg_temp.invite(boss, 'l3@example.test'), 'PT429: too_many_invitations', 'a thousand are sent within an hour, revoked or not') from people;
update invitations set sent_at = now() - interval '61 minutes';
select is(pg_temp.invite(boss, 'l3@example.test'), 'invited', 'then again') from people;

select * from finish();
rollback;
