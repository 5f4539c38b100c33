/** From the requested host to what may be done with the request; called by index.ts, asks the tenant directory. */
import type { Portal } from './portal.ts';
import type { Lookup } from './tenant-directory.ts';
import { clientAddress, type Visit } from './visit.ts';

export type ResolvedHost =
  | { readonly kind: 'active'; readonly portal: Portal }
  | { readonly kind: 'suspended'; readonly portal: Portal }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds: number };

const UNKNOWN: ResolvedHost = { kind: 'unknown' };

export async function resolveTenant(visit: Visit): Promise<ResolvedHost> {
  if (visit.host === null) return UNKNOWN;
  const lookup = visit.isolate.directory.lookUp(visit.host.hostname, {
    address: clientAddress(visit.request),
    waitUntil: visit.waitUntil,
  });
  return judge(lookup instanceof Promise ? await lookup : lookup);
}

function judge(lookup: Lookup): ResolvedHost {
  if (lookup.kind !== 'tenant') return lookup;
  const { portal } = lookup;
  switch (portal.tenant.status) {
    case 'active':
      return { kind: 'active', portal };
    case 'suspended':
      return { kind: 'suspended', portal };
    // A tenant that is gone leaves no trace: its address looks like one that never was.
    case 'inactive':
      return UNKNOWN;
    default:
      return portal.tenant.status satisfies never;
  }
}
