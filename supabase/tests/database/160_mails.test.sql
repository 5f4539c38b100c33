-- The outbox: what queues a mail and what cancels it, who may claim and finish one, leases, turns and bounds.
begin;
\ir ../fixtures/members.sql
select plan(63);

create temp table people as select
  pg_temp.member('partner1', 'admin') as boss, pg_temp.member('partner1', 'client') as client,
  pg_temp.member('partner-seo', 'admin') as stranger, pg_temp.member('partner1', 'admin') as removed,
  pg_temp.member('partner1', 'admin') as signed_out, pg_temp.member('paused-partner', 'admin') as paused,
  '{"iss": "https://tokens.test", "role": "platform_jobs"}'::jsonb as jobs,
  pg_temp.sign_in_token('partner1', 'partner1.cozyartzmedia.com') as visitor;
grant select on people to public;
update profiles set status = 'removed' where id = (select (removed ->> 'sub')::uuid from people);
update sessions set revoked_at = now() where id = (select (signed_out ->> 'session_id')::uuid from people);
delete from invitations;

-- Answers recipients, by name, of what a claim takes.
create function pg_temp.claim(size integer default 20) returns text language sql as $$
  select coalesce((
    select string_agg(mail ->> 'recipient', ' ' order by mail ->> 'recipient')
    from jsonb_array_elements(pg_temp.ask_as((select jobs from people), format('select claim_mails(%s)', size))::jsonb) as mail
  ), '')
$$;
create function pg_temp.finish(address text, outcome text, error text default null, attempt integer default null) returns text
language sql as $$
  select pg_temp.ask_as((select jobs from people), format('select finish_mail(%L, %s, %L, %L)', mail.id,
    coalesce($4, mail.attempts), $2, $3))
  from mails as mail where mail.recipient = address order by mail.created_at desc, mail.state <> 'cancelled' desc limit 1
$$;
create function pg_temp.states(address text) returns text language sql as $$
  select string_agg(state, ' ' order by state) from mails where recipient = address
$$;
create function pg_temp.listed(claims jsonb, address text) returns text language sql as $$
  select item #>> '{mail,state}' from jsonb_array_elements(pg_temp.ask_as(claims, 'select list_invitations(''all'')')::jsonb) as item
  where item ->> 'email' = address
$$;
create function pg_temp.invite(claims jsonb, address text) returns boolean language sql as $$
  select pg_temp.ask_as(claims, format('select invite(%L, ''client'')', address)) ~ '^[0-9a-f-]{36}$'
$$;

-- Who may.
select is(pg_temp.try_as(claims, statement), '42501: permission denied for function ' || split_part(split_part(statement, ' ', 2), '(', 1),
  statement || ': denied to ' || name)
from people, lateral (values ('an admin', boss), ('a client', client), ('another tenant''s admin', stranger), ('a removed member', removed),
  ('a revoked session', signed_out), ('a suspended tenant''s admin', paused), ('a visitor who signs in', visitor),
  ('nobody', '{"role": "anon"}')) as anybody (name, claims),
  unnest(array['select claim_mails(20)', 'select finish_mail(gen_random_uuid(), 1, ''sent'')']) as statement;
-- The role of the token, too: whoever holds both would else pass with the one of a member.
select is(pg_temp.try_as(jobs || '{"role": "platform_jobs"}', 'select app.claim_mails(1)'), '1 rows', 'jobs may, behind the wrapper as well') from people;
select is(pg_temp.try_as(boss, 'select * from mails'), '42501: permission denied for table mails', 'no member reads the outbox') from people;
select is(pg_temp.try_as(jobs, 'select * from mails'), '42501: permission denied for table mails', 'nor do jobs, but by claiming') from people;

-- Queueing, in the transaction that invites.
select ok(pg_temp.invite(boss, 'ann@example.test'), 'an invitation') from people;
select is((select row(tenant_id, kind, state, attempts, due_at - now())::text from mails where recipient = 'ann@example.test'),
  row('partner1', 'invitation', 'queued', 0, interval '0')::text, 'queues its mail, due at once');
select is(pg_temp.listed(boss, 'ann@example.test'), 'queued', 'the list says so') from people;
select is(pg_temp.listed(stranger, 'ann@example.test'), null, 'and tells no other tenant') from people;
select is(pg_temp.ask_as(boss, 'select import_invitations(array[''bob@example.test'', ''nobody'', ''ann@example.test''], array[''client'', ''client'', ''client''])'),
  '["invited", "malformed", "already_invited"]', 'a list') from people;
select is((select count(*) from mails), 2::bigint, 'queues a mail for each who is invited');
insert into invitations (tenant_id, email) values ('partner1', 'operator@example.test');
select is(pg_temp.states('operator@example.test'), null, 'what the operator writes into the table is not mailed');

-- Claiming and finishing.
select is(pg_temp.claim(), 'ann@example.test bob@example.test', 'a job takes what is due');
select is(pg_temp.claim(), '', 'and nobody else does');
select is(pg_temp.listed(boss, 'ann@example.test'), 'queued', 'on its way is not sent') from people;
select is(pg_temp.finish('ann@example.test', 'sent', null, 2), null, 'another claim''s outcome counts for nothing');
select is(pg_temp.finish('ann@example.test', 'sent'), 'sent', 'sent');
select is(pg_temp.listed(boss, 'ann@example.test'), 'sent', 'the list says so') from people;
select is(pg_temp.finish('ann@example.test', 'failed', 'unreachable'), null, 'what has ended stays as it ended');
select is(pg_temp.finish('bob@example.test', 'lost'), 'PT422: validation_failed', 'an outcome is one of three');
select is(pg_temp.finish('bob@example.test', 'retry', 'nonsense'), '23514: new row for relation "mails" violates check constraint "mails_error_check"', 'an error is one of ours');
select is(pg_temp.finish('bob@example.test', 'retry', 'unreachable'), 'queued', 'refused for now');
select is((select row(attempts, error, due_at - now())::text from mails where recipient = 'bob@example.test'),
  row(1, 'unreachable', interval '1 minute')::text, 'it waits a minute');
