-- Administering members: who is here, what they may do, and ending it. For members with the permission `members`.

-- Of all members, few administer: what the last of them is asked by.
create index profiles_admins on public.profiles (tenant_id, id) where tenant_role in ('admin', 'super_admin');
create index profiles_by_name on public.profiles (tenant_id, lower(coalesce(name, email, '')), id);

drop policy select_own_or_admin on public.profiles;
create policy select_own_or_permitted on public.profiles for select to authenticated
  using (id = (select app.current_member_id()) or (select app.has_permission('members')));

create function app.permission_names() returns text[]
language sql immutable security invoker set search_path = ''
return array['branding', 'domains', 'members', 'billing', 'audit'];
comment on function app.permission_names() is 'What tenant_permissions may grant or take away: PERMISSIONS of contract/tenants.ts.';

create function app.role_allows(role text, permissions jsonb, permission text) returns boolean
language sql immutable security invoker set search_path = ''
return case role
  when 'super_admin' then true
  when 'admin' then coalesce((permissions ->> permission)::boolean, true)
  else coalesce((permissions ->> permission)::boolean, false)
end;
comment on function app.role_allows(text, jsonb, text) is
  'What a role with these permissions allows, as app.has_permission() judges the asking member.';

create function app.administers_members(member public.profiles) returns boolean
language sql immutable security invoker set search_path = ''
return member.status = 'active' and member.tenant_role in ('admin', 'super_admin')
  and app.role_allows(member.tenant_role, member.tenant_permissions, 'members');
comment on function app.administers_members(public.profiles) is
  'True for an active admin or super admin with the permission `members`: each tenant that has one keeps one.';

create function app.is_last_admin(member public.profiles) returns boolean
language sql stable security invoker set search_path = ''
return app.administers_members(member) and not exists (
  select from public.profiles as other
  where other.tenant_id = member.tenant_id and other.id <> member.id and other.tenant_role in ('admin', 'super_admin')
    and app.administers_members(other)
);
comment on function app.is_last_admin(public.profiles) is 'True for the one whose leaving would leave nobody to administer the members.';

create function app.member_last_seen(tenant_id text, member_id uuid) returns timestamptz
language sql stable security invoker set search_path = ''
return greatest(
  (select max(session.last_seen_at) from public.sessions as session where session.tenant_id = $1 and session.member_id = $2),
  (select max(known.last_used_at) from public.identities as known where known.tenant_id = $1 and known.member_id = $2)
);
comment on function app.member_last_seen(text, uuid) is
  'Last renewal of a session or, once the purge has taken those, last sign-in; null for neither.';

create function app.describe_member(member public.profiles) returns jsonb
language sql stable security invoker set search_path = ''
return jsonb_build_object(
  'id', member.id, 'name', member.name, 'email', member.email, 'avatarUrl', member.avatar_url,
  'role', member.tenant_role, 'permissions', member.tenant_permissions, 'status', member.status,
  'providers', (
    select coalesce(jsonb_agg(distinct known.provider), '[]') from public.identities as known
    where known.tenant_id = member.tenant_id and known.member_id = member.id
  ),
  'lastSeenAt', app.member_last_seen(member.tenant_id, member.id), 'createdAt', member.created_at,
  'current', member.id = app.current_member_id(), 'lastAdmin', app.is_last_admin(member)
);
comment on function app.describe_member(public.profiles) is 'A member as contract/members.ts has it.';

