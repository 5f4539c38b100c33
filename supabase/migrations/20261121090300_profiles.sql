-- Members: one profile in one tenant. One person on two tenants is two profiles that know nothing of each other.

create function app.is_permission_set(permissions jsonb) returns boolean
language sql immutable security invoker set search_path = ''
return jsonb_typeof(permissions) = 'object' and length(permissions::text) <= 4000 and not exists (
  select from jsonb_each(case jsonb_typeof(permissions) when 'object' then permissions end) as entry
  where entry.key !~ '^[a-z][a-z0-9_.:-]{0,59}$' or jsonb_typeof(entry.value) <> 'boolean'
);
comment on function app.is_permission_set(jsonb) is 'True for an object of booleans by permission name.';

create function app.is_email(email text) returns boolean
language sql immutable security invoker set search_path = ''
return length(email) between 3 and 254 and email ~ '^[^\s@[:cntrl:]]+@[^\s@[:cntrl:]]+$';
comment on function app.is_email(text) is 'True for what may be an email address (RFC 5321 §4.5.3.1 length); whether it is, its provider says.';

create table public.profiles (
  id uuid primary key default gen_random_uuid(),
  tenant_id text not null references public.tenants (tenant_id) on delete cascade,
  tenant_role text not null default 'client' check (tenant_role in ('client', 'admin', 'super_admin')),
  tenant_permissions jsonb not null default '{}' check (app.is_permission_set(tenant_permissions)),
  name text check (app.is_line(name, 120)),
  email text check (app.is_email(email)),
  avatar_url text check (length(avatar_url) <= 2048 and avatar_url ~ '^https://[^\s[:cntrl:]]+$'),
  status text not null default 'active' check (status in ('active', 'suspended', 'removed')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- What foreign keys of tenant tables point at; also carries the count of a tenant's members.
  unique (tenant_id, id)
);
comment on table public.profiles is 'Members of tenants.';
comment on column public.profiles.id is 'Member id: `sub` of tokens.';
comment on column public.profiles.tenant_id is 'The one tenant that this member belongs to.';
comment on column public.profiles.tenant_role is 'client, admin, or (on the primary tenant only) super_admin.';
comment on column public.profiles.tenant_permissions is 'Permissions that narrow or widen the role, booleans by name.';
comment on column public.profiles.name is 'Shown name.';
comment on column public.profiles.email is 'Verified email of the first sign-in. Never an identity: equal emails do not link.';
comment on column public.profiles.avatar_url is 'Picture, https.';
comment on column public.profiles.status is 'active, suspended or removed; only active members have live sessions.';
comment on column public.profiles.created_at is 'When the member first signed in.';
comment on column public.profiles.updated_at is 'When the row last changed.';
alter table public.profiles enable row level security;
create index profiles_newest_first on public.profiles (tenant_id, created_at desc, id desc);
create index profiles_by_email on public.profiles (tenant_id, lower(email));

create policy within_tenant on public.profiles as restrictive
  using (tenant_id = (select app.current_tenant_id()));
create policy select_own_or_admin on public.profiles for select to authenticated
  using (id = (select app.current_member_id()) or (select app.is_tenant_admin()));
create policy update_own on public.profiles for update to authenticated
  using (id = (select app.current_member_id()))
  with check (id = (select app.current_member_id()));
grant select (id, tenant_id, tenant_role, tenant_permissions, name, email, avatar_url, status, created_at, updated_at)
  on public.profiles to authenticated;
grant update (name) on public.profiles to authenticated;
-- CHECK constraints run as whoever writes.
grant execute on function app.is_line(text, integer), app.is_email(text), app.is_permission_set(jsonb) to authenticated;

create function app.prepare_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and (new.id, new.tenant_id) <> (old.id, old.tenant_id) then
    raise exception using errcode = 'check_violation', message = 'a member never changes tenant';
  end if;
  -- No race: a tenant never becomes primary and the primary never becomes anything else.
  if new.tenant_role = 'super_admin'
    and not exists (select from public.tenants as t where t.tenant_id = new.tenant_id and t.type = 'primary') then
    raise exception using errcode = 'check_violation', message = 'super admins are members of the primary tenant';
  end if;
  new.updated_at := now();
  return new;
end;
$$;
comment on function app.prepare_profile() is 'Trigger: a member stays in its tenant, super admins are on the primary one.';
create trigger prepare before insert or update on public.profiles
  for each row execute function app.prepare_profile();
