/** `npm run invite-admin`: a way in for a tenant that has no admin yet, or whose first one lost the invitation. */
import type { TransactionSql } from 'postgres';
import { z } from 'zod';
import { Refusal } from '../local/steps.ts';
import { findTenant } from './tenants.ts';
import type { Tool } from './tool.ts';

export const inviteAdminTool: Tool<Record<never, never>> = {
  name: 'invite-admin',
  summary:
    'Invites an admin to a tenant, for seven days, or renews the invitation that is there. It is mailed.',
  arguments: ['ID', 'EMAIL'],
  options: {},
  async run({ arguments: [tenantId = '', email = ''], transact, dryRun }) {
    if (!z.email().max(254).safeParse(email).success) throw new Refusal('EMAIL is no email address.');
    const invited = await transact((sql) => inviteAdmin(sql, tenantId, email));
    return { data: { ...invited, dryRun }, text: report(invited, dryRun) };
  },
};

interface InvitedAdmin {
  readonly tenantId: string;
  /** As it is kept. */
  readonly email: string;
  readonly renewed: boolean;
  readonly expiresAt: Date;
  /** Where people sign in: the tenant's first hostname with a way to. */
  readonly address: string;
}

async function inviteAdmin(sql: TransactionSql, tenantId: string, given: string): Promise<InvitedAdmin> {
  const { type, status } = await findTenant(sql, tenantId);
  if (status !== 'active')
    throw new Refusal(`${tenantId} is ${status}: npm run suspend-tenant -- ${tenantId} --resume`);
  const [{ email } = { email: null }] = await sql<
    { email: string | null }[]
  >`select app.clean_email(${given}) as email`;
  if (email === null) throw new Refusal('EMAIL is no email address.');
  const [member] = await sql<{ role: string }[]>`
    select tenant_role as role from public.profiles
    where tenant_id = ${tenantId} and lower(email) = lower(${email}) and status <> 'removed'`;
  if (member !== undefined)
    throw new Refusal(
      `${email} is a member of ${tenantId} already (${member.role}). An admin of it changes roles, under Members.`,
    );
  const role = type === 'primary' ? 'super_admin' : 'admin';
  const [open] = await sql<{ id: string; expiresAt: Date }[]>`
    update public.invitations
    set tenant_role = ${role}, expires_at = now() + interval '7 days', sent_at = now(), sent_count = least(sent_count + 1, 10)
    where tenant_id = ${tenantId} and lower(email) = lower(${email}) and accepted_at is null and revoked_at is null
    returning id, expires_at as "expiresAt"`;
  const [fresh] =
    open !== undefined
      ? []
      : await sql<{ id: string; expiresAt: Date }[]>`
          insert into public.invitations (tenant_id, email, tenant_role) values (${tenantId}, ${email}, ${role})
          returning id, expires_at as "expiresAt"`;
  const invitation = open ?? fresh;
  if (invitation === undefined) throw new Error('an insert answered no row');
  await sql`select app.queue_invitation_mail(${tenantId}, ${invitation.id})`;
  const action = open === undefined ? 'invitation.created' : 'invitation.resent';
  await sql`select app.write_audit(${tenantId}, ${action}, ${sql.json({ id: invitation.id, email, role })})`;
  const [hostname] = await sql<{ domain: string }[]>`
    select name.domain from public.tenant_domains as name
    where name.tenant_id = ${tenantId} and name.verified_at is not null
    order by not (
      name.domain = app.platform_domain() or name.domain like '%.' || app.platform_domain()
      or exists (select from public.tenant_oauth_clients as client where client.hostname = name.domain and client.enabled)
    ), name.domain <> (select domain from public.tenants where tenant_id = ${tenantId}), name.domain limit 1`;
  return {
    ...{ tenantId, email, renewed: open !== undefined, expiresAt: invitation.expiresAt },
    address: `https://${hostname?.domain ?? ''}/sign-in`,
  };
}

function report({ tenantId, email, renewed, expiresAt, address }: InvitedAdmin, dryRun: boolean): string {
  if (dryRun)
    return `${email} would be invited to ${tenantId}${renewed ? ' again' : ''}. Nothing was changed.`;
  const until = expiresAt.toISOString().slice(0, 10);
  return `${email} is invited to ${tenantId}${renewed ? ' again' : ''}, as an admin, until ${until}: ${address}`;
}
