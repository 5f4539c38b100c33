-- Administering OAuth clients: whoever may administer domains saves one, tests it by signing in with it, switches it on.

alter table public.tenant_oauth_clients
  add column tested_at timestamptz,
  add column revision uuid not null default gen_random_uuid();
comment on column public.tenant_oauth_clients.tested_at is
  'When a test sign-in with exactly this id and secret succeeded; null until then. An operator''s own rows need no test.';
comment on column public.tenant_oauth_clients.revision is
  'New whenever id or secret is saved: a test that was started with another one proves nothing about this one.';
grant select (tested_at) on public.tenant_oauth_clients to authenticated;

alter policy select_admin on public.tenant_oauth_clients using ((select app.has_permission('domains')));

alter table public.sign_in_flows
  add column test_session_id uuid,
  add column test_revision uuid,
  add constraint sign_in_flows_test_is_whole check ((test_session_id is null) = (test_revision is null)),
  add constraint sign_in_flows_test_or_link check (test_session_id is null or link_session_id is null),
  add foreign key (tenant_id, test_session_id) references public.sessions (tenant_id, id) on delete cascade;
comment on column public.sign_in_flows.test_session_id is
  'Session of the member who tests an OAuth client; null for a sign-in or a link.';
comment on column public.sign_in_flows.test_revision is 'Revision of the client that is tested.';
create index sign_in_flows_by_test_session on public.sign_in_flows (tenant_id, test_session_id);

create function app.is_secret_of(sealed jsonb, tenant_id text, hostname text, provider text) returns boolean
language plpgsql stable security invoker set search_path = ''
as $$
begin
  return coalesce(
    app.is_sealed_secret(sealed)
      and app.sealed_secret_header(sealed) ->> 'alg' = 'dir'
      -- base64url (RFC 4648 §5) of the JSON that contract/sealed-secret.ts binds a secret to; none of the three has a
      -- character that JSON escapes.
      and sealed ->> 'aad' = translate(
        encode(convert_to(format('["%s","%s","%s"]', tenant_id, hostname, provider), 'UTF8'), 'base64'),
        '+/=' || chr(10), '-_'
      ),
    false
  );
exception
  -- What cannot even be decoded is no secret of anybody.
  when data_exception then return false;
end;
$$;
comment on function app.is_secret_of(jsonb, text, text, text) is
  'True for a sealed secret whose associated data names this very tenant, hostname and provider.';

create function app.is_own_hostname(tenant_id text, hostname text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.tenant_domains as name
    where name.tenant_id = $1 and name.domain = $2 and name.verified_at is not null
  );
end;
$$;
comment on function app.is_own_hostname(text, text) is 'True for a verified hostname of this tenant.';

create function app.list_oauth_clients() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('domains');
  platform text := app.platform_domain();
begin
  return jsonb_build_object(
    'hostnames', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'hostname', name.domain,
        'platformDomain', app.is_within(name.domain, platform),
        'clients', (
          select coalesce(jsonb_agg(jsonb_build_object(
            'provider', client.provider, 'clientId', client.client_id, 'keyId', client.key_id,
            'enabled', client.enabled, 'testedAt', client.tested_at, 'updatedAt', client.updated_at
          ) order by client.provider), '[]')
          from public.tenant_oauth_clients as client
          where client.tenant_id = tenant and client.hostname = name.domain
        )
      ) order by name.main desc, name.domain), '[]')
      from (
        select domains.domain, domains.domain = owner.domain as main
        from public.tenant_domains as domains
        join public.tenants as owner on owner.tenant_id = domains.tenant_id
        where domains.tenant_id = tenant and domains.verified_at is not null
        order by main desc, domains.domain limit 200
      ) as name
    ),
    'wayBackIn', (
      select name.domain from public.tenant_domains as name
      where name.tenant_id = tenant and name.verified_at is not null and app.is_within(name.domain, platform)
      order by name.domain = tenant || '.' || platform desc, name.domain limit 1
    )
  );
end;
$$;
comment on function app.list_oauth_clients() is
  'The verified hostnames of the tenant with their OAuth clients, and the one that the platform''s clients serve.';

