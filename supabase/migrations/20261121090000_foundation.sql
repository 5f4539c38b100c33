-- What every later migration stands on: nothing is executable or readable unless it says so, our own API roles, the
-- schema `app` that the Data API does not expose, and the one function that all row-level security asks.

-- The per-schema form of this statement does nothing: the default that grants EXECUTE to PUBLIC is not per schema.
alter default privileges for role postgres revoke execute on functions from public;
-- Projects made before 2026-10-30 expose new objects of `public` by themselves.
alter default privileges for role postgres in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges for role postgres in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges for role postgres in schema public revoke all on functions from anon, authenticated, service_role;

-- Roles belong to the cluster, migrations to a database: a second database on the cluster finds them there.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'sign_in') then
    create role sign_in nologin noinherit;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'platform_jobs') then
    create role platform_jobs nologin noinherit;
  end if;
end;
$$;
comment on role sign_in is
  'Token role of a tenant Worker while somebody signs in: executes the listed functions, reads no table.';
comment on role platform_jobs is 'Token role of the jobs Worker: executes the listed functions, reads no table.';
grant sign_in, platform_jobs to authenticator;
grant sign_in, platform_jobs to postgres;
alter role sign_in set statement_timeout = '8s';
alter role platform_jobs set statement_timeout = '60s';

create schema app;
comment on schema app is
  'Definer functions, trigger functions and settings. Not exposed by the Data API: reached through wrappers in public.';
grant usage on schema public to sign_in, platform_jobs;
-- service_role gets far enough to be told by the guard that it is refused.
grant usage on schema app to anon, authenticated, service_role, sign_in, platform_jobs;

create table app.settings (
  key text primary key check (key ~ '^[a-z_]{1,60}$'),
  value text not null check (length(value) between 1 and 2000)
);
comment on table app.settings is 'Settings of the installation that functions read. Written by the operator.';
comment on column app.settings.key is 'Name: `jwt_issuer` is the `iss` that tokens for the Data API must carry.';
comment on column app.settings.value is 'Value as text.';
alter table app.settings enable row level security;

-- plpgsql keeps its plans, and costs a fraction of a function in SQL that cannot be inlined, as none with a search path
-- of its own can: what policies and every request ask is written in it.
create function app.claims() returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
begin
  return nullif(current_setting('request.jwt.claims', true), '')::jsonb;
end;
$$;
comment on function app.claims() is
  'Claims of the verified token of this request; null outside a request. After a `set local` the setting reads empty.';

create function app.current_tenant_id() returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  token jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
begin
  -- A token of another role never counts as a member's, whatever else it names.
  if token ->> 'role' is distinct from 'authenticated' then
    return null;
  end if;
  return (
    select session.tenant_id
    from public.sessions as session
    join public.profiles as member
      on member.tenant_id = session.tenant_id and member.id = session.member_id
    join public.tenants as tenant
      on tenant.tenant_id = session.tenant_id
    where session.id = (token ->> 'session_id')::uuid
      and session.tenant_id = token ->> 'tenant_id'
      and session.member_id = (token ->> 'sub')::uuid
      and session.revoked_at is null
      -- Never later than the absolute end: a CHECK of the table.
      and session.idle_expires_at > now()
      and member.status = 'active'
      and tenant.status = 'active'
  );
end;
$$;
comment on function app.current_tenant_id() is
  'The one heart of row-level security: the token''s tenant if its session, its member and the tenant itself are all '
  'alive and belong together, else null.';
grant execute on function app.current_tenant_id() to authenticated;

create function app.current_member_id() returns uuid
language plpgsql stable security invoker set search_path = ''
as $$
begin
  return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;
end;
$$;
comment on function app.current_member_id() is
  'The member that the token names. Says nothing about it being alive: always together with current_tenant_id().';
grant execute on function app.current_member_id() to authenticated;

create function app.is_tenant_admin() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  token jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
begin
  return exists (
    select from public.profiles as member
    where member.tenant_id = token ->> 'tenant_id' and member.id = (token ->> 'sub')::uuid
      and member.status = 'active' and member.tenant_role in ('admin', 'super_admin')
  );
end;
$$;
comment on function app.is_tenant_admin() is
  'True when the member that the token names is an active admin of the token''s tenant. For policies, beside '
  'current_tenant_id(), which judges session and tenant. A boolean, because the planner takes a comparison of roles for '
  'so rare that it would sort a whole tenant to find fifty rows.';
grant execute on function app.is_tenant_admin() to authenticated;

create function app.require_tenant_id() returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant_id text := app.current_tenant_id();
begin
  if tenant_id is null then
    raise exception using errcode = 'PT401', message = 'session_ended';
  end if;
  return tenant_id;
end;
$$;
comment on function app.require_tenant_id() is
  'current_tenant_id() for definer functions, which row-level security does not guard: raises PT401 instead of null.';

create function app.set_updated_at() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end;
$$;
comment on function app.set_updated_at() is 'Trigger: keeps updated_at.';

create function app.is_line(value text, longest integer) returns boolean
language sql immutable security invoker set search_path = ''
return length(value) between 1 and longest and value !~ '[\u0001-\u001f\u007f-\u009f]';
comment on function app.is_line(text, integer) is 'True for one line of text without control characters, for CHECKs.';
