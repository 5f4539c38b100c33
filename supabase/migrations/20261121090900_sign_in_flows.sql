-- Sign-in flows: what a browser started, between leaving for the provider and coming back. Only role `sign_in` gets
-- here, and only through functions: a flow belongs to the tenant and hostname of the token.

create function app.sign_in_flow_time() returns interval
language sql immutable security invoker set search_path = '' return interval '10 minutes';
comment on function app.sign_in_flow_time() is 'A sign-in that takes longer has expired.';

create table public.sign_in_flows (
  state_hash text primary key check (state_hash ~ '^[A-Za-z0-9_-]{32,128}$'),
  tenant_id text not null,
  hostname text not null,
  provider text not null check (provider in ('github', 'google')),
  code_verifier text not null check (code_verifier ~ '^[A-Za-z0-9._~-]{43,128}$'),
  nonce text not null check (nonce ~ '^[A-Za-z0-9_-]{16,128}$'),
  browser_hash text not null check (browser_hash ~ '^[A-Za-z0-9_-]{32,128}$'),
  next_path text not null check (length(next_path) <= 2048 and next_path ~ '^/([^/\\[:cntrl:]][^\\[:cntrl:]]*)?$'),
  address_hash text not null check (address_hash ~ '^[A-Za-z0-9_-]{16,128}$'),
  link_session_id uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + app.sign_in_flow_time(),
  foreign key (tenant_id, hostname) references public.tenant_domains (tenant_id, domain) on delete cascade,
  foreign key (tenant_id, link_session_id) references public.sessions (tenant_id, id) on delete cascade
);
comment on table public.sign_in_flows is 'Started sign-ins. No role reads this table.';
comment on column public.sign_in_flows.state_hash is 'Hash of the OAuth state.';
comment on column public.sign_in_flows.tenant_id is 'The tenant that it was started on.';
comment on column public.sign_in_flows.hostname is 'The hostname that it was started on; no other can finish or burn it.';
comment on column public.sign_in_flows.provider is 'The provider that it was started with.';
comment on column public.sign_in_flows.code_verifier is 'PKCE verifier (RFC 7636 §4.1).';
comment on column public.sign_in_flows.nonce is 'OpenID Connect nonce.';
comment on column public.sign_in_flows.browser_hash is 'Hash of the cookie of the browser that started; stops login CSRF.';
comment on column public.sign_in_flows.next_path is 'Path to go to afterwards, on the same origin.';
comment on column public.sign_in_flows.address_hash is 'Hash of the network address; bounds how many an address keeps open.';
comment on column public.sign_in_flows.link_session_id is 'Session of the member who links a provider; null for a sign-in.';
comment on column public.sign_in_flows.created_at is 'When it was started.';
comment on column public.sign_in_flows.expires_at is 'Expired from then on.';
alter table public.sign_in_flows enable row level security;
create index sign_in_flows_open on public.sign_in_flows (tenant_id, expires_at);
create index sign_in_flows_by_address on public.sign_in_flows (tenant_id, address_hash, expires_at);
create index sign_in_flows_by_hostname on public.sign_in_flows (tenant_id, hostname);
create index sign_in_flows_by_link_session on public.sign_in_flows (tenant_id, link_session_id);
-- For the purge, which goes through all tenants by age.
create index sign_in_flows_by_end on public.sign_in_flows (expires_at);

create policy within_tenant on public.sign_in_flows as restrictive
  using (tenant_id = (select app.current_tenant_id()));

create function app.sign_in_scope(out tenant_id text, out hostname text)
language plpgsql stable security definer set search_path = ''
as $$
declare
  token jsonb := app.claims();
begin
  if token ->> 'role' is distinct from 'sign_in' or token ->> 'tenant_id' is null or token ->> 'hostname' is null then
    raise exception using errcode = 'PT403', message = 'sign_in_scope_missing';
  end if;
  tenant_id := token ->> 'tenant_id';
  hostname := token ->> 'hostname';
end;
$$;
comment on function app.sign_in_scope() is 'Tenant and hostname of a sign_in token; raises PT403 for any other token.';

create function app.can_sign_in(tenant_id text, hostname text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.tenant_domains as name
    join public.tenants as tenant on tenant.tenant_id = name.tenant_id
    where name.tenant_id = $1 and name.domain = $2 and name.verified_at is not null and tenant.status = 'active'
  );
