-- Super admins and platform jobs: the only ways across tenants. Each checks who asks and writes it down.

create function app.require_super_admin() returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant text := app.require_tenant_id();
begin
  if not exists (
    select from public.profiles as member
    join public.tenants as home on home.tenant_id = member.tenant_id
    where member.tenant_id = tenant and member.id = app.current_member_id() and member.tenant_role = 'super_admin'
      and home.type = 'primary'
  ) then
    raise exception using errcode = 'PT403', message = 'permission_denied';
  end if;
  return tenant;
end;
$$;
comment on function app.require_super_admin() is
  'The primary tenant''s id for a live super admin; raises PT401 or PT403 for everybody else.';

create function app.admin_list_tenants(after text, page_size integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  home text := app.require_super_admin();
  size integer := least(greatest(coalesce(page_size, 50), 1), 100);
  page jsonb;
begin
  select coalesce(jsonb_agg(jsonb_build_object(
    'tenantId', tenant.tenant_id, 'name', tenant.name, 'domain', tenant.domain, 'type', tenant.type,
    'status', tenant.status, 'tier', tenant.subscription_tier, 'signUp', tenant.sign_up, 'worker', tenant.worker,
    'createdAt', tenant.created_at
  ) order by tenant.tenant_id), '[]') into page
  from (
    select * from public.tenants as t
    where after is null or t.tenant_id > after
    order by t.tenant_id limit size + 1
  ) as tenant;
  perform app.write_audit(home, 'tenants.listed', jsonb_build_object('after', left(after, 63)));
  return jsonb_build_object(
    'items', case when jsonb_array_length(page) > size then page - size else page end,
    'nextCursor', case when jsonb_array_length(page) > size then page -> (size - 1) ->> 'tenantId' end
  );
end;
$$;
comment on function app.admin_list_tenants(text, integer) is 'All tenants by id, a page at a time, for a super admin; audited.';

create function app.admin_set_tenant_status(id text, new_status text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  home text := app.require_super_admin();
  previous text;
begin
  if new_status is null or new_status not in ('active', 'suspended', 'inactive') then
    raise exception using errcode = 'PT422', message = 'validation_failed', detail = 'status is active, suspended or inactive';
  end if;
  select tenant.status into previous from public.tenants as tenant where tenant.tenant_id = id for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'not_found';
  elsif id = home then
    raise exception using errcode = 'PT409', message = 'conflict', detail = 'the primary tenant stays active';
  end if;
  if previous <> new_status then
    update public.tenants as tenant set status = new_status where tenant.tenant_id = id;
    perform app.write_audit(id, 'tenant.status_changed', jsonb_build_object('from', previous, 'to', new_status));
  end if;
  return jsonb_build_object('tenantId', id, 'status', new_status, 'previousStatus', previous);
end;
$$;
comment on function app.admin_set_tenant_status(text, text) is
  'Suspends, deactivates or reactivates a tenant, for a super admin; audited in that tenant''s log.';

create function app.purge_expired() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  flows integer;
  dead integer;
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
  return jsonb_build_object('signInFlows', flows, 'sessions', dead);
end;
$$;
comment on function app.purge_expired() is
  'Deletes expired flows, and sessions that ended 30 days ago or longer; at most 10,000 of each per call.';

create function public.admin_list_tenants(p_cursor text default null, p_limit integer default 50) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.admin_list_tenants(p_cursor, p_limit);
end;
comment on function public.admin_list_tenants(text, integer) is 'Super admins: all tenants, {items, nextCursor}.';
create function public.admin_set_tenant_status(p_tenant_id text, p_status text) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.admin_set_tenant_status(p_tenant_id, p_status);
end;
comment on function public.admin_set_tenant_status(text, text) is
  'Super admins: sets a tenant''s status, {tenantId, status, previousStatus}; 404 for none, 409 for the primary.';
create function public.purge_expired() returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.purge_expired();
end;
comment on function public.purge_expired() is 'Platform jobs: deletes what has expired, {signInFlows, sessions}.';

grant execute on function app.admin_list_tenants(text, integer), app.admin_set_tenant_status(text, text),
  public.admin_list_tenants(text, integer), public.admin_set_tenant_status(text, text) to authenticated;
grant execute on function app.purge_expired(), public.purge_expired() to platform_jobs;
