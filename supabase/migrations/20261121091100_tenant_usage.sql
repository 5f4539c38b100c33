-- Usage: what a tenant has used of its plan. AI calls are counted per month; domains and storage are levels.

create table app.plan_limits (
  subscription_tier text not null check (subscription_tier in ('starter', 'growth', 'enterprise')),
  usage_type text not null check (usage_type in ('ai_calls', 'domains', 'storage')),
  usage_limit bigint check (usage_limit >= 0),
  primary key (subscription_tier, usage_type)
);
comment on table app.plan_limits is 'What each plan allows.';
comment on column app.plan_limits.subscription_tier is 'The plan.';
comment on column app.plan_limits.usage_type is 'What is limited.';
comment on column app.plan_limits.usage_limit is 'Calls a month, domains, or bytes; null for no limit.';
alter table app.plan_limits enable row level security;
insert into app.plan_limits (subscription_tier, usage_type, usage_limit) values
  ('starter', 'ai_calls', 1000), ('starter', 'domains', 1), ('starter', 'storage', 1::bigint << 30),
  ('growth', 'ai_calls', 10000), ('growth', 'domains', 5), ('growth', 'storage', 10::bigint << 30),
  ('enterprise', 'ai_calls', 250000), ('enterprise', 'domains', null), ('enterprise', 'storage', 1::bigint << 40);

create table public.tenant_usage (
  id uuid primary key default gen_random_uuid(),
  tenant_id text not null references public.tenants (tenant_id) on delete cascade,
  usage_type text not null check (usage_type in ('ai_calls', 'domains', 'storage')),
  period_start date,
  usage_count bigint not null default 0 check (usage_count >= 0),
  usage_limit bigint check (usage_limit >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (tenant_id, usage_type, period_start),
  constraint tenant_usage_period_of_calls
    check ((usage_type = 'ai_calls') = (period_start is not null) and extract(day from period_start) = 1)
);
comment on table public.tenant_usage is 'Usage of tenants, one row per type, and per month for AI calls.';
comment on column public.tenant_usage.id is 'Row id.';
comment on column public.tenant_usage.tenant_id is 'The tenant.';
comment on column public.tenant_usage.usage_type is 'What is used.';
comment on column public.tenant_usage.period_start is 'First day of the month (UTC) for ai_calls; null for levels.';
comment on column public.tenant_usage.usage_count is 'Calls, domains, or bytes.';
comment on column public.tenant_usage.usage_limit is 'Overrides the plan''s limit; null for the plan''s.';
comment on column public.tenant_usage.created_at is 'When the row was made.';
comment on column public.tenant_usage.updated_at is 'When it last changed.';
alter table public.tenant_usage enable row level security;

create policy within_tenant on public.tenant_usage as restrictive
  using (tenant_id = (select app.current_tenant_id()));
create policy select_member on public.tenant_usage for select to authenticated
  using (true);
grant select (id, tenant_id, usage_type, period_start, usage_count, usage_limit, created_at, updated_at)
  on public.tenant_usage to authenticated;
create trigger set_updated_at before update on public.tenant_usage
  for each row execute function app.set_updated_at();

create function app.count_tenant_domains() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  id text := case tg_op when 'DELETE' then old.tenant_id else new.tenant_id end;
  change integer := 0;
begin
  -- Names under the platform's domain are the platform's gift and count for nothing.
  if tg_op <> 'INSERT' and old.verified_at is not null and old.domain_type <> 'subdomain' then
    change := change - 1;
  end if;
  if tg_op <> 'DELETE' and new.verified_at is not null and new.domain_type <> 'subdomain' then
    change := change + 1;
  end if;
  -- The tenant itself may be going: its rows go in any order.
  if change <> 0 and exists (select from public.tenants as tenant where tenant.tenant_id = id) then
    insert into public.tenant_usage as level (tenant_id, usage_type, usage_count)
    values (id, 'domains', greatest(change, 0))
    on conflict (tenant_id, usage_type, period_start) do update
      set usage_count = greatest(level.usage_count + change, 0);
  end if;
  return null;
end;
$$;
comment on function app.count_tenant_domains() is 'Trigger: keeps the level of verified domains of a tenant''s own, by steps, so that two changes at once add up.';
create trigger count_domains after insert or delete or update of verified_at, domain_type on public.tenant_domains
  for each row execute function app.count_tenant_domains();

create function app.get_usage() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant text := app.require_tenant_id();
  month timestamptz := date_trunc('month', now(), 'UTC');
begin
  return (
    select jsonb_agg(jsonb_build_object(
      'type', plan.usage_type,
      'count', coalesce(usage.usage_count, 0),
      'limit', coalesce(usage.usage_limit, plan.usage_limit),
      'period', case when plan.usage_type = 'ai_calls'
        then jsonb_build_object('start', month, 'end', month + interval '1 month') end
    ) order by plan.usage_type)
    from public.tenants as owner
    join app.plan_limits as plan on plan.subscription_tier = owner.subscription_tier
    left join public.tenant_usage as usage
      on usage.tenant_id = owner.tenant_id and usage.usage_type = plan.usage_type
      and usage.period_start is not distinct from
        case when plan.usage_type = 'ai_calls' then (month at time zone 'UTC')::date end
    where owner.tenant_id = tenant
  );
end;
$$;
comment on function app.get_usage() is 'Meters of the asking member''s tenant: all types, with this month for AI calls.';

create function public.get_usage() returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.get_usage();
end;
comment on function public.get_usage() is 'Usage of the member''s tenant: [{type, count, limit, period: {start, end} | null}].';
grant execute on function app.get_usage(), public.get_usage() to authenticated;
