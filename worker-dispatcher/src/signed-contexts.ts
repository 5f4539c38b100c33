/**
 * Signed tenant contexts, remembered for their lifetime so that a warm request signs nothing; called by upstream.ts.
 * The private key is here and nowhere else.
 */
import type { JWK } from 'jose';
import { LRUCache } from 'lru-cache';
import { signTenantContext, TENANT_CONTEXT_LIFETIME_SECONDS } from '../../contract/tenant-context.ts';
import type { Portal } from './portal.ts';
import type { RequestedHost } from './requested-host.ts';

/** A token is not handed out in its last seconds: it has to survive the way to the tenant's Worker. */
const MARGIN_SECONDS = 15;
/** In production a portal has one origin; on one machine the port is whatever the Host header says. */
const ORIGINS_PER_PORTAL = 8;

interface SignedContext {
  readonly token: string;
  /** Seconds since the epoch. */
  readonly usableUntil: number;
}

export class SignedContexts {
  readonly #key: JWK & { kid: string };
  readonly #signed = new WeakMap<Portal, LRUCache<string, SignedContext>>();

  constructor(key: JWK & { kid: string }) {
    this.#key = key;
  }

  /** Without a promise when there is a token that lives long enough. `now` in milliseconds since the epoch. */
  tokenFor(portal: Portal, host: RequestedHost, now: number): string | Promise<string> {
    const known = this.#signed.get(portal)?.get(host.origin);
    const seconds = Math.floor(now / 1000);
    return known && seconds < known.usableUntil ? known.token : this.#sign(portal, host, seconds);
  }

  async #sign(portal: Portal, { hostname, origin }: RequestedHost, now: number): Promise<string> {
    const { tenantId, name, type, status, tier, worker, platformDomain } = portal.tenant;
    const context = {
      version: 1,
      tenantId,
      name,
      type,
      status,
      tier,
      worker,
      hostname,
      origin,
      platformDomain,
    } as const;
    const token = await signTenantContext(context, this.#key, now);
    const origins =
      this.#signed.get(portal) ?? new LRUCache<string, SignedContext>({ max: ORIGINS_PER_PORTAL });
    origins.set(origin, { token, usableUntil: now + TENANT_CONTEXT_LIFETIME_SECONDS - MARGIN_SECONDS });
    this.#signed.set(portal, origins);
    return token;
  }
}
