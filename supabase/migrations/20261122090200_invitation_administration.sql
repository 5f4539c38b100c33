-- Invitations as a tenant's own people administer them, and the third way to join: by the domain of a verified email.
--
-- Expand and contract: `sign_up` gains a value that the Workers of the release before do not know. They learn it from
-- app.resolve_hostname() alone, which goes on answering `open` or `invite`: who may join is judged here, in
-- app.complete_sign_in(), and a tenant that is not open to everybody reads as one by invitation.

alter table public.invitations alter column expires_at set default now() + interval '7 days';
alter table public.invitations add column sent_at timestamptz not null default now();
alter table public.invitations add column sent_count integer not null default 1 check (sent_count between 1 and 10);
comment on column public.invitations.sent_at is 'When it was last sent.';
comment on column public.invitations.sent_count is 'How often it was sent; ten times at most.';
create index invitations_by_email on public.invitations (tenant_id, lower(email), created_at);
create index invitations_by_sending on public.invitations (tenant_id, sent_at);
grant select (sent_at, sent_count) on public.invitations to authenticated;

drop policy select_admin on public.invitations;
create policy select_permitted on public.invitations for select to authenticated
  using ((select app.has_permission('members')));

-- Inviting.

create function app.invitation_allowance(tenant_id text) returns integer
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  most constant integer := 1000;
  pending integer;
  sent integer;
begin
  -- One inviting transaction at a time in a tenant, so that two together do not pass a bound.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(jsonb_build_array('invitations', $1)::text, 0));
  select count(*) into pending from public.invitations as invitation
  where invitation.tenant_id = $1 and invitation.accepted_at is null and invitation.revoked_at is null
    and invitation.expires_at > now();
  select count(*) into sent from public.invitations as invitation
  where invitation.tenant_id = $1 and invitation.sent_at > now() - interval '1 hour';
  return greatest(most - greatest(pending, sent), 0);
end;
$$;
comment on function app.invitation_allowance(text) is
  'How many invitations a tenant may still make: 1,000 open at once, 1,000 sent within an hour. Holds the tenant''s '
  'invitations until the transaction ends.';

create function app.may_invite(role text) returns boolean
language plpgsql stable security invoker set search_path = ''
as $$
begin
  -- Nobody gives away more than they hold: an admin has every permission.
  return case role
    when 'client' then true
    when 'admin' then (
      select bool_and(app.has_permission(name))
      from unnest(array['branding', 'domains', 'members', 'billing', 'audit']) as name
    )
    when 'super_admin' then exists (
      select from public.profiles as member
      join public.tenants as home on home.tenant_id = member.tenant_id
      where member.tenant_id = app.current_tenant_id() and member.id = app.current_member_id()
        and member.tenant_role = 'super_admin' and home.type = 'primary'
    )
    else false
  end;
end;
$$;
comment on function app.may_invite(text) is
  'True when the asking member may invite somebody in this role: an admin takes every permission, a super admin takes one.';

create function app.add_invitation(tenant_id text, email text, role text, out outcome text, out id uuid)
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
  ) >= 5 then
    outcome := 'too_many';
    return;
  end if;
  -- An expired one makes room. It still reads as expired: it was withdrawn after its end.
  update public.invitations as invitation set revoked_at = now() where invitation.id = earlier.id;
  insert into public.invitations (tenant_id, email, tenant_role, invited_by)
  values ($1, address, $3, app.current_member_id())
  returning invitations.id into id;
  outcome := 'invited';
  perform app.write_audit($1, 'invitation.created', jsonb_build_object('id', id, 'email', address, 'role', $3));
end;
$$;
comment on function app.add_invitation(text, text, text) is
  'Makes one invitation unless something speaks against it: invited, already_member, already_invited, too_many (five to one '
  'address within a day), malformed, role_refused. Whoever calls has checked the permission and the allowance.';

create function app.invite(email text, role text) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('members');
  added record;
begin
  if app.invitation_allowance(tenant) = 0 then
    raise exception using errcode = 'PT429', message = 'too_many_invitations';
  end if;
  select * into added from app.add_invitation(tenant, $1, $2);
  case added.outcome
    when 'invited' then return added.id;
    when 'already_member', 'already_invited' then raise exception using errcode = 'PT409', message = added.outcome;
    when 'too_many' then raise exception using errcode = 'PT429', message = 'too_many_invitations';
    when 'role_refused' then raise exception using errcode = 'PT403', message = 'permission_denied';
    else raise exception using errcode = 'PT422', message = 'validation_failed';
  end case;
end;
$$;
comment on function app.invite(text, text) is
  'Invites an address in a role, for members who may; answers the invitation. PT409 already_member or already_invited, '
  'PT429 too_many_invitations, PT403 for a role above one''s own.';

