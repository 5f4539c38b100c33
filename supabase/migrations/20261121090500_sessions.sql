-- Sessions: the rows that app.current_tenant_id() asks. A session lives while it is used, and 30 days at most.

create function app.session_idle_time() returns interval
language sql immutable security invoker set search_path = '' return interval '7 days';
comment on function app.session_idle_time() is 'A session that is not renewed for this long ends.';

create function app.session_absolute_time() returns interval
language sql immutable security invoker set search_path = '' return interval '30 days';
comment on function app.session_absolute_time() is 'A session ends after this time, however it is used.';

create table public.sessions (
  id uuid primary key default gen_random_uuid(),
  tenant_id text not null,
  member_id uuid not null,
  provider text not null check (provider in ('github', 'google')),
  hostname text not null check (app.is_hostname(hostname)),
  user_agent text check (length(user_agent) <= 512),
  address text check (length(address) <= 64),
  location text check (length(location) <= 120),
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  idle_expires_at timestamptz not null default now() + app.session_idle_time(),
  absolute_expires_at timestamptz not null default now() + app.session_absolute_time(),
  revoked_at timestamptz,
  unique (tenant_id, id),
  foreign key (tenant_id, member_id) references public.profiles (tenant_id, id) on delete cascade,
  -- Whoever asks for the idle end has asked for both.
  constraint sessions_idle_within_absolute check (idle_expires_at <= absolute_expires_at)
);
comment on table public.sessions is 'Signed-in browsers.';
comment on column public.sessions.id is 'Session id: `session_id` of tokens.';
comment on column public.sessions.tenant_id is 'The tenant.';
comment on column public.sessions.member_id is 'Who is signed in.';
comment on column public.sessions.provider is 'How it was signed in.';
comment on column public.sessions.hostname is 'Where it was signed in.';
comment on column public.sessions.user_agent is 'What the browser called itself.';
comment on column public.sessions.address is 'Network address at sign-in.';
comment on column public.sessions.location is 'City and country at sign-in, as the edge saw them.';
comment on column public.sessions.created_at is 'When it was signed in.';
comment on column public.sessions.last_seen_at is 'When its cookie was last renewed.';
comment on column public.sessions.idle_expires_at is 'Ends then unless renewed.';
comment on column public.sessions.absolute_expires_at is 'Ends then in any case.';
comment on column public.sessions.revoked_at is 'When it was signed out; null while it was not.';
alter table public.sessions enable row level security;
create index sessions_last_seen_first on public.sessions (tenant_id, member_id, last_seen_at desc, id desc);
-- For the purge, which goes through all tenants by age.
create index sessions_by_end on public.sessions (least(idle_expires_at, revoked_at));

create policy within_tenant on public.sessions as restrictive
  using (tenant_id = (select app.current_tenant_id()));
create policy select_own on public.sessions for select to authenticated
  using (member_id = (select app.current_member_id()));
grant select (id, tenant_id, member_id, provider, hostname, user_agent, address, location, created_at, last_seen_at,
  idle_expires_at, absolute_expires_at, revoked_at) on public.sessions to authenticated;

create function app.check_session() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform app.require_tenant_id();
  return true;
end;
$$;
comment on function app.check_session() is 'True while the session lives; raises PT401 when not. For routes that read nothing else here.';

create function app.renew_session() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_tenant_id();
  renewed jsonb;
begin
  update public.sessions as session
  set last_seen_at = now(),
    idle_expires_at = least(now() + app.session_idle_time(), session.absolute_expires_at)
  where session.tenant_id = tenant
    and session.id = (app.claims() ->> 'session_id')::uuid
    and session.revoked_at is null
  returning jsonb_build_object('idleExpiresAt', idle_expires_at, 'absoluteExpiresAt', absolute_expires_at) into renewed;
  -- Signed out between the two statements.
  if renewed is null then
    raise exception using errcode = 'PT401', message = 'session_ended';
  end if;
  return renewed;
end;
$$;
comment on function app.renew_session() is 'Writes last use and pushes the idle end of the token''s session; answers both ends.';

create function app.revoke_session(id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_tenant_id();
begin
  update public.sessions as session set revoked_at = now()
  where session.tenant_id = tenant and session.id = $1
    and session.member_id = app.current_member_id() and session.revoked_at is null;
  return found;
end;
$$;
comment on function app.revoke_session(uuid) is 'Signs out one session of the asking member; false when it has no such live one.';

create function app.revoke_all_sessions() returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_tenant_id();
  revoked integer;
begin
  update public.sessions as session set revoked_at = now()
  where session.tenant_id = tenant and session.member_id = app.current_member_id() and session.revoked_at is null
    and session.idle_expires_at > now();
  get diagnostics revoked = row_count;
  perform app.write_audit(tenant, 'sessions.revoked', jsonb_build_object('count', revoked));
  return revoked;
end;
$$;
comment on function app.revoke_all_sessions() is 'Signs the asking member out everywhere, here included; answers how many sessions that were.';

create function public.check_session() returns boolean
language sql stable security invoker set search_path = ''
begin atomic
  select app.check_session();
end;
comment on function public.check_session() is 'True while the session lives, else 401.';
create function public.renew_session() returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.renew_session();
end;
comment on function public.renew_session() is 'Renews the token''s session: {idleExpiresAt, absoluteExpiresAt}.';
create function public.revoke_session(p_session_id uuid) returns boolean
language sql volatile security invoker set search_path = ''
begin atomic
  select app.revoke_session(p_session_id);
end;
comment on function public.revoke_session(uuid) is 'Signs out one of the member''s own sessions; false when there is no such live one.';
create function public.revoke_all_sessions() returns integer
language sql volatile security invoker set search_path = ''
begin atomic
  select app.revoke_all_sessions();
end;
comment on function public.revoke_all_sessions() is 'Signs the member out everywhere; answers how many sessions that were.';

grant execute on function app.check_session(), app.renew_session(), app.revoke_session(uuid), app.revoke_all_sessions(),
  public.check_session(), public.renew_session(), public.revoke_session(uuid), public.revoke_all_sessions()
  to authenticated;