select is(pg_temp.claim(), '', 'and is not taken before');

-- A job that dies: the lease ends, five times at most.
update mails set due_at = now() where recipient = 'bob@example.test';
select is(pg_temp.claim(), 'bob@example.test', 'the second attempt');
select is((select due_at - now() from mails where recipient = 'bob@example.test'), interval '5 minutes', 'holds it for five minutes');
update mails set due_at = now() - interval '1 s' where recipient = 'bob@example.test';
select is(pg_temp.claim(), 'bob@example.test', 'another job takes it over');
update mails set due_at = now(), attempts = 5 where recipient = 'bob@example.test';
select is(pg_temp.claim(), '', 'not for a sixth time');
select is((select row(state, error)::text from mails where recipient = 'bob@example.test'), row('failed', 'interrupted')::text, 'it is given up');
select is(pg_temp.listed(boss, 'bob@example.test'), 'failed', 'the list says so') from people;

-- Sending again, revoking, accepting, expiring.
create function pg_temp.change(claims jsonb, verb text, address text) returns text language sql as $$
  select pg_temp.ask_as(claims, format('select %I(%L)', verb || '_invitation', invitation.id))
  from invitations as invitation where invitation.email = address order by invitation.created_at desc limit 1
$$;
select is(pg_temp.change(boss, 'resend', 'bob@example.test'), 'true', 'resending') from people;
select is(pg_temp.states('bob@example.test'), 'failed queued', 'queues another');
select is(pg_temp.change(boss, 'resend', 'bob@example.test'), 'true', 'and again, at once') from people;
select is(pg_temp.states('bob@example.test'), 'cancelled failed queued', 'does not send two');
select is(pg_temp.change(boss, 'revoke', 'bob@example.test'), 'true', 'revoking') from people;
select is(pg_temp.states('bob@example.test'), 'cancelled cancelled failed', 'cancels what is queued');
select is(pg_temp.claim(), '', 'nothing goes out');
select is(bool_and(pg_temp.invite(boss, address)), true, 'three more') from people, unnest(array['late@example.test', 'in@example.test', 'paused@example.test']) as address;
update invitations set expires_at = now() where email = 'late@example.test';
update invitations set accepted_at = now() where email = 'in@example.test';
update tenants set status = 'suspended' where tenant_id = 'partner1';
select is(pg_temp.claim(), '', 'nothing goes out for an expired or accepted one, nor for a suspended tenant');
select is(pg_temp.states('late@example.test') || ' ' || pg_temp.states('in@example.test') || ' ' || pg_temp.states('paused@example.test'),
  'cancelled cancelled queued', 'the first two never will, the last one waits');
update tenants set status = 'active' where tenant_id = 'partner1';
-- Its people have signed in anew.
update sessions set revoked_at = null where tenant_id = 'partner1';

-- Turns: many of one tenant do not keep another's waiting.
insert into invitations (tenant_id, email) select 'partner1', 'many' || n || '@example.test' from generate_series(1, 50) as n;
insert into mails (tenant_id, invitation_id, recipient, due_at)
select tenant_id, id, email, now() - interval '1 minute' from invitations where email like 'many%';
select ok(pg_temp.invite(stranger, 'other@example.test'), 'another tenant invites') from people;
select matches(pg_temp.claim(4), 'other@example\.test$', 'its mail goes with the first');
select is((select count(*) from mails where state = 'sending'), 4::bigint, 'a claim takes as many as were asked for');

-- Bounds.
insert into invitations (tenant_id, email, revoked_at) select 'partner1', 'flood@example.test', now() from generate_series(1, 10);
insert into mails (tenant_id, invitation_id, recipient, state, finished_at)
select tenant_id, id, 'Flood@example.test', 'sent', now() from invitations where email = 'flood@example.test';
update invitations set created_at = now() - interval '2 days' where email = 'flood@example.test';
select is(pg_temp.ask_as(boss, 'select invite(''flood@example.test'', ''client'')'), 'PT429: too_many_invitations', 'ten mails a day to one address, in whatever case') from people;
select is(pg_temp.ask_as(stranger, 'select invite(''flood@example.test'', ''client'')') ~ '^PT', false, 'counted within the tenant') from people;
insert into mails (tenant_id, invitation_id, recipient, state, finished_at)
select 'partner1', id, 'x' || n || '@example.test', 'sent', now() from generate_series(1, 2000) as n,
  lateral (select id from invitations where email = 'ann@example.test') as ann;
select is(pg_temp.ask_as(boss, 'select invite(''new@example.test'', ''client'')'), 'PT429: too_many_invitations', 'two thousand mails a day in a tenant') from people;
select is(pg_temp.ask_as(stranger, 'select invite(''new@example.test'', ''client'')') ~ '^PT', false, 'which is nothing to another') from people;

-- Old ones go, with their tenant or after 90 days.
update mails set finished_at = now() - interval '91 days' where recipient = 'ann@example.test';
select is(pg_temp.ask_as(jobs, 'select purge_expired()')::jsonb ->> 'mails', '1', 'what ended 90 days ago is deleted') from people;
delete from tenants where tenant_id = 'partner1';
select is((select count(*) from mails where tenant_id = 'partner1'), 0::bigint, 'a tenant takes its mails along');

select * from finish();
rollback;
