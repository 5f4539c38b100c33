-- Mails of the platform: a transactional outbox. What makes an invitation, or sends it again, queues its mail in the same
-- transaction; the jobs Worker claims what is due, sends it, and says what became of it. At least once: see the lease.

alter table public.invitations add constraint invitations_within_tenant unique (tenant_id, id);

create table public.mails (
  id uuid primary key default gen_random_uuid(),
  tenant_id text not null references public.tenants (tenant_id) on delete cascade,
  kind text not null default 'invitation' check (kind in ('invitation')),
  invitation_id uuid not null,
  recipient text not null check (app.is_email(recipient)),
  state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'failed', 'cancelled')),
  attempts integer not null default 0 check (attempts between 0 and 5),
  error text check (
    error in ('recipient_refused', 'sender_refused', 'content_refused', 'limit_reached', 'unreachable', 'interrupted')
  ),
  created_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  finished_at timestamptz,
  foreign key (tenant_id, invitation_id) references public.invitations (tenant_id, id) on delete cascade,
  constraint mails_end_once check ((finished_at is not null) = (state in ('sent', 'failed', 'cancelled')))
);
comment on table public.mails is 'Outbox: mails to send, and for 90 days what became of them. Members read it through list_invitations() alone.';
comment on column public.mails.id is 'Mail id.';
comment on column public.mails.tenant_id is 'The tenant in whose name it goes out.';
comment on column public.mails.kind is 'What it says.';
comment on column public.mails.invitation_id is 'The invitation that it tells of.';
comment on column public.mails.recipient is 'The address as it was when the mail was queued.';
comment on column public.mails.state is
  'queued; sending: a job holds it until due_at; sent: the mail service took it; failed: given up; cancelled: pointless before it went.';
comment on column public.mails.attempts is 'How often a job took it to send it; five times at most.';
comment on column public.mails.error is 'Why the last attempt failed, in our words.';
comment on column public.mails.created_at is 'When it was queued.';
comment on column public.mails.due_at is 'Not before; while it is sending, the end of the lease, after which another job takes it.';
comment on column public.mails.finished_at is 'When it was sent, given up or cancelled.';
alter table public.mails enable row level security;
create index mails_by_invitation on public.mails (tenant_id, invitation_id, created_at);
create index mails_by_queueing on public.mails (tenant_id, created_at);
create index mails_due on public.mails (due_at) where state in ('queued', 'sending');
create index mails_finished on public.mails (finished_at) where finished_at is not null;
create policy within_tenant on public.mails as restrictive
  using (tenant_id = (select app.current_tenant_id()));

-- Queueing.

create function app.mails_exhausted(tenant_id text, recipient text) returns boolean
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  return (
    select count(*) from public.mails as mail
    where mail.tenant_id = $1 and lower(mail.recipient) = lower($2) and mail.created_at > now() - interval '1 day'
  ) >= 10;
end;
$$;
comment on function app.mails_exhausted(text, text) is
  'True when an address got ten mails of a tenant within a day: inviting, revoking and inviting again is no way to flood it.';

create function app.cancel_mails(tenant_id text, invitation_id uuid) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  update public.mails as mail set state = 'cancelled', finished_at = now()
  where mail.tenant_id = $1 and mail.invitation_id = $2 and mail.state in ('queued', 'sending');
end;
$$;
comment on function app.cancel_mails(text, uuid) is
  'Cancels what is queued about an invitation. One that a job is sending at this moment may still arrive.';

create function app.queue_invitation_mail(tenant_id text, invitation_id uuid) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  -- The newest one tells it all.
  perform app.cancel_mails($1, $2);
  insert into public.mails (tenant_id, invitation_id, recipient)
  select invitation.tenant_id, invitation.id, invitation.email
  from public.invitations as invitation where invitation.tenant_id = $1 and invitation.id = $2;
end;
$$;
comment on function app.queue_invitation_mail(text, uuid) is
  'Queues the mail of an invitation in the transaction that makes or renews it. Whoever calls has checked the bounds.';

create or replace function app.invitation_allowance(tenant_id text) returns integer
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  most constant integer := 1000;
  pending integer;
  sent integer;
  most_mails constant integer := 2000;
  mails integer;
