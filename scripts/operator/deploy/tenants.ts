/** The tenants as a deployment needs them: who is served by which Worker, and at which name. */
import type { Sql } from 'postgres';

export interface DeployedTenant {
  readonly tenantId: string;
  readonly name: string;
  readonly domain: string;
  readonly status: 'active' | 'suspended';
  /** Logical name. */
  readonly worker: string;
  readonly createdAt: Date;
}

/** None where the schema is not there yet. */
export async function readTenants(sql: Sql): Promise<DeployedTenant[]> {
  const [table] = await sql<{ there: boolean }[]>`select to_regclass('public.tenants') is not null as there`;
  if (!table?.there) return [];
  return sql<DeployedTenant[]>`
    select tenant_id as "tenantId", name, domain, status, worker, created_at as "createdAt" from public.tenants
    where status in ('active', 'suspended') order by type <> 'primary', tenant_id`;
}

/** Verified hostnames of tenants that are there, those of their own zones and of the platform's. */
export async function readHostnames(sql: Sql): Promise<string[]> {
  const [table] = await sql<{ there: boolean }[]>`
    select to_regclass('public.tenant_domains') is not null as there`;
  if (!table?.there) return [];
  const rows = await sql<{ domain: string }[]>`
    select name.domain from public.tenant_domains as name
    join public.tenants as tenant on tenant.tenant_id = name.tenant_id
    where name.verified_at is not null and tenant.status in ('active', 'suspended') order by name.domain`;
  return rows.map(({ domain }) => domain);
}
