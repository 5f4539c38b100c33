/** The dispatcher's signed word on whose request this is, verified once per token. Called by middleware/verify-context.ts. */
import type { JWK } from 'jose';
import { LRUCache } from 'lru-cache';
import { ok, type Result } from '../../../contract/result.ts';
import {
  type TenantContext,
  type TenantContextRefusal,
  type VerifiedTenantContext,
  verifyTenantContext,
} from '../../../contract/tenant-context.ts';

const REMEMBERED_CONTEXTS = 1_000;

/** Verifies contexts, and remembers verified ones until they expire: a warm request verifies nothing. */
export class TenantContexts {
  readonly #keys: readonly JWK[];
  readonly #audience: string;
  readonly #verified = new LRUCache<string, VerifiedTenantContext>({ max: REMEMBERED_CONTEXTS });

  constructor(keys: readonly JWK[], audience: string) {
    this.#keys = keys;
    this.#audience = audience;
  }

  /** Answers at once for a context that it knows; `now` is in seconds since the epoch. */
  read(
    token: string | undefined,
    now: number,
  ): Result<TenantContext, TenantContextRefusal> | Promise<Result<TenantContext, TenantContextRefusal>> {
    const known = token === undefined ? undefined : this.#verified.get(token);
    return known && known.expiresAt > now ? ok(known.context) : this.#verify(token, now);
  }

  async #verify(
    token: string | undefined,
    now: number,
  ): Promise<Result<TenantContext, TenantContextRefusal>> {
    const verified = await verifyTenantContext(token, { keys: this.#keys, audience: this.#audience, now });
    if (!verified.ok) return verified;
    if (token !== undefined) this.#verified.set(token, verified.value);
    return ok(verified.value.context);
  }
}