begin
  -- One inviting transaction at a time in a tenant, so that two together do not pass a bound.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(jsonb_build_array('invitations', $1)::text, 0));
  select count(*) into pending from public.invitations as invitation
  where invitation.tenant_id = $1 and invitation.accepted_at is null and invitation.revoked_at is null
    and invitation.expires_at > now();
  select count(*) into sent from public.invitations as invitation
  where invitation.tenant_id = $1 and invitation.sent_at > now() - interval '1 hour';
  select count(*) into mails from public.mails as mail
  where mail.tenant_id = $1 and mail.created_at > now() - interval '1 day';
  return greatest(least(most - greatest(pending, sent), most_mails - mails), 0);
end;
$$;
comment on function app.invitation_allowance(text) is
  'How many invitations a tenant may still make: 1,000 open at once, 1,000 sent within an hour, 2,000 mails within a day. '
  'Holds the tenant''s invitations until the transaction ends.';

create or replace function app.add_invitation(tenant_id text, email text, role text, out outcome text, out id uuid)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  address text := app.clean_email($2);
  earlier public.invitations;
begin
  if address is null or $3 is null or $3 not in ('client', 'admin', 'super_admin') then
    outcome := 'malformed';
    return;
  elsif not app.may_invite($3) then
    outcome := 'role_refused';
    return;
  elsif exists (
    select from public.profiles as member
    where member.tenant_id = $1 and lower(member.email) = lower(address) and member.status <> 'removed'
  ) then
    outcome := 'already_member';
    return;
  end if;
  select invitation.* into earlier from public.invitations as invitation
  where invitation.tenant_id = $1 and lower(invitation.email) = lower(address)
    and invitation.accepted_at is null and invitation.revoked_at is null;
  if earlier.expires_at > now() then
    outcome := 'already_invited';
    return;
  elsif (
    select count(*) from public.invitations as invitation
    where invitation.tenant_id = $1 and lower(invitation.email) = lower(address)
      and invitation.created_at > now() - interval '1 day'
  ) >= 5 or app.mails_exhausted($1, address) then
    outcome := 'too_many';
    return;
  end if;
  -- An expired one makes room. It still reads as expired: it was withdrawn after its end.
  update public.invitations as invitation set revoked_at = now() where invitation.id = earlier.id;
  insert into public.invitations (tenant_id, email, tenant_role, invited_by)
  values ($1, address, $3, app.current_member_id())
  returning invitations.id into id;
  perform app.queue_invitation_mail($1, id);
  outcome := 'invited';
  perform app.write_audit($1, 'invitation.created', jsonb_build_object('id', id, 'email', address, 'role', $3));
end;
$$;
comment on function app.add_invitation(text, text, text) is
  'Makes one invitation and queues its mail, unless something speaks against it: invited, already_member, already_invited, '
  'too_many (five invitations or ten mails to one address within a day), malformed, role_refused. Whoever calls has checked '
  'the permission and the allowance.';