create function app.import_invitations(emails text[], roles text[]) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('members');
  allowance integer;
  line record;
  added record;
  outcomes jsonb := '[]';
begin
  if emails is null or roles is null or cardinality(emails) <> cardinality(roles) or cardinality(emails) > 1000 then
    raise exception using errcode = 'PT422', message = 'validation_failed';
  end if;
  allowance := app.invitation_allowance(tenant);
  for line in select * from unnest(emails, roles) as listed (email, role) loop
    if allowance = 0 then
      outcomes := outcomes || '"too_many"'::jsonb;
      continue;
    end if;
    select * into added from app.add_invitation(tenant, line.email, line.role);
    outcomes := outcomes || to_jsonb(added.outcome);
    if added.outcome = 'invited' then
      allowance := allowance - 1;
    end if;
  end loop;
  return outcomes;
end;
$$;
comment on function app.import_invitations(text[], text[]) is
  'Invites up to 1,000 addresses in the roles beside them, each as app.invite() would; answers what became of each line, in their order.';

create function app.resend_invitation(id uuid) returns boolean
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
  elsif found_one.sent_count >= 10 or allowance = 0 then
    raise exception using errcode = 'PT429', message = 'too_many_invitations';
  end if;
  update public.invitations as invitation
  set expires_at = now() + interval '7 days', sent_at = now(), sent_count = invitation.sent_count + 1
  where invitation.id = found_one.id;
  perform app.write_audit(tenant, 'invitation.resent',
    jsonb_build_object('id', found_one.id, 'email', found_one.email, 'count', found_one.sent_count + 1));
  return true;
end;
$$;
comment on function app.resend_invitation(uuid) is
  'Gives an invitation that is open or has expired seven days again, ten times at most; false when there is no such one.';

create function app.revoke_invitation(id uuid) returns boolean
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
  perform app.write_audit(tenant, 'invitation.revoked', jsonb_build_object('id', $1, 'email', address));
  return true;
end;
$$;
comment on function app.revoke_invitation(uuid) is 'Withdraws an open invitation; false when there is no such one.';

create function app.list_invitations(state text, after_created_at timestamptz, after_id uuid, page_size integer)
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
comment on function app.list_invitations(text, timestamptz, uuid, integer) is
  'Invitations of the tenant, newest first, for members who may: `all` of them or the open ones, after a position.';

-- Joining by domain.

create function app.is_sign_up_domains(domains text[]) returns boolean
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return cardinality(domains) <= 20 and array_ndims(domains) is not distinct from nullif(least(cardinality(domains), 1), 0)
    and cardinality(domains) = (select count(distinct name) from unnest(domains) as name where app.is_hostname(name));
end;
$$;
comment on function app.is_sign_up_domains(text[]) is 'True for up to 20 different normalised domains.';

create function app.is_public_mail_domain(domain text) returns boolean
language sql immutable security invoker set search_path = ''
return domain = any (array[
  'gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'hotmail.co.uk', 'hotmail.fr', 'live.com', 'msn.com',
  'yahoo.com', 'yahoo.co.uk', 'yahoo.co.jp', 'yahoo.fr', 'yahoo.de', 'ymail.com', 'rocketmail.com', 'aol.com', 'icloud.com',
  'me.com', 'mac.com', 'proton.me', 'protonmail.com', 'pm.me', 'gmx.com', 'gmx.net', 'gmx.de', 'gmx.at', 'gmx.ch', 'web.de',
  't-online.de', 'freenet.de', 'mail.com', 'mail.ru', 'yandex.ru', 'yandex.com', 'qq.com', '163.com', '126.com', 'naver.com',
  'orange.fr', 'wanadoo.fr', 'free.fr', 'laposte.net', 'libero.it', 'zoho.com', 'fastmail.com', 'tutanota.com', 'tuta.com',
  'hey.com', 'comcast.net', 'att.net', 'verizon.net', 'btinternet.com', 'users.noreply.github.com'
]);
comment on function app.is_public_mail_domain(text) is
  'True for the well-known domains where anybody gets an address: letting them in would be open sign-up by another name.';

alter table public.tenants add column sign_up_domains text[] not null default '{}';
alter table public.tenants add constraint tenants_sign_up_domains_check check (app.is_sign_up_domains(sign_up_domains));
alter table public.tenants drop constraint tenants_sign_up_check;
alter table public.tenants add constraint tenants_sign_up_check check (sign_up in ('open', 'invite', 'domain'));
alter table public.tenants add constraint tenants_sign_up_has_domains
  check (sign_up <> 'domain' or cardinality(sign_up_domains) > 0);
comment on column public.tenants.sign_up is
  'open: any verified email may become a client; domain: one of the listed domains may; invite: only invited ones.';
