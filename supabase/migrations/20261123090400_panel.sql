-- What the panel shows at a glance: a picture of each published brand, and what an admin has left to set up.

create or replace function app.list_brand_versions(before integer, page_size integer) returns jsonb
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
    'note', version.note, 'restoredFrom', version.restored_from,
    -- As much of the brand as a picture of it needs: a page of whole brands would be megabytes.
    'look', (
      select coalesce(jsonb_object_agg(token.key, token.value), '{}') from jsonb_each(version.config) as token
      where token.key in ('name', 'monogram', 'colors', 'radius')
    ),
    -- Beside the look and not in it: the release before this one takes no other keys there.
    'logo', version.config #> '{images,logo}'
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
comment on function app.list_brand_versions(integer, integer) is
  'Published versions with what a picture of each needs, newest first, a page at a time.';

create function app.get_setup() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant text := app.require_tenant_id();
  own public.tenants;
begin
  select * into own from public.tenants as t where t.tenant_id = tenant;
  return jsonb_build_object(
    'brand', case when app.has_permission('branding') then
      own.whitelabel_config <> '{}' or exists (select from public.brand_versions as version where version.tenant_id = tenant) end,
    -- What is published counts, not what is drafted.
    'logo', case when app.has_permission('branding') then own.whitelabel_config #> '{images,logo}' is not null end,
    -- Under the platform's domain its own client serves; a domain of one's own has none but one's own.
    'signIn', case when own.type = 'custom-domain' and app.has_permission('domains') then
      exists (
        select from public.tenant_oauth_clients as client
        where client.tenant_id = tenant and client.hostname = own.domain and client.enabled
      ) end,
    -- The operator's invitation of the first admin does not count.
    'people', case when app.has_permission('members') then
      exists (select from public.invitations as invitation where invitation.tenant_id = tenant and invitation.invited_by is not null)
      or exists (
        select from public.profiles as other
        where other.tenant_id = tenant and other.status = 'active' and other.id <> app.current_member_id()
      ) end
  );
end;
$$;
comment on function app.get_setup() is
  'What is set up: {brand, logo, signIn, people}, each true or false, and null where the member may not administer it or there is nothing to do.';

create function public.get_setup() returns jsonb
language sql stable security invoker set search_path = ''
begin atomic
  select app.get_setup();
end;
comment on function public.get_setup() is 'What the member has left to set up, {brand, logo, signIn, people}.';

grant execute on function app.get_setup(), public.get_setup() to authenticated;