create function app.list_members(
  search text, role text, status text, sort text, descending boolean, after_value text, after_id uuid, page_size integer
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('members');
  size integer := least(greatest(coalesce(page_size, 25), 1), 100);
  wanted text := nullif(lower(left(btrim(search), 254)), '');
  key text;
  key_type text := 'text';
  direction text := case when descending then 'desc' else 'asc' end;
  page jsonb;
begin
  case coalesce(sort, 'name')
    when 'name' then key := 'lower(coalesce(member.name, member.email, ''''))';
    when 'email' then key := 'lower(coalesce(member.email, ''''))';
    when 'created' then key := 'member.created_at'; key_type := 'timestamptz';
    when 'last_seen' then key := 'coalesce(seen.at, ''-infinity'')'; key_type := 'timestamptz';
    else raise exception using errcode = 'PT422', message = 'validation_failed', detail = 'sort is name, email, created or last_seen';
  end case;
  -- Planned for what is asked, each time. The key is one of the four above; what came from outside is a parameter.
  execute format(
    $query$
      select coalesce(jsonb_agg(jsonb_build_object('key', found.key, 'item', app.describe_member(found.member))
        order by found.key %2$s, found.id %2$s), '[]')
      from (
        select member, member.id, %1$s as key
        from public.profiles as member %4$s
        where member.tenant_id = $1
          and ($2 is null or position($2 in lower(member.name)) > 0 or position($2 in lower(member.email)) > 0)
          and ($3 is null or member.tenant_role = $3)
          and (case when $4 is null then member.status <> 'removed' else member.status = $4 end)
          and ($6 is null or (%1$s, member.id) %3$s ($5::%5$s, $6))
        order by %1$s %2$s, member.id %2$s limit $7
      ) as found
    $query$,
    key, direction, case direction when 'asc' then '>' else '<' end,
    -- Once over the tenant, not once a member.
    case when sort = 'last_seen' then
      'left join (
        select used.member_id, max(used.at) as at from (
          select session.member_id, session.last_seen_at from public.sessions as session where session.tenant_id = $1
          union all select known.member_id, known.last_used_at from public.identities as known where known.tenant_id = $1
        ) as used (member_id, at) group by used.member_id
      ) as seen on seen.member_id = member.id'
    else '' end,
    key_type
  ) into page using tenant, wanted, role, status, after_value, after_id, size + 1;
  return jsonb_build_object(
    'items', jsonb_path_query_array(page, '$[*].item') - size,
    'next', case when jsonb_array_length(page) > size then
      jsonb_build_array(page -> (size - 1) -> 'key', page -> (size - 1) -> 'item' -> 'id') end
  );
end;
$$;
comment on function app.list_members(text, text, text, text, boolean, text, uuid, integer) is
  'A page of the tenant''s members for one with the permission `members`: {items, next: [key, id] or null}. Without a '
  'status, those who were not removed. Searches name and email, anywhere in them.';