comment on column public.tenants.sign_up_domains is
  'Domains of verified emails that may become clients where sign-up is by domain. Read through get_sign_up() alone.';

create function app.get_sign_up() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  home text := app.require_permission('members');
begin
  return (
    select jsonb_build_object('policy', tenant.sign_up, 'domains', to_jsonb(tenant.sign_up_domains))
    from public.tenants as tenant where tenant.tenant_id = home
  );
end;
$$;
comment on function app.get_sign_up() is 'Who may join, {policy, domains}, for members who may change it.';

create function app.set_sign_up(policy text, domains text[]) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  home text := app.require_permission('members');
  previous public.tenants;
begin
  if policy is null or policy not in ('open', 'invite', 'domain') or domains is null
    or app.is_sign_up_domains(domains) is not true or (policy = 'domain' and cardinality(domains) = 0) then
    raise exception using errcode = 'PT422', message = 'validation_failed';
  elsif exists (select from unnest(domains) as name where app.is_public_mail_domain(name)) then
    raise exception using errcode = 'PT422', message = 'public_mail_domain';
  end if;
  select tenant.* into previous from public.tenants as tenant
  where tenant.tenant_id = home for update;
  if (previous.sign_up, previous.sign_up_domains) is distinct from (policy, domains) then
    update public.tenants as tenant set sign_up = policy, sign_up_domains = domains
    where tenant.tenant_id = home;
    perform app.write_audit(home, 'sign_up.changed', jsonb_build_object(
      'from', previous.sign_up, 'to', policy, 'domains', to_jsonb(domains)));
  end if;
  return jsonb_build_object('policy', policy, 'domains', to_jsonb(domains));
end;
$$;
comment on function app.set_sign_up(text, text[]) is
  'Sets who may join, for members who may; PT422 validation_failed, or public_mail_domain where anybody gets an address.';

create function app.may_join(tenant_id text, email text) returns boolean
language plpgsql stable security invoker set search_path = ''
as $$
begin
  return exists (
    select from public.tenants as tenant
    where tenant.tenant_id = $1 and case tenant.sign_up
      when 'open' then true
      -- The whole domain: a name under a listed one may be somebody else's.
      when 'domain' then lower(split_part($2, '@', 2)) = any (tenant.sign_up_domains)
      else false
    end
  );
end;
$$;
comment on function app.may_join(text, text) is 'True when a person with this verified email may become a client uninvited.';

