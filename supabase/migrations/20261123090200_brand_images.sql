-- Pictures that a tenant's admins uploaded for its brand. The files are in the store of the Workers, by the hash of their
-- content; a row here is the proof that a file of this name and size is the tenant's own. Reached through functions alone.

create table public.brand_images (
  tenant_id text not null references public.tenants (tenant_id) on delete cascade,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  slot text not null check (slot in ('logo', 'logoDark', 'favicon', 'faviconDark', 'appIcon')),
  width integer not null check (width between 1 and 2048),
  height integer not null check (height between 1 and 2048),
  bytes integer not null check (bytes between 1 and 16777216),
  uploaded_by uuid,
  created_at timestamptz not null default now(),
  primary key (tenant_id, hash)
);
comment on table public.brand_images is
  'What was uploaded for a brand, whether it is used or not. No foreign key to the member: a picture outlives who brought it.';
comment on column public.brand_images.tenant_id is 'The tenant.';
comment on column public.brand_images.hash is 'SHA-256 of the stored PNG, in hex.';
comment on column public.brand_images.slot is 'What it was uploaded for last.';
comment on column public.brand_images.width is 'In pixels.';
comment on column public.brand_images.height is 'In pixels.';
comment on column public.brand_images.bytes is 'Size of the stored PNG.';
comment on column public.brand_images.uploaded_by is 'Member who uploaded it last.';
comment on column public.brand_images.created_at is 'When it was uploaded last.';
create index brand_images_oldest_first on public.brand_images (tenant_id, created_at);
alter table public.brand_images enable row level security;
create policy within_tenant on public.brand_images as restrictive
  using (tenant_id = (select app.current_tenant_id()));

create function app.has_brand_images(tenant text, images jsonb) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return not exists (
    select from jsonb_each(coalesce(images, '{}')) as image
    where not exists (
      select from public.brand_images as stored
      where stored.tenant_id = tenant and stored.hash = image.value ->> 'hash'
        and stored.width = (image.value ->> 'width')::integer and stored.height = (image.value ->> 'height')::integer
    )
  );
end;
$$;
comment on function app.has_brand_images(text, jsonb) is
  'True when each of the pictures that a brand names is an uploaded one of this tenant, in this very size.';

create function app.is_brand_image_used(tenant text, image_hash text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from (
      select owner.whitelabel_config as config from public.tenants as owner where owner.tenant_id = tenant
      union all select draft.config from public.brand_drafts as draft where draft.tenant_id = tenant
      union all select version.config from public.brand_versions as version where version.tenant_id = tenant
    ) as brand
    cross join lateral jsonb_each(coalesce(brand.config -> 'images', '{}')) as image
    where image.value ->> 'hash' = image_hash
  );
end;
$$;
comment on function app.is_brand_image_used(text, text) is
  'True when the draft, what is published or any version names this picture.';

create function app.add_brand_image(hash text, slot text, width integer, height integer, bytes integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  tenant text := app.require_permission('branding');
  most constant integer := 200;
  gone text[];
begin
  -- One upload of a tenant after the other, so that the bound is one; and no draft is saved over a picture that goes.
  perform from public.tenants as owner where owner.tenant_id = tenant for update;
  insert into public.brand_images as image (tenant_id, hash, slot, width, height, bytes, uploaded_by)
  values (tenant, $1, $2, $3, $4, $5, app.current_member_id())
  on conflict on constraint brand_images_pkey do update
  set slot = excluded.slot, uploaded_by = excluded.uploaded_by, created_at = now();
  with spare as (
    select image.hash from public.brand_images as image
    where image.tenant_id = tenant and image.hash <> $1 and not app.is_brand_image_used(tenant, image.hash)
    order by image.created_at
    limit greatest((select count(*) from public.brand_images as known where known.tenant_id = tenant) - most, 0)
  ), removed as (
    delete from public.brand_images as image using spare
    where image.tenant_id = tenant and image.hash = spare.hash returning image.hash
  )
  select coalesce(array_agg(removed.hash), '{}') into gone from removed;
  if (select count(*) from public.brand_images as known where known.tenant_id = tenant) > most then
    raise exception using errcode = 'PT409', message = 'too_many_images';
  end if;
  perform app.write_audit(tenant, 'brand_image.uploaded', jsonb_build_object('slot', $2, 'hash', $1));
  return jsonb_build_object('removed', to_jsonb(gone));
exception when check_violation or not_null_violation then
  raise exception using errcode = 'PT422', message = 'validation_failed';
end;
$$;
comment on function app.add_brand_image(text, text, integer, integer, integer) is
  'Notes an uploaded picture. Beyond 200 of a tenant the oldest that no draft and no version names are forgotten; answers '
  'their hashes. PT409 when every one of them is in use.';

create or replace function app.save_brand_draft(config jsonb, revision integer, based_on integer) returns jsonb
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
  if config ? 'images' then
    -- Uploads take this lock as well: none of these pictures is forgotten before the draft names it.
    perform from public.tenants as owner where owner.tenant_id = tenant for update;
    if not app.has_brand_images(tenant, config -> 'images') then
      raise exception using errcode = 'PT422', message = 'validation_failed';
    end if;
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
  'Writes the draft over the revision that the editor saw (0: none ever); PT409 when there is another one meanwhile, PT422 '
  'for what is no brand and for pictures that this tenant has not uploaded.';

create function public.add_brand_image(p_hash text, p_slot text, p_width integer, p_height integer, p_bytes integer) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  select app.add_brand_image(p_hash, p_slot, p_width, p_height, p_bytes);
end;
comment on function public.add_brand_image(text, text, integer, integer, integer) is
  'Notes a picture that was uploaded, {removed}: hashes of those that made room; 409 when there is none to remove.';
grant execute on function
  app.add_brand_image(text, text, integer, integer, integer),
  public.add_brand_image(text, text, integer, integer, integer)
  to authenticated;
