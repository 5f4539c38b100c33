/**
 * Tenants as the operator handles them, in SQL: adding, listing, suspending, removing. Called by the tools; the
 * database's own triggers and checks decide what is allowed, and everything is written to the audit log.
 */
import type { TransactionSql } from 'postgres';
import type { Hostname } from '../../contract/hostnames.ts';
import { type FieldKeys, sealSecret } from '../../contract/sealed-secret.ts';
import type {
  Provider,
  SIGN_UP_POLICIES,
  SubscriptionTier,
  TENANT_STATUSES,
  TENANT_TYPES,
} from '../../contract/tenants.ts';
import { Refusal } from '../local/steps.ts';

type TenantType = (typeof TENANT_TYPES)[number];
type TenantStatus = (typeof TENANT_STATUSES)[number];
type SignUp = (typeof SIGN_UP_POLICIES)[number];

export interface TenantListing {
  readonly tenantId: string;
  readonly name: string;
  readonly domain: string;
  readonly type: TenantType;
  readonly status: TenantStatus;
  readonly tier: SubscriptionTier;
  readonly signUp: SignUp;
  /** Active ones, of all roles. */
  readonly members: number;
  readonly admins: number;
  readonly createdAt: Date;
}

export async function listTenants(
  sql: TransactionSql,
  { status = null, search = null }: { status?: TenantStatus | null; search?: string | null },
): Promise<TenantListing[]> {
  return sql<TenantListing[]>`
    select tenant.tenant_id as "tenantId", tenant.name, tenant.domain, tenant.type, tenant.status,
      tenant.subscription_tier as tier, tenant.sign_up as "signUp", tenant.created_at as "createdAt",
      (select count(*)::int from public.profiles as member
        where member.tenant_id = tenant.tenant_id and member.status = 'active') as members,
      (select count(*)::int from public.profiles as member
        where member.tenant_id = tenant.tenant_id and member.status = 'active' and member.tenant_role <> 'client') as admins
    from public.tenants as tenant
    where (${status}::text is null or tenant.status = ${status})
      and (${search}::text is null or strpos(lower(tenant.tenant_id || ' ' || tenant.name || ' ' || tenant.domain), lower(${search})) > 0)
    order by tenant.type <> 'primary', tenant.tenant_id`;
}

export interface NewTenant {
  readonly tenantId: string;
  readonly name: string;
  readonly domain: Hostname;
  readonly type: TenantType;
  readonly tier: SubscriptionTier;
  readonly signUp: SignUp;
  /** Invited as the first admin. */
  readonly admin: string | null;
  /** Logical name of a Worker of its own; null: by the type. */
  readonly worker: string | null;
  readonly clients: readonly { provider: Provider; clientId: string; clientSecret: string }[];
}

export interface AddedTenant {
  readonly tenantId: string;
  readonly worker: string;
  /** Its own domain first. */
  readonly hostnames: readonly string[];
  readonly invitation: { readonly email: string; readonly expiresAt: Date } | null;
  readonly clients: readonly Provider[];
}

export async function addTenant(
  sql: TransactionSql,
  { tenantId, name, domain, type, tier, signUp, admin, worker, clients }: NewTenant,
  fieldKeys: FieldKeys,
): Promise<AddedTenant> {
  const taken = await sql<{ tenantId: string; domain: string }[]>`
    select tenant_id as "tenantId", domain from public.tenant_domains
    where domain = ${domain} and verified_at is not null
    union all select tenant_id, domain from public.tenants where tenant_id = ${tenantId}`;
  for (const other of taken) {
    if (other.tenantId === tenantId)
      throw new Refusal(`There is a tenant ${tenantId} already, at ${other.domain}.`);
    throw new Refusal(`${domain} is a hostname of the tenant ${other.tenantId}.`);
  }
  const [primary] = await sql<{ tenantId: string; domain: string }[]>`
    select tenant_id as "tenantId", domain from public.tenants where type = 'primary'`;
  if (type === 'primary' && primary !== undefined)
    throw new Refusal(`The primary tenant is ${primary.tenantId}, at ${primary.domain}: there is one.`);
  const [tenant] = await sql<{ worker: string; domain: string }[]>`
    insert into public.tenants (tenant_id, name, domain, type, subscription_tier, sign_up, worker)
    values (${tenantId}, ${name}, ${domain}, ${type}, ${tier}, ${signUp}, ${worker})
    returning worker, domain`;
  if (tenant === undefined) throw new Error('an insert answered no row');
  const hostnames = await sql<{ domain: string }[]>`
    select domain from public.tenant_domains where tenant_id = ${tenantId}
    order by domain <> ${tenant.domain}, domain`;

  for (const { provider, clientId, clientSecret } of clients) {
    const sealed = await sealSecret(clientSecret, { tenantId, hostname: tenant.domain, provider }, fieldKeys);
    await sql`
      insert into public.tenant_oauth_clients (tenant_id, hostname, provider, client_id, sealed_secret)
      values (${tenantId}, ${tenant.domain}, ${provider}, ${clientId}, ${sql.json({ ...sealed })})`;
  }
  const [invitation] =
    admin === null
      ? []
      : await sql<{ id: string; email: string; expiresAt: Date }[]>`
          insert into public.invitations (tenant_id, email, tenant_role)
          values (${tenantId}, ${admin}, ${type === 'primary' ? 'super_admin' : 'admin'})
          returning id, email, expires_at as "expiresAt"`;
  // The jobs Worker mails it with its next run.
  if (invitation !== undefined) await sql`select app.queue_invitation_mail(${tenantId}, ${invitation.id})`;
  await sql`select app.write_audit(${tenantId}, 'tenant.added', ${sql.json({ domain: tenant.domain, type, tier })})`;
  return {
    tenantId,
    worker: tenant.worker,
    hostnames: hostnames.map((row) => row.domain),
    invitation:
      invitation === undefined ? null : { email: invitation.email, expiresAt: invitation.expiresAt },
    clients: clients.map(({ provider }) => provider),
  };
}

