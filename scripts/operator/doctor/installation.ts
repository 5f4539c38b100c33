/** What the database says that there is: hostnames with what resolution answers for them. Called by doctor.ts. */
import type { TransactionSql } from 'postgres';
import { z } from 'zod';
import {
  resolutionSchema,
  TENANT_STATUSES,
  TENANT_TYPES,
  workerNameSchema,
} from '../../../contract/tenants.ts';

/** A change is everywhere in about two minutes; entries of KV run out after five. */
export const LAG_MILLISECONDS = 10 * 60_000;

const hostSchema = z.object({
  hostname: z.string(),
  tenantId: z.string(),
  tenantName: z.string(),
  domain: z.string(),
  type: z.enum(TENANT_TYPES),
  status: z.enum(TENANT_STATUSES),
  worker: workerNameSchema,
  updatedAt: z.date(),
  /** Null for an answer of another release than this clone's. */
  resolution: resolutionSchema.nullable().catch(null),
});
/** A verified hostname of a tenant. */
export type Host = z.infer<typeof hostSchema>;

export interface Installation {
  readonly hosts: readonly Host[];
  readonly primary: Host | null;
  /** Logical Workers of tenants that are served, verified hostnames or not. */
  readonly workers: readonly string[];
  /** `iss` of our tokens; null before configure-supabase-auth has run. */
  readonly issuer: string | null;
}

export async function readInstallation(sql: TransactionSql): Promise<Installation> {
  const rows = await sql`
    select hostname.domain as hostname, tenant.tenant_id as "tenantId", tenant.name as "tenantName", tenant.domain,
      tenant.type, tenant.status, tenant.worker, tenant.updated_at as "updatedAt",
      public.resolve_hostname(hostname.domain) as resolution
    from public.tenant_domains as hostname join public.tenants as tenant using (tenant_id)
    where hostname.verified_at is not null
    order by tenant.type <> 'primary', tenant.tenant_id, hostname.domain <> tenant.domain, hostname.domain`;
  const hosts = z.array(hostSchema).parse(rows);
  const [setting] = await sql<{ value: string }[]>`select value from app.settings where key = 'jwt_issuer'`;
  const primary = hosts.find(({ type, hostname, domain }) => type === 'primary' && hostname === domain);
  const workers = await sql<{ worker: string }[]>`
    select distinct worker from public.tenants where status in ('active', 'suspended') order by worker`;
  return {
    hosts,
    primary: primary ?? null,
    workers: workers.map(({ worker }) => worker),
    issuer: setting?.value ?? null,
  };
}