create function app.get_member(id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('members');
  description jsonb;
begin
  select app.describe_member(member) into description from public.profiles as member
  where member.tenant_id = tenant and member.id = $1;
  if description is null then
    raise exception using errcode = 'PT404', message = 'not_found';
  end if;
  return description;
end;
$$;
comment on function app.get_member(uuid) is 'One member of the tenant, for one with the permission `members`.';

create function app.change_member(member_id uuid, new_role text, new_permissions jsonb, new_status text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('members');
  actor public.profiles;
  before public.profiles;
  after public.profiles;
  permission text;
  ended integer := 0;
begin
  if new_role is not null and new_role not in ('client', 'admin', 'super_admin')
    or new_status is not null and new_status not in ('active', 'suspended', 'removed')
    or new_permissions is not null and (
      not app.is_permission_set(new_permissions) or not new_permissions - app.permission_names() = '{}'
    ) then
    raise exception using errcode = 'PT422', message = 'validation_failed',
      detail = 'a role, a status, and booleans by the names of permissions';
  end if;
  -- One change at a time in a tenant: of two that each leave one admin, the second looks when the first is done. And who
  -- waited may have been demoted meanwhile, so the permission is asked for again.
  perform pg_advisory_xact_lock(hashtextextended(jsonb_build_array('members', tenant)::text, 0));
  tenant := app.require_permission('members');

  select member.* into actor from public.profiles as member
  where member.tenant_id = tenant and member.id = app.current_member_id();
  select member.* into before from public.profiles as member
  where member.tenant_id = tenant and member.id = $1 for no key update;
  if before.id is null then
    raise exception using errcode = 'PT404', message = 'not_found';
  elsif before.id = actor.id then
    raise exception using errcode = 'PT403', message = 'own_membership';
  elsif 'super_admin' in (before.tenant_role, new_role) and actor.tenant_role <> 'super_admin' then
    raise exception using errcode = 'PT403', message = 'permission_denied';
  elsif before.status = 'removed' and new_status is distinct from 'active' then
    raise exception using errcode = 'PT409', message = 'conflict', detail = 'a removed member is reinstated first';
  end if;

  after := before;
  after.tenant_role := coalesce(new_role, before.tenant_role);
  after.status := coalesce(new_status, before.status);
  -- Another role begins with what it gives. Kept is only what differs from the role, so that nothing lies in wait there.
  if new_permissions is not null or after.tenant_role <> before.tenant_role then
    after.tenant_permissions := (before.tenant_permissions - app.permission_names()) || coalesce((
      select jsonb_object_agg(given.key, given.value) from jsonb_each(new_permissions) as given
      where given.value::boolean <> app.role_allows(after.tenant_role, '{}', given.key)
    ), '{}');
  end if;
  foreach permission in array app.permission_names() loop
    if app.role_allows(after.tenant_role, after.tenant_permissions, permission)
      and not app.role_allows(before.tenant_role, before.tenant_permissions, permission)
      and not app.role_allows(actor.tenant_role, actor.tenant_permissions, permission) then
      raise exception using errcode = 'PT403', message = 'permission_denied', detail = permission;
    end if;
  end loop;
  if app.is_last_admin(before) and not app.administers_members(after) then
    raise exception using errcode = 'PT409', message = 'last_admin';
  end if;

  if after is distinct from before then
    update public.profiles as member
    set tenant_role = after.tenant_role, tenant_permissions = after.tenant_permissions, status = after.status
    where member.tenant_id = tenant and member.id = before.id;
  end if;
  if after.tenant_role <> before.tenant_role then
    perform app.write_audit(tenant, 'member.role_changed',
      jsonb_build_object('memberId', before.id, 'from', before.tenant_role, 'to', after.tenant_role));
  end if;
  if after.tenant_permissions <> before.tenant_permissions then
    perform app.write_audit(tenant, 'member.permissions_changed',
      jsonb_build_object('memberId', before.id, 'from', before.tenant_permissions, 'to', after.tenant_permissions));
  end if;
  if after.status <> before.status then
    if after.status <> 'active' then
      update public.sessions as session set revoked_at = now()
      where session.tenant_id = tenant and session.member_id = before.id and session.revoked_at is null;
      get diagnostics ended = row_count;
    end if;
    perform app.write_audit(tenant,
      'member.' || case after.status when 'active' then 'reinstated' else after.status end,
      jsonb_build_object('memberId', before.id, 'from', before.status, 'sessions', ended));
  end if;
  return app.describe_member(after);
end;
$$;
comment on function app.change_member(uuid, text, jsonb, text) is
  'Changes role, permissions or status of another member; null leaves as it is. Whoever is suspended or removed is signed '
  'out. Nobody grants what they do not have; the last admin stays; only super admins touch super admins. Audited.';

create function public.list_members(
  p_search text default null, p_role text default null, p_status text default null, p_sort text default 'name',
  p_descending boolean default false, p_after_value text default null, p_after_id uuid default null,
  p_limit integer default 25
) returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.list_members(p_search, p_role, p_status, p_sort, p_descending, p_after_value, p_after_id, p_limit);
end;
comment on function public.list_members(text, text, text, text, boolean, text, uuid, integer) is
  'A page of the tenant''s members: {items, next}.';
create function public.get_member(p_member_id uuid) returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.get_member(p_member_id);
end;
comment on function public.get_member(uuid) is 'One member of the tenant; 404 for none.';
create function public.update_member(
  p_member_id uuid, p_role text default null, p_permissions text default null, p_status text default null
) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.change_member(p_member_id, p_role, p_permissions::jsonb, p_status);
end;
comment on function public.update_member(uuid, text, text, text) is
  'Changes role, permissions (JSON: booleans by name) or status of another member; answers it. 403 own_membership, 409 '
  'last_admin.';
create function public.remove_member(p_member_id uuid) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.change_member(p_member_id, null, null, 'removed');
end;
comment on function public.remove_member(uuid) is 'Removes another member and ends its sessions; answers it.';

grant execute on function
  app.list_members(text, text, text, text, boolean, text, uuid, integer), app.get_member(uuid),
  app.change_member(uuid, text, jsonb, text),
  public.list_members(text, text, text, text, boolean, text, uuid, integer), public.get_member(uuid),
  public.update_member(uuid, text, text, text), public.remove_member(uuid) to authenticated;