end;
$$;
comment on function app.can_sign_in(text, text) is 'True for an active tenant on a verified hostname of its own.';

create function app.start_sign_in_flow(
  state_hash text, provider text, code_verifier text, nonce text, browser_hash text, next_path text, address_hash text,
  link_session_id uuid
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  scope record := app.sign_in_scope();
begin
  if not app.can_sign_in(scope.tenant_id, scope.hostname) then
    raise exception using errcode = 'PT403', message = 'tenant_unavailable';
  end if;
  -- Counting and adding are one step per tenant; else parallel starts would all count before any adds.
  perform pg_advisory_xact_lock(hashtextextended(jsonb_build_array('sign_in_flows', scope.tenant_id)::text, 0));
  -- Expired flows stay for a while: whoever comes back late is told that it took too long.
  delete from public.sign_in_flows as flow
  where flow.tenant_id = scope.tenant_id and flow.expires_at < now() - app.sign_in_flow_time();
  if (
    select count(*) from public.sign_in_flows as flow
    where flow.tenant_id = scope.tenant_id and flow.address_hash = $7 and flow.expires_at > now()
  ) >= 20 or (
    select count(*) from public.sign_in_flows as flow
    where flow.tenant_id = scope.tenant_id and flow.expires_at > now()
  ) >= 10000 then
    raise exception using errcode = 'PT429', message = 'too_many_sign_ins';
  end if;
  if link_session_id is not null and not exists (
    select from public.sessions as session
    where session.tenant_id = scope.tenant_id and session.id = $8 and session.revoked_at is null
      and session.idle_expires_at > now()
  ) then
    raise exception using errcode = 'PT401', message = 'session_ended';
  end if;
  insert into public.sign_in_flows
    (state_hash, tenant_id, hostname, provider, code_verifier, nonce, browser_hash, next_path, address_hash, link_session_id)
  values ($1, scope.tenant_id, scope.hostname, $2, $3, $4, $5, $6, $7, $8);
end;
$$;
comment on function app.start_sign_in_flow(text, text, text, text, text, text, text, uuid) is
  'Keeps a started sign-in. At most 20 open ones per tenant and address and 10,000 per tenant, else PT429.';

create function app.consume_sign_in_flow(state_hash text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  scope record := app.sign_in_scope();
  flow jsonb;
begin
  delete from public.sign_in_flows as started
  where started.state_hash = $1 and started.tenant_id = scope.tenant_id and started.hostname = scope.hostname
  returning jsonb_build_object(
    'provider', started.provider, 'codeVerifier', started.code_verifier, 'nonce', started.nonce,
    'browserHash', started.browser_hash, 'nextPath', started.next_path, 'linkSessionId', started.link_session_id,
    'expired', started.expires_at <= now()
  ) into flow;
  return flow;
end;
$$;
comment on function app.consume_sign_in_flow(text) is
  'Takes a flow out, once, and only on its own tenant and hostname; null when there is none. A call of its own, so that '
  'whatever is judged afterwards cannot roll it back.';

create function public.start_sign_in_flow(
  p_state_hash text, p_provider text, p_code_verifier text, p_nonce text, p_browser_hash text, p_next_path text,
  p_address_hash text, p_link_session_id uuid default null
) returns void
language sql volatile security invoker set search_path = ''
begin atomic
  select app.start_sign_in_flow(
    p_state_hash, p_provider, p_code_verifier, p_nonce, p_browser_hash, p_next_path, p_address_hash, p_link_session_id
  );
end;
comment on function public.start_sign_in_flow(text, text, text, text, text, text, text, uuid) is
  'Keeps a started sign-in for the token''s tenant and hostname; 429 past the bounds.';
create function public.consume_sign_in_flow(p_state_hash text) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.consume_sign_in_flow(p_state_hash);
end;
comment on function public.consume_sign_in_flow(text) is
  'Takes a started sign-in out, once: {provider, codeVerifier, nonce, browserHash, nextPath, linkSessionId, expired} or null.';

grant execute on function app.start_sign_in_flow(text, text, text, text, text, text, text, uuid),
  app.consume_sign_in_flow(text),
  public.start_sign_in_flow(text, text, text, text, text, text, text, uuid),
  public.consume_sign_in_flow(text) to sign_in;
