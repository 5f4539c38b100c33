/**
 * The primary tenant is the operator's own portal: its domain is the issuer of our tokens, and Supabase fetches their
 * keys there. A deployment cannot invent it, since nobody but the operator knows who its first admin is.
 */
import type { Sql } from 'postgres';
import { DEFAULT_CONFIG_FILE, type DeployEnvironment } from './deploy-config.ts';

/** What is to be done about the primary tenant, in words; null when it is there, at the configuration's domain. */
export async function findPrimaryProblem(
  sql: Sql,
  { primaryDomain }: Pick<DeployEnvironment, 'primaryDomain'>,
): Promise<string | null> {
  const [table] = await sql<{ there: boolean }[]>`select to_regclass('public.tenants') is not null as there`;
  const [primary] = table?.there
    ? await sql<{ tenantId: string; domain: string }[]>`
        select tenant_id as "tenantId", domain from public.tenants where type = 'primary'`
    : [];
  if (primary === undefined)
    return [
      `There is no primary tenant yet, your own portal at ${primaryDomain}. Add it, with yourself as its first admin, and deploy again:`,
      `  npm run add-tenant -- --id ${slugOf(primaryDomain)} --type primary --name "…" --domain ${primaryDomain} --admin …`,
    ].join('\n');
  if (primary.domain === primaryDomain) return null;
  return `The primary tenant ${primary.tenantId} is at ${primary.domain}, and primaryDomain of ${DEFAULT_CONFIG_FILE} is ${primaryDomain}. One of them is wrong: correct the file, or look whether DATABASE_URL is of another installation. Where the tenant's domain was mistyped, before anybody signed in:\n  update public.tenants set domain = '${primaryDomain}' where tenant_id = '${primary.tenantId}';`;
}

/** Its name in the zone, where that is a slug. */
function slugOf(domain: string): string {
  const [label = ''] = domain.split('.');
  return /^[a-z0-9][a-z0-9-]{0,60}[a-z0-9]$/.test(label) ? label : 'primary';
}
