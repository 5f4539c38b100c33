-- Tenants: one row is one brand. An INSERT of id, name, domain and type makes a portal that answers at once.

create table app.directory_version (
  only_row boolean primary key default true check (only_row),
  value bigint not null
);
comment on table app.directory_version is
  'How often the directory of tenants and hostnames has changed. A row rather than a sequence: its lock makes the order '
  'of versions the order of commits, so that a snapshot with a larger version never shows less.';
comment on column app.directory_version.only_row is 'There is one row.';
comment on column app.directory_version.value is 'Version of the newest committed change.';
alter table app.directory_version enable row level security;
-- Starts at the clock (milliseconds), so that a database made anew or restored never falls behind what caches remember.
insert into app.directory_version (value) values (floor(extract(epoch from clock_timestamp()) * 1000)::bigint);

create function app.next_directory_version() returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  version bigint := nullif(current_setting('app.directory_version', true), '')::bigint;
begin
  -- One version per transaction: its changes become visible together, and a bulk load stays linear.
  if version is null then
    update app.directory_version set value = value + 1 returning value into version;
    perform set_config('app.directory_version', version::text, true);
  end if;
  return version;
end;
$$;
comment on function app.next_directory_version() is
  'Version for a change of the directory in this transaction. Other changes wait until it ends.';

create table app.reserved_labels (
  label text primary key check (label ~ '^[a-z0-9-]{1,63}$')
);
comment on table app.reserved_labels is
  'Labels directly under the platform''s domain that no tenant may take; the same list as contract/hostnames.ts.';
comment on column app.reserved_labels.label is 'Lower-case DNS label.';
alter table app.reserved_labels enable row level security;
insert into app.reserved_labels (label) values
  ('abuse'), ('account'), ('accounts'), ('admin'), ('administrator'), ('api'), ('app'), ('assets'), ('auth'),
  ('autoconfig'), ('autodiscover'), ('billing'), ('blog'), ('cdn'), ('dashboard'), ('dev'), ('dns'), ('docs'),
  ('domains'), ('email'), ('ftp'), ('git'), ('help'), ('hostmaster'), ('imap'), ('internal'), ('localhost'), ('login'),
  ('mail'), ('mx'), ('ns'), ('ns1'), ('ns2'), ('oauth'), ('pop'), ('postmaster'), ('preview'), ('proxy'), ('root'),
  ('security'), ('smtp'), ('sso'), ('staging'), ('static'), ('status'), ('support'), ('system'), ('test'), ('webmail'),
  ('wpad'), ('www');

