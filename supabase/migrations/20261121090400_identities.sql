-- Identities: what a provider calls a person, in one tenant. The identity is (tenant, provider, subject), never an email.

create table public.identities (
  tenant_id text not null,
  provider text not null check (provider in ('github', 'google')),
  subject text not null check (app.is_line(subject, 255)),
  member_id uuid not null,
  email text check (app.is_email(email)),
  linked_at timestamptz not null default now(),
  last_used_at timestamptz,
  primary key (tenant_id, provider, subject),
  foreign key (tenant_id, member_id) references public.profiles (tenant_id, id) on delete cascade
);
comment on table public.identities is 'Accounts at sign-in providers, each leading to one member of one tenant.';
comment on column public.identities.tenant_id is 'The tenant.';
comment on column public.identities.provider is 'The provider.';
comment on column public.identities.subject is 'The provider''s own, unchanging id of the account.';
comment on column public.identities.member_id is 'The member that it signs in as.';
comment on column public.identities.email is 'Email that the provider last called verified; null when it never did.';
comment on column public.identities.linked_at is 'When it was linked.';
comment on column public.identities.last_used_at is 'When it was last signed in with.';
alter table public.identities enable row level security;
create index identities_of_member on public.identities (tenant_id, member_id);

create policy within_tenant on public.identities as restrictive
  using (tenant_id = (select app.current_tenant_id()));
create policy select_own on public.identities for select to authenticated
  using (member_id = (select app.current_member_id()));
grant select (tenant_id, provider, subject, member_id, email, linked_at, last_used_at) on public.identities to authenticated;

create function app.lock_identity(tenant_id text, provider text, subject text) returns void
language sql volatile security invoker set search_path = ''
begin atomic
  select pg_advisory_xact_lock(hashtextextended(jsonb_build_array('identity', $1, $2, $3)::text, 0));
end;
comment on function app.lock_identity(text, text, text) is
  'Until the transaction ends, one sign-in or linking at a time for this identity: two callbacks make one member.';
