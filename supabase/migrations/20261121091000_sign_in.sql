-- Signing in and linking: from what a provider said about a person to a session, for role `sign_in`.

create function app.clean_line(value text, longest integer) returns text
language sql immutable security invoker set search_path = ''
return nullif(rtrim(left(ltrim(regexp_replace(value, '[\u0001-\u001f\u007f-\u009f]+', ' ', 'g')), longest)), '');
comment on function app.clean_line(text, integer) is
  'Text from outside as one bounded line, null when nothing is left: what a provider says must not stop a sign-in.';

create function app.clean_email(email text) returns text
language sql immutable security invoker set search_path = ''
return case when app.is_email(btrim(email)) then btrim(email) end;
comment on function app.clean_email(text) is 'The address, or null when it is none.';

create function app.complete_sign_in(
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
    if invitation_id is null and not exists (
      select from public.tenants as tenant where tenant.tenant_id = scope.tenant_id and tenant.sign_up = 'open'
    ) then
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
    return jsonb_build_object('outcome', 'member_' || member.status);
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
  'an email that the provider verified, and an invitation or open sign-up; an equal email of another member never links.';

create function app.link_identity(link_session_id uuid, provider text, subject text, email text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  scope record := app.sign_in_scope();
  member uuid;
  owner uuid;
begin
  select session.member_id into member
  from public.sessions as session
  join public.profiles as profile on profile.tenant_id = session.tenant_id and profile.id = session.member_id
  where session.tenant_id = scope.tenant_id and session.id = $1 and session.revoked_at is null
    and session.idle_expires_at > now() and profile.status = 'active';
  if member is null or not app.can_sign_in(scope.tenant_id, scope.hostname) then
    return jsonb_build_object('outcome', 'session_dead');
  end if;
  perform app.lock_identity(scope.tenant_id, provider, subject);
  insert into public.identities (tenant_id, provider, subject, member_id, email)
  values (scope.tenant_id, $2, $3, member, app.clean_email($4))
  on conflict do nothing;
  if found then
    perform app.write_audit(scope.tenant_id, 'identity.linked', jsonb_build_object('provider', $2), member);
    return jsonb_build_object('outcome', 'linked');
  end if;
  select known.member_id into owner from public.identities as known
  where known.tenant_id = scope.tenant_id and known.provider = $2 and known.subject = $3;
  return jsonb_build_object('outcome', case when owner = member then 'already_linked' else 'identity_taken' end);
end;
$$;
comment on function app.link_identity(uuid, text, text, text) is
  'Gives the member of a live session a second way to sign in. `email` is one that the provider verified, or null.';

create function app.get_oauth_client(provider text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  scope record := app.sign_in_scope();
begin
  return (
    select jsonb_build_object('clientId', client.client_id, 'sealedSecret', client.sealed_secret)
    from public.tenant_oauth_clients as client
    where client.tenant_id = scope.tenant_id and client.hostname = scope.hostname and client.provider = $1
      and client.enabled and app.can_sign_in(scope.tenant_id, scope.hostname)
  );
end;
$$;
comment on function app.get_oauth_client(text) is
  'The OAuth client of the token''s tenant and hostname with its encrypted secret; null when none is enabled.';

create function public.complete_sign_in(
  p_provider text, p_subject text, p_email text default null, p_email_verified boolean default false,
  p_name text default null, p_avatar_url text default null, p_user_agent text default null, p_address text default null,
  p_location text default null, p_replaces_session_id uuid default null
) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.complete_sign_in(
    p_provider, p_subject, p_email, p_email_verified, p_name, p_avatar_url, p_user_agent, p_address, p_location,
    p_replaces_session_id
  );
end;
comment on function public.complete_sign_in(text, text, text, boolean, text, text, text, text, text, uuid) is
  'Signs in: {outcome: signed_in, sessionId, memberId, role, created, absoluteExpiresAt}, or {outcome} alone: not_invited, '
  'email_unverified, member_suspended, member_removed, tenant_unavailable.';
create function public.link_identity(
  p_link_session_id uuid, p_provider text, p_subject text, p_email text default null
) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.link_identity(p_link_session_id, p_provider, p_subject, p_email);
end;
comment on function public.link_identity(uuid, text, text, text) is
  'Links an identity to the member of a live session: {outcome: linked | already_linked | identity_taken | session_dead}.';
create function public.get_oauth_client(p_provider text) returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.get_oauth_client(p_provider);
end;
comment on function public.get_oauth_client(text) is 'The hostname''s own OAuth client: {clientId, sealedSecret} or null.';

grant execute on function
  app.complete_sign_in(text, text, text, boolean, text, text, text, text, text, uuid),
  app.link_identity(uuid, text, text, text), app.get_oauth_client(text),
  public.complete_sign_in(text, text, text, boolean, text, text, text, text, text, uuid),
  public.link_identity(uuid, text, text, text), public.get_oauth_client(text) to sign_in;