create function app.is_reserved_label(label text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return label like '\_%' or label like 'xn--%' or exists (select from app.reserved_labels as taken where taken.label = $1);
end;
$$;
comment on function app.is_reserved_label(text) is
  'True for a label that cannot be a partner''s: the list, `_` names, and punycode, which can look like anything.';

create function app.is_hostname(name text) returns boolean
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return length(name) <= 253
    and name ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'
    and name !~ '(^|\.)([0-9]+|0x[0-9a-f]*)$';
end;
$$;
comment on function app.is_hostname(text) is
  'True for a normalised DNS name: lower case, ASCII, two labels or more (RFC 1123 §2.1). A name that ends in a number is '
  'an IPv4 address to a URL parser.';

create function app.normalize_domain(name text) returns text
language plpgsql immutable security invoker set search_path = ''
as $$
declare
  normalized text := lower(rtrim(left(name, 300), '.'));
begin
  if name ~ '[^\u0001-\u007f]' then
    raise exception using errcode = 'check_violation', message = format('"%s" is not an ASCII domain', left(name, 300)),
      hint = 'Write an internationalised domain in punycode: xn--mnchen-3ya.example for münchen.example.';
  elsif name ~ '\.\.$' or not app.is_hostname(normalized) then
    raise exception using errcode = 'check_violation', message = format('"%s" is not a domain', left(name, 300)),
      hint = 'A domain has two labels or more of letters, digits and hyphens; no scheme, port, path or IP address.';
  end if;
  return normalized;
end;
$$;
comment on function app.normalize_domain(text) is
  'A domain as typed by an operator (any case, with or without a trailing dot) to the name that hosts are compared with; '
  'raises check_violation with a hint for everything else.';

create function app.is_whitelabel_text(value jsonb, longest integer, pattern text) returns boolean
language sql immutable security invoker set search_path = ''
return jsonb_typeof(value) = 'string'
  and length(value #>> '{}') between 1 and longest
  and (value #>> '{}') ~ pattern;
comment on function app.is_whitelabel_text(jsonb, integer, text) is
  'True for a JSON string of 1 to `longest` characters that matches the pattern.';

create function app.is_whitelabel_palette(palette jsonb) returns boolean
language sql immutable security invoker set search_path = ''
return jsonb_typeof(palette) = 'object' and not exists (
  select from jsonb_each(case jsonb_typeof(palette) when 'object' then palette end) as entry
  where entry.key not in ('primary', 'accent', 'surface', 'text')
    or not app.is_whitelabel_text(entry.value, 7, '^#[0-9a-fA-F]{6}$')
);
comment on function app.is_whitelabel_palette(jsonb) is 'True for an object of `#rrggbb` colours by the four known names.';

create function app.is_whitelabel_config(config jsonb) returns boolean
language plpgsql immutable security invoker set search_path = ''
as $$
declare
  -- White space as JavaScript's \s has it, as content of a bracket expression.
  blank constant text := '\u0009-\u000d\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
  line constant text := '^[^\u0001-\u001f\u007f-\u009f]*$';
  https_url constant text := '^https://[^' || blank || '"''<>\\^`{|}\u0001-\u001f\u007f]+$';
  email_part constant text := '[^' || blank || '@"''<>]+';
  entry record;
  valid boolean;
begin
  if jsonb_typeof(config) <> 'object' then
    return false;
  end if;
  for entry in select key, value from jsonb_each(config) loop
    valid := case entry.key
      when 'name' then app.is_whitelabel_text(entry.value, 60, line)
      when 'tagline' then app.is_whitelabel_text(entry.value, 120, line)
      when 'description' then app.is_whitelabel_text(entry.value, 200, line)
      when 'signInHeadline' then app.is_whitelabel_text(entry.value, 120, line)
      when 'monogram' then app.is_whitelabel_text(entry.value, 2, line)
      when 'colors' then jsonb_typeof(entry.value) = 'object' and not exists (
        select from jsonb_each(case jsonb_typeof(entry.value) when 'object' then entry.value end) as palette
        where palette.key not in ('light', 'dark') or not app.is_whitelabel_palette(palette.value)
      )
      when 'radius' then jsonb_typeof(entry.value) = 'number'
        and (entry.value #>> '{}')::numeric between 0 and 16
        and (entry.value #>> '{}')::numeric % 1 = 0
      when 'font' then entry.value in ('"instrument-sans"', '"geist"', '"figtree"', '"system"')
      when 'supportEmail' then app.is_whitelabel_text(
        entry.value, 254, '^' || email_part || '@' || email_part || '\.' || email_part || '$'
      )
      when 'supportUrl' then app.is_whitelabel_text(entry.value, 2048, https_url)
      when 'termsUrl' then app.is_whitelabel_text(entry.value, 2048, https_url)
      when 'privacyUrl' then app.is_whitelabel_text(entry.value, 2048, https_url)
      else false
    end;
    if valid is not true then
      return false;
    end if;
  end loop;
  return true;
end;
$$;
comment on function app.is_whitelabel_config(jsonb) is
  'True for what `brandConfigSchema` of contract/branding.ts accepts: the same keys, bounds and patterns, no other key. A '
  'test compares the two.';

create table public.tenants (
  tenant_id text primary key check (tenant_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$'),
  name text not null check (app.is_line(name, 120)),
  domain text not null unique check (app.is_hostname(domain)),
  type text not null check (type in ('primary', 'partner-subdomain', 'custom-domain')),
  status text not null default 'active' check (status in ('active', 'suspended', 'inactive')),
  subscription_tier text not null default 'starter' check (subscription_tier in ('starter', 'growth', 'enterprise')),
  sign_up text not null default 'invite' check (sign_up in ('open', 'invite')),
  worker text not null check (worker ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  whitelabel_config jsonb not null default '{}' check (app.is_whitelabel_config(whitelabel_config)),
  version bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Without its primary tenant there is nobody left who could lift a suspension.
  constraint tenants_primary_is_active check (type <> 'primary' or status = 'active')
);
comment on table public.tenants is 'One brand each: the operator''s own (primary), partners on subdomains, partners on domains.';
comment on column public.tenants.tenant_id is 'Slug, also a DNS label; never changes.';
comment on column public.tenants.name is 'Name as the partner writes it.';
comment on column public.tenants.domain is 'Canonical hostname, normalised on the way in.';
comment on column public.tenants.type is 'primary, partner-subdomain (one label under the primary''s domain) or custom-domain.';
comment on column public.tenants.status is 'active; suspended (answers with a notice); inactive (answers as if it were unknown).';
comment on column public.tenants.subscription_tier is 'Plan: limits come from app.plan_limits.';
comment on column public.tenants.sign_up is 'open: any verified email may become a client; invite: only invited ones.';
comment on column public.tenants.worker is 'Logical name of the Worker that serves this tenant; from the type when left out.';
comment on column public.tenants.whitelabel_config is 'The brand, as contract/branding.ts describes it.';
comment on column public.tenants.version is 'Directory version of the newest change that resolution would show.';
comment on column public.tenants.created_at is 'When the tenant was made.';
comment on column public.tenants.updated_at is 'When the row last changed.';
alter table public.tenants enable row level security;
create unique index tenants_only_one_primary on public.tenants (type) where type = 'primary';

create policy within_tenant on public.tenants as restrictive
  using (tenant_id = (select app.current_tenant_id()));
create policy select_member on public.tenants for select to authenticated
  using (true);
grant select (tenant_id, name, domain, type, status, subscription_tier, sign_up, whitelabel_config, created_at, updated_at)
  on public.tenants to authenticated;

create function app.platform_domain() returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select tenant.domain from public.tenants as tenant where tenant.type = 'primary');
end;
$$;
comment on function app.platform_domain() is 'The primary tenant''s domain; null before there is one.';

create function app.worker_for(type text) returns text
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return case type
    when 'primary' then 'primary-tenant'
    when 'partner-subdomain' then 'partner-tenant'
    when 'custom-domain' then 'custom-tenant'
  end;
end;
$$;
comment on function app.worker_for(text) is 'Logical name of the shared Worker for a tenant type.';

create function app.prepare_tenant() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  platform text := app.platform_domain();
begin
  new.domain := app.normalize_domain(new.domain);
  if tg_op = 'UPDATE' then
    if new.tenant_id <> old.tenant_id then
      raise exception using errcode = 'check_violation', message = 'a tenant id never changes';
    elsif old.type = 'primary' and new.type <> 'primary' then
      raise exception using errcode = 'check_violation', message = 'the primary tenant cannot become another type';
    elsif new.type = 'primary' and new.domain <> old.domain
      and exists (select from public.tenants as tenant where tenant.type <> 'primary') then
      raise exception using errcode = 'check_violation',
        message = 'the platform''s domain cannot change while tenants depend on it';
    end if;
    if new.type <> old.type and new.worker = old.worker and old.worker = app.worker_for(old.type) then
      new.worker := app.worker_for(new.type);
    end if;
  end if;
  -- A type that is none of the three is left to its CHECK to name.
  new.worker := coalesce(new.worker, app.worker_for(new.type), 'none');

  if new.type <> 'primary' and platform is null then
    raise exception using errcode = 'check_violation', message = 'the primary tenant has to come first';
  elsif new.type = 'partner-subdomain' and not app.is_partner_hostname(new.domain, platform) then
    raise exception using errcode = 'check_violation',
      message = format('"%s" is not one free label under %s', new.domain, platform),
      hint = 'Partner subdomains are one label deep, and names such as www, admin or mail are reserved.';
  elsif new.type = 'custom-domain' then
    if app.is_within(new.domain, platform) then
      raise exception using errcode = 'check_violation',
        message = format('"%s" is under the platform''s domain', new.domain), hint = 'Use the type partner-subdomain.';
    elsif app.is_reserved_label(new.tenant_id) then
      raise exception using errcode = 'check_violation',
        message = format('the tenant id "%s" is a reserved name', new.tenant_id),
        hint = format('The tenant also answers on %s.%s.', new.tenant_id, platform);
    end if;
  end if;

  new.version := app.next_directory_version();
  new.updated_at := now();
  return new;
end;
$$;
comment on function app.prepare_tenant() is
  'Trigger: normalises the domain, holds it against the type, fills in the Worker and keeps version and updated_at.';

create function app.is_within(hostname text, domain text) returns boolean
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return hostname = domain or right(hostname, length(domain) + 1) = '.' || domain;
end;
$$;
comment on function app.is_within(text, text) is 'True when the hostname is the domain or any name under it.';

create function app.is_partner_hostname(hostname text, platform text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  label text := left(hostname, -(length(platform) + 1));
begin
  return app.is_within(hostname, platform) and hostname <> platform and position('.' in label) = 0
    and not app.is_reserved_label(label);
end;
$$;
comment on function app.is_partner_hostname(text, text) is
  'True for exactly one label under the platform''s domain that is not reserved; the certificate covers one label.';

create trigger prepare before insert or update on public.tenants
  for each row execute function app.prepare_tenant();

create function app.keep_primary_tenant() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  raise exception using errcode = 'check_violation', message = 'the primary tenant cannot be deleted';
end;
$$;
comment on function app.keep_primary_tenant() is 'Trigger: there is always a primary tenant.';
create trigger keep_primary before delete on public.tenants
  for each row when (old.type = 'primary') execute function app.keep_primary_tenant();
create trigger keep_primary_from_truncate before truncate on public.tenants
  for each statement execute function app.keep_primary_tenant();

-- A deletion, too, is a change that resolution shows: the hostname becomes unknown, at a newer version.
create function app.note_tenant_deletion() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform app.next_directory_version();
  return null;
end;
$$;
comment on function app.note_tenant_deletion() is 'Trigger: the directory has a new version after a tenant is deleted.';
create trigger note_deletion after delete on public.tenants
  for each row execute function app.note_tenant_deletion();
