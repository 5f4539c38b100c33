-- More fonts for a brand. Dispatchers of the first release refuse those that they do not know: a resolution tells them
-- beside the brand.

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
