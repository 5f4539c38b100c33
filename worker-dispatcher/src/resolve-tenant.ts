/** From the requested host to what may be done with the request; called by index.ts, asks the tenant directory. */
import type { Portal } from './portal.ts';
import type { RequestedHost } from './requested-host.ts';
import type { Lookup } from './tenant-directory.ts';
import { clientAddress, type Visit } from './visit.ts';

/** A portal that is open, and the host by which it was asked for. */
export interface OpenPortal {
  readonly kind: 'active';
  readonly portal: Portal;
  readonly host: RequestedHost;
}

export type ResolvedHost =
  | OpenPortal
  | { readonly kind: 'suspended'; readonly portal: Portal }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds: number };

const UNKNOWN: ResolvedHost = { kind: 'unknown' };

/** Without a promise when memory knows the host. */
export function resolveTenant(visit: Visit): ResolvedHost | Promise<ResolvedHost> {
  const { host, request, isolate, startedAt } = visit;
  if (host === null) return UNKNOWN;
  const visitor = { address: clientAddress(request), waitUntil: visit.waitUntil };
  const lookup = isolate.directory.lookUp(host.hostname, visitor, startedAt);
  return lookup instanceof Promise ? lookup.then((found) => judge(found, host)) : judge(lookup, host);
}

function judge(lookup: Lookup, host: RequestedHost): ResolvedHost {
  if (lookup.kind !== 'tenant') return lookup;
  const { portal } = lookup;
  switch (portal.tenant.status) {
    case 'active':
      return { kind: 'active', portal, host };
    case 'suspended':
      return { kind: 'suspended', portal };
    // A tenant that is gone leaves no trace: its address looks like one that never was.
    case 'inactive':
      return UNKNOWN;
    default:
      return portal.tenant.status satisfies never;
  }
}
