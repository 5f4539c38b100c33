-- Brand versions: a draft that a tenant's admins work on together, and every brand that was published, to go back to.
-- Reached through functions alone, for members with the permission `branding`.

create or replace function app.is_whitelabel_config(config jsonb) returns boolean
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
      when 'mailSenderName' then app.is_whitelabel_text(entry.value, 60, line)
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

create or replace function app.resolve_hostname(hostname text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  platform text := app.platform_domain();
  resolved jsonb;
begin
  -- One statement, one snapshot: a version is never paired with what was committed before or after it.
  select jsonb_build_object(
    'tenant', found.tenant,
    'version', coalesce(found.version, directory.value)
  ) into resolved
  from app.directory_version as directory
  left join lateral (
    select tenant.version, jsonb_build_object(
      'tenantId', tenant.tenant_id,
      'name', tenant.name,
      'type', tenant.type,
      'status', tenant.status,
      'tier', tenant.subscription_tier,
      -- Dispatchers of the release before know two words: who may join is judged when somebody does.
      'signUp', case tenant.sign_up when 'open' then 'open' else 'invite' end,
      'worker', tenant.worker,
      'hostname', name.domain,
      'canonicalHostname', tenant.domain,
      'platformDomain', app.is_within(name.domain, platform),
      'providers', (
        select coalesce(jsonb_agg(client.provider order by client.provider), '[]')
        from public.tenant_oauth_clients as client
        where client.tenant_id = name.tenant_id and client.hostname = name.domain and client.enabled
      ),
      -- What no page shows stays out: the front door needs the rest alone, and an earlier release knows the rest alone.
      'brand', tenant.whitelabel_config - 'mailSenderName'
    ) as tenant
    from public.tenant_domains as name
    join public.tenants as tenant on tenant.tenant_id = name.tenant_id
    where name.domain = lower(rtrim($1, '.')) and name.verified_at is not null
  ) as found on true;
  return resolved;
end;
$$;

create table public.brand_drafts (
  tenant_id text primary key references public.tenants (tenant_id) on delete cascade,
  config jsonb check (app.is_whitelabel_config(config)),
  revision integer not null check (revision > 0),
  based_on integer not null check (based_on > 0),
  updated_by uuid,
  updated_at timestamptz not null default now()
);
comment on table public.brand_drafts is
  'What is worked on, one per tenant. The row stays when its draft is published or discarded, so that a revision never '
  'means two different drafts. No foreign key to the member: a draft outlives who wrote it.';
comment on column public.brand_drafts.tenant_id is 'The tenant.';
comment on column public.brand_drafts.config is 'The brand as drafted, as contract/branding.ts describes it; null while there is no draft.';
comment on column public.brand_drafts.revision is 'Grows with every change: an editor says which one it saw.';
comment on column public.brand_drafts.based_on is 'Number of the published version that the draft was made from.';
comment on column public.brand_drafts.updated_by is 'Member who changed it last.';
comment on column public.brand_drafts.updated_at is 'When it changed last.';
alter table public.brand_drafts enable row level security;
create policy within_tenant on public.brand_drafts as restrictive
  using (tenant_id = (select app.current_tenant_id()));

create table public.brand_versions (
  tenant_id text not null references public.tenants (tenant_id) on delete cascade,
  number integer not null check (number > 0),
  config jsonb not null check (app.is_whitelabel_config(config)),
  published_by uuid,
  published_at timestamptz not null default now(),
  note text check (app.is_line(note, 200)),
  restored_from integer check (restored_from < number),
  primary key (tenant_id, number)
);
comment on table public.brand_versions is
  'Every brand that was published. Empty before the first publish, which notes what was there before as number 1. No '
  'foreign key to the member: a version outlives who published it.';
comment on column public.brand_versions.tenant_id is 'The tenant.';
comment on column public.brand_versions.number is '1, 2, 3 … within the tenant.';
comment on column public.brand_versions.config is 'The brand, as contract/branding.ts describes it.';
comment on column public.brand_versions.published_by is 'Member who published it; null for what the operator set.';
comment on column public.brand_versions.published_at is 'When it was published; for what the operator set, when that was noted.';
comment on column public.brand_versions.note is 'What the publisher said of it.';
comment on column public.brand_versions.restored_from is 'Number of the earlier version that was brought back.';
alter table public.brand_versions enable row level security;
create policy within_tenant on public.brand_versions as restrictive
  using (tenant_id = (select app.current_tenant_id()));

create function app.keep_brand_versions() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  raise exception using errcode = 'insufficient_privilege', message = 'brand versions are append-only';
end;
$$;
comment on function app.keep_brand_versions() is 'Trigger: a version never changes, and goes only with its tenant.';
create trigger keep before update or truncate on public.brand_versions
  for each statement execute function app.keep_brand_versions();

create function app.show_brand_publisher(tenant text, member_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('id', member.id, 'name', coalesce(member.name, member.email))
    from public.profiles as member where member.tenant_id = tenant and member.id = member_id
  );
end;
$$;
comment on function app.show_brand_publisher(text, uuid) is 'A member as history names it; null when there is none (any more).';

create function app.get_branding() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('branding');
begin
  -- One statement, one snapshot.
  return (
    select jsonb_build_object(
      'draft', case when draft.config is not null then jsonb_build_object(
        'config', draft.config, 'basedOn', draft.based_on,
        'updatedBy', app.show_brand_publisher(tenant, draft.updated_by), 'updatedAt', draft.updated_at
      ) end,
      'revision', coalesce(draft.revision, 0),
      'published', jsonb_build_object(
        'config', owner.whitelabel_config,
        'number', coalesce(newest.number, 1),
        'publishedAt', newest.published_at,
        'publishedBy', app.show_brand_publisher(tenant, newest.published_by)
      )
    )
    from public.tenants as owner
    left join public.brand_drafts as draft on draft.tenant_id = owner.tenant_id
    left join lateral (
      select version.number, version.published_at, version.published_by from public.brand_versions as version
      where version.tenant_id = owner.tenant_id order by version.number desc limit 1
    ) as newest on true
    where owner.tenant_id = tenant
  );
end;
$$;
comment on function app.get_branding() is
  'The draft, its revision (it outlives the draft), and what is published; before the first publish that is number 1.';

create function app.newest_brand_version(tenant text) returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
  return coalesce((select max(version.number) from public.brand_versions as version where version.tenant_id = tenant), 1);
end;
$$;
comment on function app.newest_brand_version(text) is 'Number of what is published; 1 before the first publish.';

create function app.save_brand_draft(config jsonb, revision integer, based_on integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('branding');
  saved integer;
begin
  if config is null or not app.is_whitelabel_config(config)
    or based_on is null or based_on not between 1 and app.newest_brand_version(tenant) then
    raise exception using errcode = 'PT422', message = 'validation_failed';
  end if;
  if revision = 0 then
    insert into public.brand_drafts as draft (tenant_id, config, revision, based_on, updated_by)
    values (tenant, $1, 1, $3, app.current_member_id())
    on conflict (tenant_id) do nothing returning draft.revision into saved;
  else
    update public.brand_drafts as draft
    set config = $1, revision = draft.revision + 1, based_on = $3, updated_by = app.current_member_id(), updated_at = now()
    where draft.tenant_id = tenant and draft.revision = $2
    returning draft.revision into saved;
  end if;
  if saved is null then
    raise exception using errcode = 'PT409', message = 'conflict';
  end if;
  return jsonb_build_object('revision', saved);
end;
$$;
comment on function app.save_brand_draft(jsonb, integer, integer) is
  'Writes the draft over the revision that the editor saw (0: none ever); PT409 when there is another one meanwhile.';

create function app.discard_brand_draft(revision integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('branding');
  left_at integer;
begin
  update public.brand_drafts as draft
  set config = null, revision = draft.revision + 1, updated_by = app.current_member_id(), updated_at = now()
  where draft.tenant_id = tenant and draft.revision = $1 and draft.config is not null
  returning draft.revision into left_at;
  if left_at is null then
    raise exception using errcode = 'PT409', message = 'conflict';
  end if;
  return jsonb_build_object('revision', left_at);
end;
$$;
comment on function app.discard_brand_draft(integer) is 'Ends the draft at the revision that the editor saw; PT409 when it is another one.';

create function app.add_brand_version(tenant text, new_config jsonb, note text, restored_from integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  live jsonb;
  noted jsonb;
  newest integer;
  directory bigint;
begin
  -- Whoever publishes at the same time waits here, and then sees this one's number.
  select owner.whitelabel_config into live from public.tenants as owner where owner.tenant_id = tenant for update;
  select version.number, version.config into newest, noted from public.brand_versions as version
  where version.tenant_id = tenant order by version.number desc limit 1;
  -- What the operator set by itself would be lost to history.
  if noted is distinct from live then
    newest := coalesce(newest, 0) + 1;
    insert into public.brand_versions (tenant_id, number, config) values (tenant, newest, live);
  end if;
  newest := newest + 1;
  insert into public.brand_versions (tenant_id, number, config, published_by, note, restored_from)
  values (tenant, newest, new_config, app.current_member_id(), note, restored_from);
  update public.tenants as owner set whitelabel_config = new_config where owner.tenant_id = tenant
  returning owner.version into directory;
  return jsonb_build_object('number', newest, 'directoryVersion', directory, 'hostnames', (
    select coalesce(jsonb_agg(name.domain order by name.domain), '[]') from (
      select known.domain from public.tenant_domains as known
      where known.tenant_id = tenant and known.verified_at is not null order by known.domain limit 20
    ) as name
  ));
end;
$$;
comment on function app.add_brand_version(text, jsonb, text, integer) is
  'Publishes a brand: a version, the tenant''s row, and with it a new version of the directory, in one transaction. Answers '
  'both, and the hostnames that now wear it.';

create function app.publish_brand(revision integer, expected_number integer, note text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('branding');
  drafted jsonb;
  published jsonb;
begin
  -- The tenant's row first, as every writer of versions takes it.
  perform from public.tenants as owner where owner.tenant_id = tenant for update;
  select draft.config into drafted from public.brand_drafts as draft
  where draft.tenant_id = tenant and draft.revision = $1 and draft.based_on = $2 for update;
  if drafted is null or $2 <> app.newest_brand_version(tenant) then
    raise exception using errcode = 'PT409', message = 'conflict';
  end if;
  published := app.add_brand_version(tenant, drafted, note, null);
  update public.brand_drafts as draft
  set config = null, revision = draft.revision + 1, updated_by = app.current_member_id(), updated_at = now()
  where draft.tenant_id = tenant;
  perform app.write_audit(tenant, 'brand.published', jsonb_build_object('number', published -> 'number', 'note', note));
  return published;
end;
$$;
comment on function app.publish_brand(integer, integer, text) is
  'Publishes the draft of this revision, if what it was made from is still what is published; PT409 else, nothing lost.';

create function app.list_brand_versions(before integer, page_size integer) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('branding');
  size integer := least(greatest(coalesce(page_size, 25), 1), 100);
  page jsonb;
begin
  select coalesce(jsonb_agg(jsonb_build_object(
    'number', version.number, 'publishedAt', version.published_at,
    'publishedBy', app.show_brand_publisher(tenant, version.published_by),
    'note', version.note, 'restoredFrom', version.restored_from
  ) order by version.number desc), '[]') into page
  from (
    select * from public.brand_versions as v
    where v.tenant_id = tenant and (before is null or v.number < before)
    order by v.number desc limit size + 1
  ) as version;
  return jsonb_build_object(
    'items', case when jsonb_array_length(page) > size then page - size else page end,
    'nextCursor', case when jsonb_array_length(page) > size then page -> (size - 1) ->> 'number' end
  );
end;
$$;
comment on function app.list_brand_versions(integer, integer) is 'Published versions without their brands, newest first, a page at a time.';

create function app.get_brand_version(number integer) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('branding');
begin
  return (
    select jsonb_build_object(
      'number', version.number, 'publishedAt', version.published_at,
      'publishedBy', app.show_brand_publisher(tenant, version.published_by),
      'note', version.note, 'restoredFrom', version.restored_from, 'config', version.config
    )
    from public.brand_versions as version where version.tenant_id = tenant and version.number = $1
  );
end;
$$;
comment on function app.get_brand_version(integer) is 'One published version with its brand; null when there is none.';

create function app.restore_brand_version(number integer, expected_number integer, note text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('branding');
  wanted jsonb;
  published jsonb;
begin
  perform from public.tenants as owner where owner.tenant_id = tenant for update;
  select version.config into wanted from public.brand_versions as version
  where version.tenant_id = tenant and version.number = $1;
  if wanted is null then
    raise exception using errcode = 'PT404', message = 'not_found';
  elsif $2 is distinct from app.newest_brand_version(tenant) then
    raise exception using errcode = 'PT409', message = 'conflict';
  end if;
  published := app.add_brand_version(tenant, wanted, note, $1);
  perform app.write_audit(tenant, 'brand.restored', jsonb_build_object('number', published -> 'number', 'restoredFrom', $1));
  return published;
end;
$$;
comment on function app.restore_brand_version(integer, integer, text) is
  'Publishes an earlier version once more, under a new number, if this one is still what is published; a draft is left alone.';

create function public.get_branding() returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.get_branding();
end;
comment on function public.get_branding() is 'The draft, its revision, and what is published.';
create function public.save_brand_draft(p_config jsonb, p_revision integer, p_based_on integer) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.save_brand_draft(p_config, p_revision, p_based_on);
end;
comment on function public.save_brand_draft(jsonb, integer, integer) is 'Writes the draft over the revision that was seen, {revision}; 409 when it is another one.';
create function public.discard_brand_draft(p_revision integer) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.discard_brand_draft(p_revision);
end;
comment on function public.discard_brand_draft(integer) is 'Ends the draft, {revision}; 409 when it is not the revision that was seen.';
create function public.publish_brand(p_revision integer, p_expected_number integer, p_note text default null) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.publish_brand(p_revision, p_expected_number, p_note);
end;
comment on function public.publish_brand(integer, integer, text) is 'Publishes the draft, {number, directoryVersion, hostnames}; 409 when anything else was published meanwhile.';
create function public.list_brand_versions(p_before integer default null, p_limit integer default 25) returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.list_brand_versions(p_before, p_limit);
end;
comment on function public.list_brand_versions(integer, integer) is 'Published versions, newest first, {items, nextCursor}.';
create function public.get_brand_version(p_number integer) returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.get_brand_version(p_number);
end;
comment on function public.get_brand_version(integer) is 'One published version with its brand, or null.';
create function public.restore_brand_version(p_number integer, p_expected_number integer, p_note text default null) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.restore_brand_version(p_number, p_expected_number, p_note);
end;
comment on function public.restore_brand_version(integer, integer, text) is 'Publishes an earlier version once more, {number, directoryVersion, hostnames}; 404 for none, 409 when anything else was published meanwhile.';

grant execute on function
  app.get_branding(),
  app.save_brand_draft(jsonb, integer, integer),
  app.discard_brand_draft(integer),
  app.publish_brand(integer, integer, text),
  app.list_brand_versions(integer, integer),
  app.get_brand_version(integer),
  app.restore_brand_version(integer, integer, text),
  public.get_branding(),
  public.save_brand_draft(jsonb, integer, integer),
  public.discard_brand_draft(integer),
  public.publish_brand(integer, integer, text),
  public.list_brand_versions(integer, integer),
  public.get_brand_version(integer),
  public.restore_brand_version(integer, integer, text)
  to authenticated;
