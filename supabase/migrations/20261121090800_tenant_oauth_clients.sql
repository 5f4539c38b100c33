-- OAuth clients: each hostname has its own per provider, because providers tie a client to its host.

create function app.sealed_secret_header(sealed jsonb) returns jsonb
language sql immutable security invoker set search_path = ''
return convert_from(decode(rpad(
  translate(sealed ->> 'protected', '-_', '+/'),
  (length(sealed ->> 'protected') + 3) / 4 * 4, '='
), 'base64'), 'UTF8')::jsonb;
comment on function app.sealed_secret_header(jsonb) is 'Protected header of a flattened JWE (RFC 7516 §7.2.2); raises when it is none.';

create function app.is_sealed_secret(sealed jsonb) returns boolean
language sql immutable security invoker set search_path = ''
return jsonb_typeof(sealed) = 'object'
  and sealed ?& array['protected', 'iv', 'ciphertext', 'tag', 'aad']
  and sealed - array['protected', 'iv', 'ciphertext', 'tag', 'aad'] = '{}'
  and length(sealed ->> 'protected') <= 256 and length(sealed ->> 'iv') <= 64
  and length(sealed ->> 'ciphertext') <= 2048 and length(sealed ->> 'tag') <= 64
  and length(sealed ->> 'aad') <= 1024
  and app.sealed_secret_header(sealed) ->> 'enc' = 'A256GCM'
  and length(app.sealed_secret_header(sealed) ->> 'kid') between 1 and 100;
comment on function app.is_sealed_secret(jsonb) is 'True for a flattened JWE as contract/sealed-secret.ts writes it: AES-256-GCM, with a key id.';

create table public.tenant_oauth_clients (
  tenant_id text not null,
  hostname text not null,
  provider text not null check (provider in ('github', 'google')),
  client_id text not null check (app.is_line(client_id, 255)),
  sealed_secret jsonb not null check (app.is_sealed_secret(sealed_secret)),
  key_id text not null generated always as (app.sealed_secret_header(sealed_secret) ->> 'kid') stored,
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, hostname, provider),
  foreign key (tenant_id, hostname) references public.tenant_domains (tenant_id, domain) on delete cascade
);
comment on table public.tenant_oauth_clients is 'A hostname''s own OAuth clients. Secrets are encrypted before they come here.';
comment on column public.tenant_oauth_clients.tenant_id is 'The tenant.';
comment on column public.tenant_oauth_clients.hostname is 'The hostname whose callback is registered with the provider.';
comment on column public.tenant_oauth_clients.provider is 'The provider.';
comment on column public.tenant_oauth_clients.client_id is 'Client id, public.';
comment on column public.tenant_oauth_clients.sealed_secret is
  'Client secret as a JWE, AES-256-GCM, bound to tenant, hostname and provider; no role of the Data API may select it.';
comment on column public.tenant_oauth_clients.key_id is 'Key that the secret is encrypted with; for rotation.';
comment on column public.tenant_oauth_clients.enabled is 'False while the client is not to be used.';
comment on column public.tenant_oauth_clients.created_at is 'When it was set up.';
comment on column public.tenant_oauth_clients.updated_at is 'When the row last changed.';
alter table public.tenant_oauth_clients enable row level security;

create policy within_tenant on public.tenant_oauth_clients as restrictive
  using (tenant_id = (select app.current_tenant_id()));
create policy select_admin on public.tenant_oauth_clients for select to authenticated
  using ((select app.is_tenant_admin()));
grant select (tenant_id, hostname, provider, client_id, key_id, enabled, created_at, updated_at)
  on public.tenant_oauth_clients to authenticated;

create trigger set_updated_at before update on public.tenant_oauth_clients
  for each row execute function app.set_updated_at();
create trigger note_change after insert or delete or update of enabled on public.tenant_oauth_clients
  for each row execute function app.note_tenant_domain_change();
