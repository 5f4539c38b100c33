-- Closing a tenant ends its people's sessions for good: what was stolen before is worth nothing when it is opened again.

create function app.end_sessions_of_closed_tenant() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  update public.sessions as session set revoked_at = now()
  where session.tenant_id = new.tenant_id and session.revoked_at is null;
  return null;
end;
$$;
comment on function app.end_sessions_of_closed_tenant() is
  'Trigger: a tenant that stops being active has no live session, also after it is active again.';
create trigger end_sessions after update of status on public.tenants
  for each row when (old.status = 'active' and new.status <> 'active')
  execute function app.end_sessions_of_closed_tenant();

update public.sessions as session set revoked_at = now()
from public.tenants as tenant
where tenant.tenant_id = session.tenant_id and tenant.status <> 'active' and session.revoked_at is null;
