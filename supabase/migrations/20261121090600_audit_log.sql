-- Audit log: who did what, for a tenant's admins. Rows are added by definer functions and never change.

create table public.audit_log (
  id uuid primary key default gen_random_uuid(),
  tenant_id text not null check (length(tenant_id) <= 63),
  actor_tenant_id text check (length(actor_tenant_id) <= 63),
  actor_id uuid,
  action text not null check (action ~ '^[a-z_]{1,40}\.[a-z_]{1,40}$'),
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object' and length(details::text) <= 8000),
  created_at timestamptz not null default clock_timestamp()
);
comment on table public.audit_log is
  'What was done, append-only. No foreign keys: an entry outlives the member and the tenant that it tells of.';
comment on column public.audit_log.id is 'Entry id.';
comment on column public.audit_log.tenant_id is 'The tenant that it concerns, and whose admins may read it.';
comment on column public.audit_log.actor_tenant_id is 'Tenant of who did it: another one for a super admin; null for the platform itself.';
comment on column public.audit_log.actor_id is 'Member who did it; null for the platform itself.';
comment on column public.audit_log.action is 'Noun and past participle: `tenant.status_changed`.';
comment on column public.audit_log.details is 'What changed; no secrets.';
comment on column public.audit_log.created_at is 'When.';
alter table public.audit_log enable row level security;
create index audit_log_newest_first on public.audit_log (tenant_id, created_at desc, id desc);

create policy within_tenant on public.audit_log as restrictive
  using (tenant_id = (select app.current_tenant_id()));
create policy select_admin on public.audit_log for select to authenticated
  using ((select app.is_tenant_admin()));
grant select (id, tenant_id, actor_tenant_id, actor_id, action, details, created_at) on public.audit_log to authenticated;

create function app.keep_audit_log() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  raise exception using errcode = 'insufficient_privilege', message = 'the audit log is append-only';
end;
$$;
comment on function app.keep_audit_log() is 'Trigger: entries are never changed or deleted, by nobody who does not first alter the table.';
create trigger keep before update or delete or truncate on public.audit_log
  for each statement execute function app.keep_audit_log();

create function app.write_audit(tenant_id text, action text, details jsonb, actor_id uuid default app.current_member_id())
returns void
language sql volatile security invoker set search_path = ''
begin atomic
  insert into public.audit_log (tenant_id, actor_tenant_id, actor_id, action, details)
  values ($1, case when $4 is not null then coalesce(app.claims() ->> 'tenant_id', $1) end, $4, $2, $3);
end;
comment on function app.write_audit(text, text, jsonb, uuid) is
  'Adds an entry; the actor is the token''s member unless named. Called by definer functions alone.';