export interface ChangedStatus {
  readonly tenantId: string;
  readonly name: string;
  readonly domain: string;
  readonly previousStatus: TenantStatus;
  readonly status: TenantStatus;
}

/** What a suspended tenant's people see changes at once in the database, and at the front door within minutes. */
export async function setTenantStatus(
  sql: TransactionSql,
  tenantId: string,
  status: TenantStatus,
): Promise<ChangedStatus> {
  const { name, domain, type, status: previousStatus } = await findTenant(sql, tenantId);
  if (type === 'primary')
    throw new Refusal('The primary tenant stays active: without it nobody could lift a suspension.');
  if (previousStatus !== status) {
    await sql`update public.tenants set status = ${status} where tenant_id = ${tenantId}`;
    await sql`select app.write_audit(${tenantId}, 'tenant.status_changed', ${sql.json({ from: previousStatus, to: status })})`;
  }
  return { tenantId, name, domain, previousStatus, status };
}

export interface RemovedTenant {
  readonly tenantId: string;
  readonly name: string;
  readonly domain: string;
  /** Rows that went with it. */
  readonly members: number;
  readonly hostnames: number;
  readonly invitations: number;
  /** Verified domains of its own, which are outside the platform's. */
  readonly ownDomains: readonly string[];
}

/** The audit log stays: its entries outlive what they tell of. */
export async function removeTenant(sql: TransactionSql, tenantId: string): Promise<RemovedTenant> {
  const { name, domain, type, status } = await findTenant(sql, tenantId);
  if (type === 'primary') throw new Refusal('The primary tenant cannot be removed.');
  if (status === 'active')
    throw new Refusal(`${tenantId} is active. Suspend it first: npm run suspend-tenant -- ${tenantId}`);
  const [counts] = await sql<{ members: number; hostnames: number; invitations: number }[]>`
    select (select count(*)::int from public.profiles where tenant_id = ${tenantId}) as members,
      (select count(*)::int from public.tenant_domains where tenant_id = ${tenantId}) as hostnames,
      (select count(*)::int from public.invitations where tenant_id = ${tenantId}) as invitations`;
  if (counts === undefined) throw new Error('a count answered no row');
  const own = await sql<{ domain: string }[]>`
    select domain from public.tenant_domains
    where tenant_id = ${tenantId} and domain_type = 'custom' and verified_at is not null order by domain`;
  await sql`delete from public.tenants where tenant_id = ${tenantId}`;
  await sql`select app.write_audit(${tenantId}, 'tenant.removed', ${sql.json({ name, domain, ...counts })})`;
  return { tenantId, name, domain, ...counts, ownDomains: own.map((row) => row.domain) };
}

export async function findTenant(
  sql: TransactionSql,
  tenantId: string,
): Promise<{ name: string; domain: string; type: TenantType; status: TenantStatus }> {
  const [tenant] = await sql<{ name: string; domain: string; type: TenantType; status: TenantStatus }[]>`
    select name, domain, type, status from public.tenants where tenant_id = ${tenantId} for update`;
  if (tenant === undefined) {
    const close = await sql<{ tenantId: string }[]>`
      select tenant_id as "tenantId" from public.tenants
      where strpos(tenant_id, ${tenantId}) > 0 or domain = ${tenantId} order by tenant_id limit 5`;
    const hint = close.length === 0 ? '' : ` Did you mean ${close.map((row) => row.tenantId).join(', ')}?`;
    throw new Refusal(`There is no tenant ${tenantId}.${hint}`);
  }
  return tenant;
}
