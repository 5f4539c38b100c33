-- Permissions: what a member may administer. The role gives them, `tenant_permissions` narrows or widens it.

create function app.has_permission(permission text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  token jsonb := app.claims();
begin
  return exists (
    select from public.profiles as member
    where member.tenant_id = token ->> 'tenant_id' and member.id = (token ->> 'sub')::uuid
      and member.status = 'active'
      and case member.tenant_role
        when 'super_admin' then true
        when 'admin' then coalesce((member.tenant_permissions ->> permission)::boolean, true)
        else coalesce((member.tenant_permissions ->> permission)::boolean, false)
      end
  );
end;
$$;
comment on function app.has_permission(text) is
  'True when the member that the token names may administer this: branding, domains, members, billing or audit. Admins may '
  'unless their permissions say no, clients may if theirs say yes. For policies, beside current_tenant_id(), which judges '
  'session and tenant.';
grant execute on function app.has_permission(text) to authenticated;

create function app.require_permission(permission text) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant_id text := app.require_tenant_id();
begin
  if not app.has_permission(permission) then
    raise exception using errcode = 'PT403', message = 'permission_denied';
  end if;
  return tenant_id;
end;
$$;
comment on function app.require_permission(text) is
  'The tenant of a live member with this permission, for definer functions; raises PT401 or PT403 for everybody else.';
