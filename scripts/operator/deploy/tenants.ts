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