create function app.save_oauth_client(for_hostname text, for_provider text, new_client_id text, new_secret text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('domains');
  sealed jsonb;
begin
  if not app.is_own_hostname(tenant, for_hostname) then
    raise exception using errcode = 'PT404', message = 'not_found';
  end if;
  begin
    sealed := case when length(new_secret) <= 8192 then new_secret::jsonb end;
  exception
    when data_exception then null;
  end;
  if for_provider is null or for_provider not in ('github', 'google')
    or app.is_line(new_client_id, 255) is not true
    or not app.is_secret_of(sealed, tenant, for_hostname, for_provider) then
    raise exception using errcode = 'PT422', message = 'validation_failed';
  end if;
  insert into public.tenant_oauth_clients (tenant_id, hostname, provider, client_id, sealed_secret, enabled)
  values (tenant, for_hostname, for_provider, new_client_id, sealed, false)
  on conflict on constraint tenant_oauth_clients_pkey do update
    set client_id = excluded.client_id, sealed_secret = excluded.sealed_secret, enabled = false, tested_at = null,
      revision = gen_random_uuid();
  perform app.write_audit(tenant, 'oauth_client.saved', jsonb_build_object(
    'hostname', for_hostname, 'provider', for_provider, 'clientId', new_client_id,
    'keyId', app.sealed_secret_header(sealed) ->> 'kid'
  ));
end;
$$;
comment on function app.save_oauth_client(text, text, text, text) is
  'Keeps the OAuth client of a verified hostname of the tenant, switched off and untested, whatever it was before. The '
  'secret is the text of a flattened JWE.';

create function app.switch_oauth_client(for_hostname text, for_provider text, enable boolean) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('domains');
  kept public.tenant_oauth_clients;
begin
  select client.* into kept from public.tenant_oauth_clients as client
  where client.tenant_id = tenant and client.hostname = for_hostname and client.provider = for_provider
  for update;
  if not found or not app.is_own_hostname(tenant, for_hostname) then
    raise exception using errcode = 'PT404', message = 'not_found';
  elsif enable is null then
    raise exception using errcode = 'PT422', message = 'validation_failed';
  elsif kept.enabled = enable then
    return;
  elsif enable and kept.tested_at is null then
    raise exception using errcode = 'PT409', message = 'client_untested';
  end if;
  update public.tenant_oauth_clients as client set enabled = enable
  where client.tenant_id = tenant and client.hostname = for_hostname and client.provider = for_provider;
  perform app.write_audit(tenant, case when enable then 'oauth_client.enabled' else 'oauth_client.disabled' end,
    jsonb_build_object('hostname', for_hostname, 'provider', for_provider, 'clientId', kept.client_id));
end;
$$;
comment on function app.switch_oauth_client(text, text, boolean) is
  'Switches an OAuth client on, after a test sign-in with it succeeded (else PT409), or off.';

create function app.delete_oauth_client(for_hostname text, for_provider text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('domains');
  removed text;
begin
  delete from public.tenant_oauth_clients as client
  where client.tenant_id = tenant and client.hostname = for_hostname and client.provider = for_provider
  returning client.client_id into removed;
  if removed is null then
    raise exception using errcode = 'PT404', message = 'not_found';
  end if;
  perform app.write_audit(tenant, 'oauth_client.removed',
    jsonb_build_object('hostname', for_hostname, 'provider', for_provider, 'clientId', removed));
end;
$$;
comment on function app.delete_oauth_client(text, text) is 'Removes an OAuth client of the tenant, its secret with it.';

-- The test: started by the member, on the hostname of its session; finished by role `sign_in`, as a sign-in is.

create function app.make_room_for_sign_in_flow(for_tenant text, for_address_hash text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Counting and adding are one step per tenant; else parallel starts would all count before any adds.
  perform pg_advisory_xact_lock(hashtextextended(jsonb_build_array('sign_in_flows', for_tenant)::text, 0));
  -- Expired flows stay for a while: whoever comes back late is told that it took too long.
  delete from public.sign_in_flows as flow
  where flow.tenant_id = for_tenant and flow.expires_at < now() - app.sign_in_flow_time();
  if (
    select count(*) from public.sign_in_flows as flow
    where flow.tenant_id = for_tenant and flow.address_hash = for_address_hash and flow.expires_at > now()
  ) >= 20 or (
    select count(*) from public.sign_in_flows as flow
    where flow.tenant_id = for_tenant and flow.expires_at > now()
  ) >= 10000 then
    raise exception using errcode = 'PT429', message = 'too_many_sign_ins';
  end if;
end;
$$;
comment on function app.make_room_for_sign_in_flow(text, text) is
  'At most 20 open flows per tenant and address and 10,000 per tenant, else PT429. Holds the tenant''s lock until the end.';

create or replace function app.start_sign_in_flow(
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
  perform app.make_room_for_sign_in_flow(scope.tenant_id, $7);
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

create or replace function app.consume_sign_in_flow(state_hash text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  scope record := app.sign_in_scope();
  flow jsonb;
begin
  delete from public.sign_in_flows as started
  where started.state_hash = $1 and started.tenant_id = scope.tenant_id and started.hostname = scope.hostname
    -- A test signs nobody in, also for Workers that have never heard of tests.
    and started.test_session_id is null
  returning jsonb_build_object(
    'provider', started.provider, 'codeVerifier', started.code_verifier, 'nonce', started.nonce,
    'browserHash', started.browser_hash, 'nextPath', started.next_path, 'linkSessionId', started.link_session_id,
    'expired', started.expires_at <= now()
  ) into flow;
  return flow;
end;
$$;

create function app.start_oauth_client_test(
  state_hash text, provider text, code_verifier text, nonce text, browser_hash text, address_hash text
) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('domains');
  session public.sessions;
  client public.tenant_oauth_clients;
begin
  select asking.* into session from public.sessions as asking
  where asking.tenant_id = tenant and asking.id = (app.claims() ->> 'session_id')::uuid;
  select kept.* into client from public.tenant_oauth_clients as kept
  where kept.tenant_id = tenant and kept.hostname = session.hostname and kept.provider = $2;
  if client.client_id is null or not app.is_own_hostname(tenant, session.hostname) then
    raise exception using errcode = 'PT404', message = 'not_found';
  end if;
  perform app.make_room_for_sign_in_flow(tenant, $6);
  insert into public.sign_in_flows
    (state_hash, tenant_id, hostname, provider, code_verifier, nonce, browser_hash, next_path, address_hash,
      test_session_id, test_revision)
  values ($1, tenant, session.hostname, $2, $3, $4, $5, '/', $6, session.id, client.revision);
  return client.client_id;
end;
$$;
comment on function app.start_oauth_client_test(text, text, text, text, text, text) is
  'Keeps a started test of the client of the hostname that the asking session is on; answers the client id.';

create function app.consume_oauth_client_test(state_hash text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  scope record := app.sign_in_scope();
  flow public.sign_in_flows;
begin
  delete from public.sign_in_flows as started
  where started.state_hash = $1 and started.tenant_id = scope.tenant_id and started.hostname = scope.hostname
    and started.test_session_id is not null
  returning * into flow;
  if flow.state_hash is null then
    return null;
  end if;
  return jsonb_build_object(
    'provider', flow.provider, 'codeVerifier', flow.code_verifier, 'nonce', flow.nonce,
    'browserHash', flow.browser_hash, 'expired', flow.expires_at <= now(),
    'sessionId', flow.test_session_id, 'revision', flow.test_revision,
    'client', (
      select jsonb_build_object('clientId', kept.client_id, 'sealedSecret', kept.sealed_secret)
      from public.tenant_oauth_clients as kept
      where kept.tenant_id = flow.tenant_id and kept.hostname = flow.hostname and kept.provider = flow.provider
        and kept.revision = flow.test_revision and app.can_sign_in(flow.tenant_id, flow.hostname)
    )
  );
end;
$$;
comment on function app.consume_oauth_client_test(text) is
  'Takes a started test out, once, only on its own tenant and hostname, with the client that it tests, enabled or not; '
  '`client` is null when another one was saved since. Null when there is no such test.';

create function app.record_oauth_client_test(for_provider text, for_revision uuid, for_session_id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  scope record := app.sign_in_scope();
  member uuid;
  tested text;
begin
  select session.member_id into member
  from public.sessions as session
  join public.profiles as profile on profile.tenant_id = session.tenant_id and profile.id = session.member_id
  where session.tenant_id = scope.tenant_id and session.id = for_session_id and session.hostname = scope.hostname
    and session.revoked_at is null and session.idle_expires_at > now() and profile.status = 'active';
  if member is null or not app.can_sign_in(scope.tenant_id, scope.hostname) then
    raise exception using errcode = 'PT401', message = 'session_ended';
  end if;
  update public.tenant_oauth_clients as client set tested_at = now()
  where client.tenant_id = scope.tenant_id and client.hostname = scope.hostname and client.provider = for_provider
    and client.revision = for_revision
  returning client.client_id into tested;
  if tested is null then
    return false;
  end if;
  perform app.write_audit(scope.tenant_id, 'oauth_client.tested',
    jsonb_build_object('hostname', scope.hostname, 'provider', for_provider, 'clientId', tested), member);
  return true;
end;
$$;
comment on function app.record_oauth_client_test(text, uuid, uuid) is
  'Writes down that a test sign-in succeeded; false when the client was changed since the test was started.';

create function public.list_oauth_clients() returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.list_oauth_clients();
end;
comment on function public.list_oauth_clients() is
  '{hostnames: [{hostname, platformDomain, clients: [{provider, clientId, keyId, enabled, testedAt, updatedAt}]}], '
  'wayBackIn}; permission domains.';
create function public.save_oauth_client(p_hostname text, p_provider text, p_client_id text, p_sealed_secret text)
returns void
language sql volatile security invoker set search_path = ''
begin atomic
  select app.save_oauth_client(p_hostname, p_provider, p_client_id, p_sealed_secret);
end;
comment on function public.save_oauth_client(text, text, text, text) is
  'Saves a hostname''s own OAuth client, switched off and untested; 404 for a hostname that is not the tenant''s.';
create function public.switch_oauth_client(p_hostname text, p_provider text, p_enabled boolean) returns void
language sql volatile security invoker set search_path = ''
begin atomic
  select app.switch_oauth_client(p_hostname, p_provider, p_enabled);
end;
comment on function public.switch_oauth_client(text, text, boolean) is
  'Switches an OAuth client on or off; 409 client_untested before a test sign-in succeeded, 404 for none.';
create function public.delete_oauth_client(p_hostname text, p_provider text) returns void
language sql volatile security invoker set search_path = ''
begin atomic
  select app.delete_oauth_client(p_hostname, p_provider);
end;
comment on function public.delete_oauth_client(text, text) is 'Removes an OAuth client; 404 for none.';
create function public.start_oauth_client_test(
  p_state_hash text, p_provider text, p_code_verifier text, p_nonce text, p_browser_hash text, p_address_hash text
) returns text
language sql volatile security invoker set search_path = ''
begin atomic
  select app.start_oauth_client_test(
    p_state_hash, p_provider, p_code_verifier, p_nonce, p_browser_hash, p_address_hash
  );
end;
comment on function public.start_oauth_client_test(text, text, text, text, text, text) is
  'Starts a test sign-in with the client of the session''s hostname, enabled or not; answers its client id, 404 for none.';
create function public.consume_oauth_client_test(p_state_hash text) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.consume_oauth_client_test(p_state_hash);
end;
comment on function public.consume_oauth_client_test(text) is
  'Takes a started test out, once: {provider, codeVerifier, nonce, browserHash, expired, sessionId, revision, client} or null.';
create function public.record_oauth_client_test(p_provider text, p_revision uuid, p_session_id uuid) returns boolean
language sql volatile security invoker set search_path = ''
begin atomic
  select app.record_oauth_client_test(p_provider, p_revision, p_session_id);
end;
comment on function public.record_oauth_client_test(text, uuid, uuid) is
  'Writes down a test sign-in that succeeded; false when the client was changed since.';

grant execute on function
  app.list_oauth_clients(), app.save_oauth_client(text, text, text, text),
  app.switch_oauth_client(text, text, boolean), app.delete_oauth_client(text, text),
  app.start_oauth_client_test(text, text, text, text, text, text),
  public.list_oauth_clients(), public.save_oauth_client(text, text, text, text),
  public.switch_oauth_client(text, text, boolean), public.delete_oauth_client(text, text),
  public.start_oauth_client_test(text, text, text, text, text, text) to authenticated;
grant execute on function
  app.consume_oauth_client_test(text), app.record_oauth_client_test(text, uuid, uuid),
  public.consume_oauth_client_test(text), public.record_oauth_client_test(text, uuid, uuid) to sign_in;
