-- Hostnames of tenants. Only a verified one routes, and only one tenant can have it verified.

create table public.tenant_domains (
  tenant_id text not null references public.tenants (tenant_id) on delete cascade,
  domain text not null check (app.is_hostname(domain)),
  domain_type text not null check (domain_type in ('primary', 'custom', 'subdomain')),
  ssl_status text not null default 'pending' check (ssl_status in ('pending', 'active', 'failed')),
  dns_configured boolean not null default false,
  verification_method text not null check (verification_method in ('operator', 'dns')),
  verification_token text check (verification_token ~ '^[A-Za-z0-9_-]{20,128}$'),
  verified_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, domain),
  constraint tenant_domains_proof_has_token check (verification_method = 'operator' or verification_token is not null)
);
comment on table public.tenant_domains is 'Hostnames that a tenant has or claims. A hostname routes when verified_at is set.';
comment on column public.tenant_domains.tenant_id is 'The tenant.';
comment on column public.tenant_domains.domain is 'Hostname, normalised on the way in.';
comment on column public.tenant_domains.domain_type is 'primary (the platform''s own), custom, or subdomain of the platform''s domain.';
comment on column public.tenant_domains.ssl_status is 'State of its certificate.';
comment on column public.tenant_domains.dns_configured is 'True once its DNS was seen to point here.';
comment on column public.tenant_domains.verification_method is 'operator: the operator vouches for it; dns: the tenant proves it by a record.';
comment on column public.tenant_domains.verification_token is 'What the tenant has to publish as proof.';
comment on column public.tenant_domains.verified_at is 'When it was verified; null while it is only claimed.';
comment on column public.tenant_domains.created_at is 'When it was added.';
comment on column public.tenant_domains.updated_at is 'When the row last changed.';
alter table public.tenant_domains enable row level security;
-- Of two verifications of one hostname at the same moment, one fails here.
create unique index tenant_domains_verified_once on public.tenant_domains (domain) where verified_at is not null;

create policy within_tenant on public.tenant_domains as restrictive
  using (tenant_id = (select app.current_tenant_id()));
create policy select_member on public.tenant_domains for select to authenticated
  using (true);
grant select (tenant_id, domain, domain_type, ssl_status, dns_configured, verification_method, verification_token,
  verified_at, created_at, updated_at) on public.tenant_domains to authenticated;

create function app.prepare_tenant_domain() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  platform text := app.platform_domain();
begin
  if tg_op = 'UPDATE' and (new.tenant_id, new.domain) <> (old.tenant_id, old.domain) then
    raise exception using errcode = 'check_violation', message = 'a hostname is removed and added, never rewritten';
  end if;
  new.domain := app.normalize_domain(new.domain);
  if new.domain = platform then
    if new.domain_type <> 'primary' then
      raise exception using errcode = 'check_violation', message = 'the platform''s domain is the primary tenant''s';
    end if;
  elsif app.is_within(new.domain, platform) then
    -- Nobody can prove a name under the platform's domain: it is given by the operator, one free label deep.
    if new.domain_type <> 'subdomain' or new.verification_method <> 'operator'
      or not app.is_partner_hostname(new.domain, platform) then
      raise exception using errcode = 'check_violation',
        message = format('"%s" is not one free label under %s', new.domain, platform);
    end if;
  elsif new.domain_type <> 'custom' then
    raise exception using errcode = 'check_violation', message = format('"%s" is a custom domain', new.domain);
  end if;
  if new.domain_type = 'primary'
    and not exists (select from public.tenants as t where t.tenant_id = new.tenant_id and t.type = 'primary') then
    raise exception using errcode = 'check_violation', message = 'the platform''s domain is the primary tenant''s';
  end if;
  new.updated_at := now();
  return new;
end;
$$;
comment on function app.prepare_tenant_domain() is 'Trigger: normalises the hostname and holds it against the platform''s domain.';
create trigger prepare before insert or update on public.tenant_domains
  for each row execute function app.prepare_tenant_domain();

create function app.touch_tenant(id text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  newest bigint := app.next_directory_version();
begin
  update public.tenants set version = newest where tenant_id = id and version <> newest;
end;
$$;
comment on function app.touch_tenant(text) is 'Gives a tenant the directory''s new version after a change beside its row.';

create function app.note_tenant_domain_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op <> 'DELETE' then
    perform app.touch_tenant(new.tenant_id);
  else
    perform app.touch_tenant(old.tenant_id);
  end if;
  return null;
end;
$$;
comment on function app.note_tenant_domain_change() is 'Trigger: a hostname that comes, goes or is verified changes resolution.';
create trigger note_change after insert or delete or update of verified_at, domain_type on public.tenant_domains
  for each row execute function app.note_tenant_domain_change();

create function app.place_operator_domain(id text, name text, kind text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Names under the platform's domain have DNS and a wildcard certificate; a custom domain's certificate follows.
  ready boolean := kind <> 'custom';
begin
  insert into public.tenant_domains
    (tenant_id, domain, domain_type, ssl_status, dns_configured, verification_method, verified_at)
  values (id, name, kind, case when ready then 'active' else 'pending' end, ready, 'operator', now())
  on conflict (tenant_id, domain) do update
    set domain_type = excluded.domain_type, verification_method = 'operator',
      verified_at = coalesce(public.tenant_domains.verified_at, excluded.verified_at);
end;
$$;
comment on function app.place_operator_domain(text, text, text) is 'A hostname that the operator vouches for; a claim of the same tenant becomes it.';

create function app.place_tenant_domains() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  platform text := app.platform_domain();
begin
  if tg_op = 'UPDATE' then
    delete from public.tenant_domains
    where tenant_id = new.tenant_id
      and (domain = old.domain or (old.type = 'custom-domain' and domain = old.tenant_id || '.' || platform));
  end if;
  perform app.place_operator_domain(new.tenant_id, new.domain, case new.type
    when 'primary' then 'primary' when 'partner-subdomain' then 'subdomain' else 'custom' end);
  if new.type = 'custom-domain' then
    -- Its way back in when its own domain or its OAuth clients fail: the platform's clients serve this name.
    perform app.place_operator_domain(new.tenant_id, new.tenant_id || '.' || platform, 'subdomain');
  end if;
  return null;
end;
$$;
comment on function app.place_tenant_domains() is
  'Trigger: the tenant''s domain is verified by the operator who wrote it. A changed domain is another hostname: the old '
  'row goes, and the OAuth clients of that hostname with it, since providers tie a client to its host.';
create trigger place_domains_of_new after insert on public.tenants
  for each row execute function app.place_tenant_domains();
create trigger place_domains_of_changed after update on public.tenants
  for each row when (old.domain <> new.domain or old.type <> new.type) execute function app.place_tenant_domains();