create or replace function app.complete_sign_in(
  provider text, subject text, email text, email_verified boolean, name text, avatar_url text, user_agent text,
  address text, location text, replaces_session_id uuid
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  scope record := app.sign_in_scope();
  verified_email text := case when email_verified is true then app.clean_email(email) end;
  picture text := case when length(avatar_url) <= 2048 and avatar_url ~ '^https://[^\s[:cntrl:]]+$' then avatar_url end;
  member public.profiles;
  invitation_id uuid;
  invited_role text;
  created boolean := false;
  session public.sessions;
begin
  if not app.can_sign_in(scope.tenant_id, scope.hostname) then
    return jsonb_build_object('outcome', 'tenant_unavailable');
  end if;
  perform app.lock_identity(scope.tenant_id, provider, subject);

  select profile.* into member
  from public.identities as known
  join public.profiles as profile on profile.tenant_id = known.tenant_id and profile.id = known.member_id
  where known.tenant_id = scope.tenant_id and known.provider = $1 and known.subject = $2;

  if member.id is null then
    if verified_email is null then
      return jsonb_build_object('outcome', 'email_unverified');
    end if;
    select accepted.id, accepted.tenant_role into invitation_id, invited_role
    from app.accept_invitation(scope.tenant_id, verified_email) as accepted;
    if invitation_id is null and not app.may_join(scope.tenant_id, verified_email) then
      return jsonb_build_object('outcome', 'not_invited');
    end if;
    insert into public.profiles (tenant_id, tenant_role, name, email, avatar_url)
    values (scope.tenant_id, coalesce(invited_role, 'client'), app.clean_line($5, 120), verified_email, picture)
    returning * into member;
    update public.invitations as accepted set accepted_by = member.id where accepted.id = invitation_id;
    insert into public.identities (tenant_id, provider, subject, member_id, email, last_used_at)
    values (scope.tenant_id, $1, $2, member.id, verified_email, now());
    created := true;
    perform app.write_audit(scope.tenant_id, 'member.joined',
      jsonb_build_object('role', member.tenant_role, 'provider', $1), member.id);
  elsif member.status <> 'active' then
    -- An invitation is the way back for who was removed: as the member of before, in the role of the invitation.
    if member.status = 'removed' then
      select accepted.id, accepted.tenant_role into invitation_id, invited_role
      from app.accept_invitation(scope.tenant_id, verified_email) as accepted;
    end if;
    if invitation_id is null then
      return jsonb_build_object('outcome', 'member_' || member.status);
    end if;
    update public.profiles as profile
    set status = 'active', tenant_role = invited_role, tenant_permissions = '{}', email = verified_email,
      avatar_url = coalesce(picture, profile.avatar_url)
    where profile.tenant_id = scope.tenant_id and profile.id = member.id
    returning * into member;
    update public.invitations as accepted set accepted_by = member.id where accepted.id = invitation_id;
    update public.identities as known set last_used_at = now(), email = verified_email
    where known.tenant_id = scope.tenant_id and known.provider = $1 and known.subject = $2;
    perform app.write_audit(scope.tenant_id, 'member.returned',
      jsonb_build_object('role', member.tenant_role, 'provider', $1), member.id);
  else
    update public.identities as known
    set last_used_at = now(), email = coalesce(verified_email, known.email)
    where known.tenant_id = scope.tenant_id and known.provider = $1 and known.subject = $2;
    update public.profiles as profile
    set name = coalesce(profile.name, app.clean_line($5, 120)), avatar_url = coalesce(picture, profile.avatar_url)
    where profile.tenant_id = scope.tenant_id and profile.id = member.id
      and (profile.name is null or profile.avatar_url is distinct from coalesce(picture, profile.avatar_url));
  end if;

  -- The session that this browser held ends here: a session id from before never carries the new sign-in.
  update public.sessions as held set revoked_at = now()
  where held.tenant_id = scope.tenant_id and held.id = replaces_session_id and held.revoked_at is null;
  insert into public.sessions (tenant_id, member_id, provider, hostname, user_agent, address, location)
  values (scope.tenant_id, member.id, $1, scope.hostname, app.clean_line($7, 512), app.clean_line($8, 64),
    app.clean_line($9, 120))
  returning * into session;
  return jsonb_build_object(
    'outcome', 'signed_in', 'sessionId', session.id, 'memberId', member.id, 'role', member.tenant_role,
    'created', created, 'absoluteExpiresAt', session.absolute_expires_at
  );
end;
$$;
comment on function app.complete_sign_in(text, text, text, boolean, text, text, text, text, text, uuid) is
  'Signs a person in on the token''s tenant. A known identity is its member, whatever its email says. An unknown one needs '
  'an email that the provider verified, and an invitation, open sign-up or a listed domain; a removed member needs an '
  'invitation; an equal email of another member never links.';

-- What the Data API calls.

create function public.invite(p_email text, p_role text) returns uuid
language sql volatile security invoker set search_path = ''
begin atomic
  select app.invite(p_email, p_role);
end;
comment on function public.invite(text, text) is 'Invites an address in a role; answers the invitation''s id.';
create function public.import_invitations(p_emails text[], p_roles text[]) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.import_invitations(p_emails, p_roles);
end;
comment on function public.import_invitations(text[], text[]) is
  'Invites up to 1,000 addresses in the roles beside them; answers an outcome for each.';
create function public.resend_invitation(p_invitation_id uuid) returns boolean
language sql volatile security invoker set search_path = ''
begin atomic
  select app.resend_invitation(p_invitation_id);
end;
comment on function public.resend_invitation(uuid) is 'Sends an invitation again, good for seven days; false for none.';
create function public.revoke_invitation(p_invitation_id uuid) returns boolean
language sql volatile security invoker set search_path = ''
begin atomic
  select app.revoke_invitation(p_invitation_id);
end;
comment on function public.revoke_invitation(uuid) is 'Withdraws an open invitation; false for none.';
create function public.list_invitations(
  p_state text default 'open', p_after_created_at timestamptz default null, p_after_id uuid default null,
  p_limit integer default 25
) returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.list_invitations(p_state, p_after_created_at, p_after_id, p_limit);
end;
comment on function public.list_invitations(text, timestamptz, uuid, integer) is 'Invitations, newest first, as an array.';
create function public.get_sign_up() returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.get_sign_up();
end;
comment on function public.get_sign_up() is 'Who may join: {policy, domains}.';
create function public.set_sign_up(p_policy text, p_domains text[]) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.set_sign_up(p_policy, p_domains);
end;
comment on function public.set_sign_up(text, text[]) is 'Sets who may join; answers {policy, domains}.';

grant execute on function app.invite(text, text), app.import_invitations(text[], text[]), app.resend_invitation(uuid),
  app.revoke_invitation(uuid), app.list_invitations(text, timestamptz, uuid, integer), app.get_sign_up(),
  app.set_sign_up(text, text[]), public.invite(text, text), public.import_invitations(text[], text[]),
  public.resend_invitation(uuid), public.revoke_invitation(uuid),
  public.list_invitations(text, timestamptz, uuid, integer), public.get_sign_up(), public.set_sign_up(text, text[])
  to authenticated;