create or replace function app.resend_invitation(id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('members');
  allowance integer := app.invitation_allowance(tenant);
  found_one public.invitations;
begin
  select invitation.* into found_one from public.invitations as invitation
  where invitation.tenant_id = tenant and invitation.id = $1
    and invitation.accepted_at is null and invitation.revoked_at is null
  for update;
  if found_one.id is null then
    return false;
  elsif not app.may_invite(found_one.tenant_role) then
    raise exception using errcode = 'PT403', message = 'permission_denied';
  elsif found_one.sent_count >= 10 or allowance = 0
    or app.mails_exhausted(tenant, found_one.email) then
    raise exception using errcode = 'PT429', message = 'too_many_invitations';
  end if;
  update public.invitations as invitation
  set expires_at = now() + interval '7 days', sent_at = now(), sent_count = invitation.sent_count + 1
  where invitation.id = found_one.id;
  perform app.queue_invitation_mail(tenant, found_one.id);
  perform app.write_audit(tenant, 'invitation.resent',
    jsonb_build_object('id', found_one.id, 'email', found_one.email, 'count', found_one.sent_count + 1));
  return true;
end;
$$;
comment on function app.resend_invitation(uuid) is
  'Gives an invitation that is open or has expired seven days again and mails it, ten times at most; false when there is no '
  'such one.';

create or replace function app.revoke_invitation(id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('members');
  address text;
begin
  update public.invitations as invitation set revoked_at = now()
  where invitation.tenant_id = tenant and invitation.id = $1
    and invitation.accepted_at is null and invitation.revoked_at is null and invitation.expires_at > now()
  returning invitation.email into address;
  if not found then
    return false;
  end if;
  perform app.cancel_mails(tenant, $1);
  perform app.write_audit(tenant, 'invitation.revoked', jsonb_build_object('id', $1, 'email', address));
  return true;
end;
$$;

create or replace function app.list_invitations(state text, after_created_at timestamptz, after_id uuid, page_size integer)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('members');
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', page.id, 'email', page.email, 'role', page.tenant_role, 'createdAt', page.created_at,
      'expiresAt', page.expires_at, 'acceptedAt', page.accepted_at, 'sentAt', page.sent_at, 'sentCount', page.sent_count,
      'invitedBy', (
        select coalesce(inviter.name, inviter.email) from public.profiles as inviter
        where inviter.tenant_id = page.tenant_id and inviter.id = page.invited_by
      ),
      'mail', (
        select jsonb_build_object(
          'state', case mail.state when 'sending' then 'queued' else mail.state end,
          'at', coalesce(mail.finished_at, mail.created_at)
        )
        from public.mails as mail
        where mail.tenant_id = page.tenant_id and mail.invitation_id = page.id and mail.state <> 'cancelled'
        order by mail.created_at desc, mail.id limit 1
      ),
      'state', case
        when page.accepted_at is not null then 'accepted'
        when page.revoked_at < page.expires_at then 'revoked'
        when page.expires_at <= now() then 'expired'
        else 'open'
      end
    ) order by page.created_at desc, page.id desc), '[]')
    from (
      select * from public.invitations as invitation
      where invitation.tenant_id = tenant
        and ($1 = 'all' or (
          invitation.accepted_at is null and invitation.revoked_at is null and invitation.expires_at > now()
        ))
        and ($2 is null or (invitation.created_at, invitation.id) < ($2, $3))
      order by invitation.created_at desc, invitation.id desc
      limit least(greatest(coalesce($4, 25), 1), 101)
    ) as page
  );
end;
$$;

-- Sending.

create function app.claim_mails(size integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  taken uuid[];
begin
  if app.claims() ->> 'role' is distinct from 'platform_jobs' then
    raise exception using errcode = 'PT403', message = 'permission_denied';
  end if;
  -- Accepted, revoked or expired since: a mail about it would only puzzle.
  update public.mails as mail set state = 'cancelled', finished_at = now()
  where mail.id in (
    select waiting.id from public.mails as waiting
    join public.invitations as invitation
      on invitation.tenant_id = waiting.tenant_id and invitation.id = waiting.invitation_id
    where waiting.state in ('queued', 'sending') and waiting.due_at <= now() and (
      invitation.accepted_at is not null or invitation.revoked_at is not null or invitation.expires_at <= now()
    )
    order by waiting.due_at limit 1000 for update of waiting skip locked
  );
  update public.mails as mail set state = 'failed', error = 'interrupted', finished_at = now()
  where mail.id in (
    select lost.id from public.mails as lost
    where lost.state = 'sending' and lost.due_at <= now() and lost.attempts >= 5
    order by lost.due_at limit 1000 for update skip locked
  );
  -- Tenants take turns: the thousand mails of one do not keep another's waiting. Suspended ones wait.
  with turns as (
    select mail.id, mail.due_at, row_number() over (partition by mail.tenant_id order by mail.due_at, mail.id) as turn
    from public.mails as mail
    join public.tenants as tenant on tenant.tenant_id = mail.tenant_id and tenant.status = 'active'
    where mail.state in ('queued', 'sending') and mail.due_at <= now() and mail.attempts < 5
  ), locked as (
    select mail.id from public.mails as mail
    where mail.id in (
        select turns.id from turns order by turns.turn, turns.due_at, turns.id limit least(greatest(coalesce($1, 20), 1), 100)
      )
      -- Asked of the row itself, too: another job may have taken it since the list above was read.
      and mail.state in ('queued', 'sending') and mail.due_at <= now()
    for update skip locked
  ), updated as (
    update public.mails as mail
    set state = 'sending', attempts = mail.attempts + 1, due_at = now() + interval '5 minutes'
    from locked where mail.id = locked.id
    returning mail.id
  )
  select array_agg(updated.id) into taken from updated;
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', mail.id, 'attempt', mail.attempts, 'recipient', mail.recipient, 'tenantName', tenant.name,
      'brand', tenant.whitelabel_config - 'customCss', 'role', invitation.tenant_role, 'expiresAt', invitation.expires_at,
      'origin', replace(
        coalesce((select setting.value from app.settings as setting where setting.key = 'portal_url'), 'https://{hostname}'),
        '{hostname}', tenant.domain
      ),
      'invitedBy', (
        select coalesce(inviter.name, inviter.email) from public.profiles as inviter
        where inviter.tenant_id = invitation.tenant_id and inviter.id = invitation.invited_by
      )
    ) order by mail.created_at, mail.id), '[]')
    from public.mails as mail
    join public.tenants as tenant on tenant.tenant_id = mail.tenant_id
    join public.invitations as invitation
      on invitation.tenant_id = mail.tenant_id and invitation.id = mail.invitation_id
    where mail.id = any (taken)
  );
