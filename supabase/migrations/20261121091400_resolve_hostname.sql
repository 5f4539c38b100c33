-- Resolution: all that anybody without a token may ask. What the dispatcher needs about a hostname, nothing about people.

create function app.resolve_hostname(hostname text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  platform text := app.platform_domain();
  resolved jsonb;
begin
  -- One statement, one snapshot: a version is never paired with what was committed before or after it.
  select jsonb_build_object(
    'tenant', found.tenant,
    'version', coalesce(found.version, directory.value)
  ) into resolved
  from app.directory_version as directory
  left join lateral (
    select tenant.version, jsonb_build_object(
      'tenantId', tenant.tenant_id,
      'name', tenant.name,
      'type', tenant.type,
      'status', tenant.status,
      'tier', tenant.subscription_tier,
      'signUp', tenant.sign_up,
      'worker', tenant.worker,
      'hostname', name.domain,
      'canonicalHostname', tenant.domain,
      'platformDomain', app.is_within(name.domain, platform),
      'providers', (
        select coalesce(jsonb_agg(client.provider order by client.provider), '[]')
        from public.tenant_oauth_clients as client
        where client.tenant_id = name.tenant_id and client.hostname = name.domain and client.enabled
      ),
      'brand', tenant.whitelabel_config
    ) as tenant
    from public.tenant_domains as name
    join public.tenants as tenant on tenant.tenant_id = name.tenant_id
    where name.domain = lower(rtrim($1, '.')) and name.verified_at is not null
  ) as found on true;
  return resolved;
end;
$$;
comment on function app.resolve_hostname(text) is
  'The tenant of a verified hostname with the version of what is shown; for an unknown one, no tenant and the version of '
  'the directory. A tenant that is not active is shown with its status.';

create function public.resolve_hostname(p_hostname text) returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.resolve_hostname(p_hostname);
end;
comment on function public.resolve_hostname(text) is 'What the dispatcher needs about a hostname: {tenant | null, version}.';
grant execute on function app.resolve_hostname(text), public.resolve_hostname(text) to anon;
