/**
 * Tokens for the Data API: ES256 with `kid`, alive for minutes, one role each. What they claim is what the database
 * believes, so they are minted here alone. Called by isolate.ts and jobs.ts.
 */
import { type JWK, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';

/** Clocks differ: a token that is "issued in the future" would be refused. */
const BACK_DATED_SECONDS = 30;
const LIFETIME_SECONDS = 240;
/** A remembered token is used until it has this long to live. */
const SPARE_SECONDS = 60;
const REMEMBERED_TOKENS = 1_000;

export type SupabaseTokenClaims =
  | {
      readonly role: 'authenticated';
      readonly sessionId: string;
      readonly memberId: string;
      readonly tenantId: string;
    }
  | { readonly role: 'sign_in'; readonly tenantId: string; readonly hostname: string }
  | { readonly role: 'platform_jobs' };

interface MintedToken {
  readonly token: string;
  readonly expiresAt: number;
}

export class SupabaseTokens {
  readonly #issuer: string;
  readonly #key: JWK & { readonly kid: string };
  readonly #minted = new LRUCache<string, MintedToken>({ max: REMEMBERED_TOKENS });

  constructor(issuer: string, key: JWK & { readonly kid: string }) {
    this.#issuer = issuer;
    this.#key = key;
  }

  /** One signature per session (or per host that signs in) and few minutes. `now` is in seconds since the epoch. */
  async tokenFor(claims: SupabaseTokenClaims, now: number): Promise<string> {
    const name = nameOf(claims);
    const known = this.#minted.get(name);
    if (known && known.expiresAt - SPARE_SECONDS > now) return known.token;
    const expiresAt = now + LIFETIME_SECONDS;
    const token = await new SignJWT({ role: claims.role, ...tenantClaims(claims) })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: this.#key.kid })
      .setIssuer(this.#issuer)
      .setIssuedAt(now - BACK_DATED_SECONDS)
      .setExpirationTime(expiresAt)
      .sign(this.#key);
    this.#minted.set(name, { token, expiresAt });
    return token;
  }
}

/** Everything that the token says is in its name: two sessions never share one. */
function nameOf(claims: SupabaseTokenClaims): string {
  return JSON.stringify([claims.role, tenantClaims(claims)]);
}

function tenantClaims(claims: SupabaseTokenClaims): Record<string, string> {
  switch (claims.role) {
    case 'authenticated':
      return { sub: claims.memberId, tenant_id: claims.tenantId, session_id: claims.sessionId };
    case 'sign_in':
      return { tenant_id: claims.tenantId, hostname: claims.hostname };
    case 'platform_jobs':
      return {};
    default:
      return claims satisfies never;
  }
}
