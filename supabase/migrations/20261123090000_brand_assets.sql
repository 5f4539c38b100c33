-- More fonts for a brand, and what of it is a file: pictures that its admins upload, and the stylesheet and the social
-- card that a publish makes. The files are in the store of the Workers, by the hash of their content; the database knows
-- their names. Dispatchers of the first release refuse what they do not know: it stands beside the brand of a resolution.

create function app.is_content_hash(value jsonb) returns boolean
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return jsonb_typeof(value) = 'string' and value #>> '{}' ~ '^[0-9a-f]{64}$';
end;
$$;
comment on function app.is_content_hash(jsonb) is 'True for a SHA-256 in lower-case hex.';

create function app.is_brand_images(images jsonb) returns boolean
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return jsonb_typeof(images) = 'object' and not exists (
    select from jsonb_each(case jsonb_typeof(images) when 'object' then images end) as image
    where (
      image.key in ('logo', 'logoDark', 'favicon', 'faviconDark', 'appIcon')
      and jsonb_typeof(image.value) = 'object'
      and (select count(*) from jsonb_object_keys(case jsonb_typeof(image.value) when 'object' then image.value end)) = 3
      and app.is_content_hash(image.value -> 'hash')
      and app.is_image_edge(image.value -> 'width')
      and app.is_image_edge(image.value -> 'height')
    ) is not true
  );
end;
$$;
comment on function app.is_brand_images(jsonb) is 'True for {slot: {hash, width, height}} of the slots of contract/branding.ts.';

create function app.is_image_edge(value jsonb) returns boolean
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return case jsonb_typeof(value)
    when 'number' then (value #>> '{}')::numeric between 1 and 2048 and (value #>> '{}')::numeric % 1 = 0
    else false
  end;
end;
$$;
comment on function app.is_image_edge(jsonb) is 'True for a whole number of pixels, 1 to 2,048.';

create function app.is_brand_assets(assets jsonb) returns boolean
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return jsonb_typeof(assets) = 'object' and not exists (
    select from jsonb_each(case jsonb_typeof(assets) when 'object' then assets end) as asset
    where (asset.key in ('stylesheet', 'socialCard') and app.is_content_hash(asset.value)) is not true
  );
end;
$$;
comment on function app.is_brand_assets(jsonb) is 'True for what `brandAssetsSchema` of contract/brand-versions.ts accepts.';

create function app.is_first_font(font jsonb) returns boolean
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return font in ('"instrument-sans"', '"geist"', '"figtree"', '"system"');
end;
$$;
comment on function app.is_first_font(jsonb) is 'True for a font that dispatchers of the first release know; null for none.';

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
      when 'font' then entry.value in (
        '"instrument-sans"', '"geist"', '"figtree"', '"system"', '"inter"', '"manrope"', '"dm-sans"', '"plus-jakarta-sans"',
        '"space-grotesk"', '"source-serif-4"', '"lora"'
      )
      when 'supportEmail' then app.is_whitelabel_text(
        entry.value, 254, '^' || email_part || '@' || email_part || '\.' || email_part || '$'
      )
      when 'supportUrl' then app.is_whitelabel_text(entry.value, 2048, https_url)
      when 'termsUrl' then app.is_whitelabel_text(entry.value, 2048, https_url)
      when 'privacyUrl' then app.is_whitelabel_text(entry.value, 2048, https_url)
      when 'images' then app.is_brand_images(entry.value)
      when 'customCss' then jsonb_typeof(entry.value) = 'string'
        and octet_length(entry.value #>> '{}') between 1 and 65536
      when 'poweredBy' then jsonb_typeof(entry.value) = 'boolean'
      else false
    end;
    if valid is not true then
      return false;
    end if;
  end loop;
  return true;
end;
$$;

alter table public.tenants
  add column brand_assets jsonb not null default '{}' check (app.is_brand_assets(brand_assets)),
  add column brand_assets_of text check (length(brand_assets_of) = 32);
comment on column public.tenants.brand_assets is
  'Hashes of what the publish made of the brand, as brandAssetsSchema of contract/brand-versions.ts describes them.';
comment on column public.tenants.brand_assets_of is
  'MD5 of the whitelabel_config that they were made of: for any other one they do not count.';

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
      -- The keys that dispatchers of the first release know: they refuse any other.
      'brand', tenant.whitelabel_config - '{mailSenderName,images,customCss,poweredBy}'::text[]
        - case when app.is_first_font(tenant.whitelabel_config -> 'font') then '{}'::text[] else '{font}' end,
      'brandAdditions', jsonb_strip_nulls(jsonb_build_object(
        'images', tenant.whitelabel_config -> 'images',
        'font', case when not app.is_first_font(tenant.whitelabel_config -> 'font') then tenant.whitelabel_config -> 'font' end,
        'poweredBy', tenant.whitelabel_config -> 'poweredBy'
      )) || case tenant.brand_assets_of
        -- What was made of another brand, before its row was changed by hand, is not shown.
        when md5(tenant.whitelabel_config::text) then tenant.brand_assets
        else '{}'
      end
    ) as tenant
    from public.tenant_domains as name
    join public.tenants as tenant on tenant.tenant_id = name.tenant_id
    where name.domain = lower(rtrim($1, '.')) and name.verified_at is not null
  ) as found on true;
  return resolved;
