/**
 * DATABASE_URL names no environment, and migrations cannot be taken back: before anything is changed, is this the
 * database of the project that is deployed? Called by preflight.ts.
 */
import type { Sql } from 'postgres';
import { DEFAULT_CONFIG_FILE, type DeployEnvironment } from './deploy-config.ts';
import { findPrimaryProblem } from './primary-tenant.ts';

/** What the address itself says at Supabase: `db.<project>.supabase.co`, or `<role>.<project>` at a pooler. */
export function findForeignProject(
  databaseUrl: string,
  { name, supabaseProject }: Pick<DeployEnvironment, 'name' | 'supabaseProject'>,
): string | null {
  const { hostname, username } = new URL(databaseUrl);
  const host = hostname.toLowerCase();
  const direct = /^db\.([^.]+)\.supabase\.co$/.exec(host)?.[1];
  // A role may hold a dot; a reference does not.
  const pooled = host.endsWith('.pooler.supabase.com')
    ? (/\.([^.]*)$/.exec(decodeURIComponent(username))?.[1] ?? 'without a name')
    : undefined;
  const project = direct ?? pooled;
  return project === undefined || project === supabaseProject
    ? null
    : `DATABASE_URL is of the Supabase project ${project}, and that of ${name} is ${supabaseProject} by ${DEFAULT_CONFIG_FILE}: is it of another environment?`;
}

/** What its rows say: a primary tenant of another domain. One that is missing is no stranger's. */
export async function findForeignPrimary(
  sql: Sql,
  environment: Pick<DeployEnvironment, 'primaryDomain'>,
): Promise<string | null> {
  const [table] = await sql<{ there: boolean }[]>`select to_regclass('public.tenants') is not null as there`;
  if (!table?.there) return null;
  const [primary] = await sql`select from public.tenants where type = 'primary'`;
  return primary === undefined ? null : findPrimaryProblem(sql, environment);
}
