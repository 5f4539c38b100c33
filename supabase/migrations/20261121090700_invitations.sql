-- Invitations by verified email: how a tenant's first admin comes in, and everybody where sign-up is by invitation.

create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  tenant_id text not null references public.tenants (tenant_id) on delete cascade,
  email text not null check (app.is_email(email)),
  tenant_role text not null default 'client' check (tenant_role in ('client', 'admin', 'super_admin')),
  invited_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '14 days',
  accepted_at timestamptz,
  accepted_by uuid,
  revoked_at timestamptz,
  foreign key (tenant_id, invited_by) references public.profiles (tenant_id, id) on delete set null (invited_by),
  foreign key (tenant_id, accepted_by) references public.profiles (tenant_id, id) on delete set null (accepted_by),
  constraint invitations_end_once check (accepted_at is null or revoked_at is null)
);
comment on table public.invitations is 'Invitations to become a member, each good for one member.';
comment on column public.invitations.id is 'Invitation id.';
comment on column public.invitations.tenant_id is 'The tenant.';
comment on column public.invitations.email is 'Invited address; compared without case with a verified email of a provider.';
comment on column public.invitations.tenant_role is 'Role of the member that comes of it.';
comment on column public.invitations.invited_by is 'Who invited; null for the operator.';
comment on column public.invitations.created_at is 'When it was made.';
comment on column public.invitations.expires_at is 'Good until then.';
comment on column public.invitations.accepted_at is 'When somebody signed in with it.';
comment on column public.invitations.accepted_by is 'The member that came of it.';
comment on column public.invitations.revoked_at is 'When it was withdrawn.';
alter table public.invitations enable row level security;
create unique index invitations_open_once on public.invitations (tenant_id, lower(email))
  where accepted_at is null and revoked_at is null;
create index invitations_newest_first on public.invitations (tenant_id, created_at desc, id desc);
create index invitations_by_inviter on public.invitations (tenant_id, invited_by);
create index invitations_by_accepter on public.invitations (tenant_id, accepted_by);

create policy within_tenant on public.invitations as restrictive
  using (tenant_id = (select app.current_tenant_id()));
create policy select_admin on public.invitations for select to authenticated
  using ((select app.is_tenant_admin()));
grant select (id, tenant_id, email, tenant_role, invited_by, created_at, expires_at, accepted_at, accepted_by, revoked_at)
  on public.invitations to authenticated;

create function app.prepare_invitation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.tenant_role = 'super_admin'
    and not exists (select from public.tenants as t where t.tenant_id = new.tenant_id and t.type = 'primary') then
    raise exception using errcode = 'check_violation', message = 'super admins are members of the primary tenant';
  end if;
  return new;
end;
$$;
comment on function app.prepare_invitation() is 'Trigger: only the primary tenant invites super admins.';
create trigger prepare before insert or update of tenant_id, tenant_role on public.invitations
  for each row execute function app.prepare_invitation();

create function app.accept_invitation(tenant_id text, email text, out id uuid, out tenant_role text)
language sql volatile security invoker set search_path = ''
begin atomic
  -- One statement: of two sign-ins with one invitation, the second waits, looks again and finds it accepted.
  update public.invitations as invitation
  set accepted_at = now()
  where invitation.tenant_id = $1 and lower(invitation.email) = lower($2)
    and invitation.accepted_at is null and invitation.revoked_at is null and invitation.expires_at > now()
  returning invitation.id, invitation.tenant_role;
end;
comment on function app.accept_invitation(text, text) is
  'Accepts the open invitation of a verified email, once: answers it and its role, or nulls when there is none.';