end;
$$;

-- A publish brings what was made of the brand. Workers of the release before bring nothing: hence the defaults.
drop function public.publish_brand(integer, integer, text);
drop function public.restore_brand_version(integer, integer, text);
drop function app.publish_brand(integer, integer, text);
drop function app.restore_brand_version(integer, integer, text);
drop function app.add_brand_version(text, jsonb, text, integer);

create function app.add_brand_version(tenant text, new_config jsonb, note text, restored_from integer, assets jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  live jsonb;
  noted jsonb;
  newest integer;
  directory bigint;
begin
  if assets is null or not app.is_brand_assets(assets) then
    raise exception using errcode = 'PT422', message = 'validation_failed';
  end if;
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
  update public.tenants as owner
  set whitelabel_config = new_config, brand_assets = assets, brand_assets_of = md5(new_config::text)
  where owner.tenant_id = tenant
  returning owner.version into directory;
  return jsonb_build_object('number', newest, 'directoryVersion', directory, 'hostnames', (
    select coalesce(jsonb_agg(name.domain order by name.domain), '[]') from (
      select known.domain from public.tenant_domains as known
      where known.tenant_id = tenant and known.verified_at is not null order by known.domain limit 20
    ) as name
  ));
end;
$$;
comment on function app.add_brand_version(text, jsonb, text, integer, jsonb) is
  'Publishes a brand: a version, the tenant''s row, and with it a new version of the directory, in one transaction. Answers '
  'both, and the hostnames that now wear it.';

create function app.publish_brand(revision integer, expected_number integer, note text, assets jsonb) returns jsonb
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
  published := app.add_brand_version(tenant, drafted, note, null, assets);
  update public.brand_drafts as draft
  set config = null, revision = draft.revision + 1, updated_by = app.current_member_id(), updated_at = now()
  where draft.tenant_id = tenant;
  perform app.write_audit(tenant, 'brand.published', jsonb_build_object('number', published -> 'number', 'note', note));
  return published;
end;
$$;
comment on function app.publish_brand(integer, integer, text, jsonb) is
  'Publishes the draft of this revision, if what it was made from is still what is published; PT409 else, nothing lost.';

create function app.restore_brand_version(number integer, expected_number integer, note text, assets jsonb) returns jsonb
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
  published := app.add_brand_version(tenant, wanted, note, $1, assets);
  perform app.write_audit(tenant, 'brand.restored', jsonb_build_object('number', published -> 'number', 'restoredFrom', $1));
  return published;
end;
$$;
comment on function app.restore_brand_version(integer, integer, text, jsonb) is
  'Publishes an earlier version once more, under a new number, if this one is still what is published; a draft is left alone.';

create function public.publish_brand(
  p_revision integer, p_expected_number integer, p_note text default null, p_assets jsonb default '{}'
) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.publish_brand(p_revision, p_expected_number, p_note, p_assets);
end;
comment on function public.publish_brand(integer, integer, text, jsonb) is
  'Publishes the draft with what was made of it, {number, directoryVersion, hostnames}; 409 when anything else was published meanwhile.';
create function public.restore_brand_version(
  p_number integer, p_expected_number integer, p_note text default null, p_assets jsonb default '{}'
) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.restore_brand_version(p_number, p_expected_number, p_note, p_assets);
end;
comment on function public.restore_brand_version(integer, integer, text, jsonb) is
  'Publishes an earlier version once more, {number, directoryVersion, hostnames}; 404 for none, 409 when anything else was published meanwhile.';

grant execute on function
  app.publish_brand(integer, integer, text, jsonb),
  app.restore_brand_version(integer, integer, text, jsonb),
  public.publish_brand(integer, integer, text, jsonb),
  public.restore_brand_version(integer, integer, text, jsonb)
  to authenticated;
