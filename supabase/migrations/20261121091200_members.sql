-- Who am I: what a signed-in member sees of itself, in one call.

create function app.get_me() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant_of_token text := app.require_tenant_id();
begin
  return (
    select jsonb_build_object(
      'member', jsonb_build_object(
        'id', member.id, 'name', member.name, 'email', member.email, 'avatarUrl', member.avatar_url,
        'role', member.tenant_role, 'permissions', member.tenant_permissions, 'createdAt', member.created_at
      ),
      'tenant', jsonb_build_object(
        'tenantId', tenant.tenant_id, 'name', tenant.name, 'type', tenant.type, 'tier', tenant.subscription_tier
      ),
      'session', jsonb_build_object(
        'id', session.id, 'createdAt', session.created_at, 'idleExpiresAt', session.idle_expires_at,
        'absoluteExpiresAt', session.absolute_expires_at
      ),
      'identities', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'provider', known.provider, 'email', known.email, 'linkedAt', known.linked_at, 'lastUsedAt', known.last_used_at
        ) order by known.linked_at, known.provider, known.subject), '[]')
        from public.identities as known
        where known.tenant_id = session.tenant_id and known.member_id = session.member_id
      )
    )
    from public.sessions as session
    join public.profiles as member on member.tenant_id = session.tenant_id and member.id = session.member_id
    join public.tenants as tenant on tenant.tenant_id = session.tenant_id
    where session.tenant_id = tenant_of_token and session.id = (app.claims() ->> 'session_id')::uuid
  );
end;
$$;
comment on function app.get_me() is 'Member, tenant, session and identities of the token, as contract/api.ts has them.';

create function public.get_me() returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.get_me();
end;
comment on function public.get_me() is 'The asking member: {member, tenant, session, identities}.';
grant execute on function app.get_me(), public.get_me() to authenticated;