end;
$$;
comment on function app.claim_mails(integer) is
  'Platform jobs: takes up to so many due mails of active tenants for five minutes, with all that it takes to write them. What '
  'is not finished by then is taken again, so a mail goes out twice only if its job dies between sending it and saying so. '
  'The setting `portal_url` is where portals are, `https://{hostname}` without it.';

create function app.finish_mail(id uuid, attempt integer, outcome text, error text) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  ended text;
begin
  if app.claims() ->> 'role' is distinct from 'platform_jobs' then
    raise exception using errcode = 'PT403', message = 'permission_denied';
  elsif outcome is null or outcome not in ('sent', 'retry', 'failed') then
    raise exception using errcode = 'PT422', message = 'validation_failed';
  end if;
  update public.mails as mail
  set state = case when $3 = 'sent' then 'sent' when $3 = 'retry' and mail.attempts < 5 then 'queued' else 'failed' end,
    error = case when $3 <> 'sent' then $4 end,
    -- 1 minute, 8 minutes, about an hour, 8.5 hours.
    due_at = now() + interval '1 minute' * power(8, mail.attempts - 1),
    finished_at = case when $3 = 'retry' and mail.attempts < 5 then null else now() end
  where mail.id = $1 and mail.state = 'sending' and mail.attempts = $2
  returning mail.state into ended;
  return ended;
end;
$$;
comment on function app.finish_mail(uuid, integer, text, text) is
  'Platform jobs: says what became of a claimed mail (sent, retry, failed); answers its state, null when the claim is no longer this one.';

create function public.claim_mails(p_limit integer default 20) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.claim_mails(p_limit);
end;
comment on function public.claim_mails(integer) is 'Platform jobs: takes due mails, an array.';
create function public.finish_mail(p_mail_id uuid, p_attempt integer, p_outcome text, p_error text default null) returns text
language sql volatile security invoker set search_path = ''
begin atomic
  select app.finish_mail(p_mail_id, p_attempt, p_outcome, p_error);
end;
comment on function public.finish_mail(uuid, integer, text, text) is 'Platform jobs: what became of a claimed mail; answers its state.';

grant execute on function app.claim_mails(integer), app.finish_mail(uuid, integer, text, text),
  public.claim_mails(integer), public.finish_mail(uuid, integer, text, text) to platform_jobs;

-- What ends after a while.

create or replace function app.purge_expired() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  flows integer;
  dead integer;
  old_mails integer;
begin
  if app.claims() ->> 'role' is distinct from 'platform_jobs' then
    raise exception using errcode = 'PT403', message = 'permission_denied';
  end if;
  -- In portions, so that a call after a long pause stays within its timeout; the job calls until both are 0.
  delete from public.sign_in_flows where state_hash in (
    select flow.state_hash from public.sign_in_flows as flow
    where flow.expires_at < now() - app.sign_in_flow_time() order by flow.expires_at limit 10000
  );
  get diagnostics flows = row_count;
  delete from public.sessions where id in (
    select session.id from public.sessions as session
    where least(session.idle_expires_at, session.revoked_at) < now() - interval '30 days' limit 10000
  );
  get diagnostics dead = row_count;
  delete from public.mails where id in (
    select mail.id from public.mails as mail
    where mail.finished_at < now() - interval '90 days' order by mail.finished_at limit 10000
  );
  get diagnostics old_mails = row_count;
  return jsonb_build_object('signInFlows', flows, 'sessions', dead, 'mails', old_mails);
end;
$$;
comment on function app.purge_expired() is
  'Deletes expired flows, sessions that ended 30 days ago or longer, and mails that ended 90 days ago; at most 10,000 of each '
  'per call.';
comment on function public.purge_expired() is 'Platform jobs: deletes what has expired, {signInFlows, sessions, mails}.';
