/** What anybody may know of a hostname's tenant, as `rpc/resolve_hostname` shows it. Called by routes/tenant.ts. */
import { type ResolvedTenant, resolutionSchema } from '../../../contract/tenants.ts';
import { ask, type DataAccess } from './supabase.ts';

/** Null when nobody has the hostname (any more). */
export async function resolveHostname(access: DataAccess, hostname: string): Promise<ResolvedTenant | null> {
  const answer = await ask(access, (client) => client.rpc('resolve_hostname', { p_hostname: hostname }));
  return resolutionSchema.parse(answer).tenant;
}
