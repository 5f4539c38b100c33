/**
 * The tenant context: what the dispatcher found out about the host, signed, sent along with each request.
 * Signed by the dispatcher, verified by tenant Workers; both halves live here so that they cannot drift apart.
 *
 * A compact JWS (RFC 7515) with EdDSA/Ed25519 (RFC 8037), explicitly typed (RFC 8725 §3.11) so that no other token
 * of the platform can be passed off as one, addressed (`aud`) to one Worker by its logical name, alive ≤ 60 s.
 */
import { errors, type JWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { ok, type Result, refuse } from './result.ts';
import {
  hostnameSchema,
  SUBSCRIPTION_TIERS,
  TENANT_STATUSES,
  TENANT_TYPES,
  tenantIdSchema,
  workerNameSchema,
} from './tenants.ts';

export const TENANT_CONTEXT_HEADER = 'x-tenant-context';
export const TENANT_CONTEXT_LIFETIME_SECONDS = 60;
/** Versions of the claims that this code reads. A release reads its own and the previous one (expand and contract). */
export const TENANT_CONTEXT_VERSION = 1;

const TYPE = 'tenant-context+jwt';
const ISSUER = 'dispatcher';
const MAX_TOKEN_LENGTH = 4096;
/** Clocks of two Workers differ by little; the signer back-dates nothing. */
const CLOCK_TOLERANCE_SECONDS = 5;

const contextSchema = z.object({
  version: z.literal(TENANT_CONTEXT_VERSION),
  tenantId: tenantIdSchema,
  name: z.string().min(1).max(120),
  type: z.enum(TENANT_TYPES),
  status: z.enum(TENANT_STATUSES),
  tier: z.enum(SUBSCRIPTION_TIERS),
  /** Logical name of the tenant's Worker; also the token's audience. */
  worker: workerNameSchema,
  /** Normalised name the visitor asked for. */
  hostname: hostnameSchema,
  /** Scheme, host and port as the browser sees them (RFC 6454), for redirects and same-origin checks. */
  origin: z.string().regex(/^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/),
  /** True under the platform's own domain. */
  platformDomain: z.boolean(),
});
export type TenantContext = Readonly<z.infer<typeof contextSchema>>;

/** Signs a context with an Ed25519 private JWK that has a `kid`. `now` is in seconds since the epoch. */
export async function signTenantContext(
  context: TenantContext,
  key: JWK & { kid: string },
  now: number = Math.floor(Date.now() / 1000),
): Promise<string> {
  return new SignJWT({ context })
    .setProtectedHeader({ alg: 'EdDSA', typ: TYPE, kid: key.kid })
    .setIssuer(ISSUER)
    .setAudience(context.worker)
    .setIssuedAt(now)
    .setExpirationTime(now + TENANT_CONTEXT_LIFETIME_SECONDS)
    .sign(key);
}

export type TenantContextRefusal = 'missing' | 'too-long' | 'unknown-key' | 'expired' | 'invalid';

export interface VerifiedTenantContext {
  readonly context: TenantContext;
  /** Seconds since the epoch; the verified context may be cached until then. */
  readonly expiresAt: number;
}

export interface VerifyTenantContextOptions {
  /** Public Ed25519 JWKs, each with a `kid`; more than one during rotation. */
  readonly keys: readonly JWK[];
  /** This Worker's logical name. A context for another Worker is refused. */
  readonly audience: string;
  /** Seconds since the epoch. */
  readonly now?: number;
}

/** Verifies signature, type, issuer, audience, lifetime and every claim. Never throws for a bad token. */
export async function verifyTenantContext(
  token: string | null | undefined,
  { keys, audience, now = Math.floor(Date.now() / 1000) }: VerifyTenantContextOptions,
): Promise<Result<VerifiedTenantContext, TenantContextRefusal>> {
  if (!token) return refuse('missing');
  if (token.length > MAX_TOKEN_LENGTH) return refuse('too-long');
  try {
    const { payload } = await jwtVerify(
      token,
      (header) => {
        const key = keys.find((candidate) => candidate.kid !== undefined && candidate.kid === header.kid);
        if (!key) throw new UnknownKey();
        return key;
      },
      {
        algorithms: ['EdDSA'],
        typ: TYPE,
        issuer: ISSUER,
        audience,
        requiredClaims: ['iat', 'exp'],
        maxTokenAge: TENANT_CONTEXT_LIFETIME_SECONDS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now * 1000),
      },
    );
    const context = contextSchema.safeParse(payload.context);
    if (!context.success || context.data.worker !== audience || payload.exp === undefined)
      return refuse('invalid');
    return ok({ context: context.data, expiresAt: payload.exp });
  } catch (error) {
    if (error instanceof UnknownKey) return refuse('unknown-key');
    if (error instanceof errors.JWTExpired) return refuse('expired');
    if (error instanceof errors.JOSEError) return refuse('invalid');
    throw error;
  }
}

class UnknownKey extends Error {}
