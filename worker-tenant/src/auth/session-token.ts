/**
 * The session cookie's token: a compact JWS (HS256, `typ: session+jwt`) naming session, member, tenant and host, good
 * for ten minutes. It only says who asks: whether the session lives is the database's business, at every call. A well
 * signed token that has run out may therefore be renewed while its session's row lives. Called by middleware/session.ts
 * and routes/sign-in.ts.
 */
import { compactVerify, errors, type JWK, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { ok, type Result, refuse } from '../../../contract/result.ts';

export const SESSION_TOKEN_LIFETIME_SECONDS = 600;
/** No session lives longer (the database ends it), so neither does the right to renew a token. */
export const SESSION_MAX_AGE_SECONDS = 30 * 24 * 60 * 60;

const TYPE = 'session+jwt';
const MAX_TOKEN_LENGTH = 2048;
const CLOCK_TOLERANCE_SECONDS = 5;
const REMEMBERED_TOKENS = 2_000;

export interface SessionClaims {
  readonly sessionId: string;
  readonly memberId: string;
  readonly tenantId: string;
  readonly hostname: string;
}

export interface VerifiedSession {
  readonly claims: SessionClaims;
  /** Seconds since the epoch. Past it the token names a session, and the session must be renewed before it is used. */
  readonly expiresAt: number;
}

export type SessionTokenRefusal =
  | 'too-long'
  | 'unknown-key'
  | 'not-authentic'
  | 'wrong-type'
  | 'malformed'
  | 'another-tenant'
  | 'another-host'
  | 'from-the-future'
  | 'too-old';

export type SessionKey = JWK & { readonly kid: string };

const payloadSchema = z.object({
  sid: z.uuid(),
  sub: z.uuid(),
  tid: z.string().min(1).max(63),
  aud: z.string().min(1).max(253),
  iat: z.number().int(),
  exp: z.number().int(),
});
type Payload = z.infer<typeof payloadSchema>;

/** Signs with the first key of the ring. `now` is in seconds since the epoch. */
export async function signSessionToken(
  { sessionId, memberId, tenantId, hostname }: SessionClaims,
  [key]: readonly SessionKey[],
  now: number,
): Promise<string> {
  if (!key) throw new TypeError('the session keyring is empty');
  return new SignJWT({ sid: sessionId, tid: tenantId })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE, kid: key.kid })
    .setSubject(memberId)
    .setAudience(hostname)
    .setIssuedAt(now)
    .setExpirationTime(now + SESSION_TOKEN_LIFETIME_SECONDS)
    .sign(key);
}

/** Verifies tokens of a keyring and remembers, bounded, those that it has seen: a warm request verifies nothing. */
export class SessionTokens {
  readonly #keys: readonly SessionKey[];
  readonly #seen = new LRUCache<string, Payload>({ max: REMEMBERED_TOKENS });

  constructor(keys: readonly SessionKey[]) {
    this.#keys = keys;
  }

  sign(claims: SessionClaims, now: number): Promise<string> {
    return signSessionToken(claims, this.#keys, now);
  }

  /** Accepts a token that any key of the ring signed for exactly this tenant and host, run out or not. */
  async verify(
    token: string,
    expected: { readonly tenantId: string; readonly hostname: string; readonly now: number },
  ): Promise<Result<VerifiedSession, SessionTokenRefusal>> {
    let payload = this.#seen.get(token);
    if (!payload) {
      const read = await readSignedPayload(token, this.#keys);
      if (!read.ok) return read;
      payload = read.value;
      this.#seen.set(token, payload);
    }
    return judgePayload(payload, expected);
  }
}

async function readSignedPayload(
  token: string,
  keys: readonly SessionKey[],
): Promise<Result<Payload, SessionTokenRefusal>> {
  if (token.length > MAX_TOKEN_LENGTH) return refuse('too-long');
  try {
    const { payload, protectedHeader } = await compactVerify(
      token,
      (header) => {
        const key = keys.find((candidate) => candidate.kid === header.kid);
        if (!key) throw new UnknownKey();
        return key;
      },
      { algorithms: ['HS256'] },
    );
    // Explicit typing (RFC 8725 §3.11): nothing else that these keys may ever sign passes for a session.
    if (protectedHeader.typ !== TYPE) return refuse('wrong-type');
    const parsed = payloadSchema.safeParse(JSON.parse(new TextDecoder().decode(payload)));
    return parsed.success ? ok(parsed.data) : refuse('malformed');
  } catch (error) {
    if (error instanceof UnknownKey) return refuse('unknown-key');
    if (error instanceof errors.JWSSignatureVerificationFailed) return refuse('not-authentic');
    if (error instanceof errors.JOSEError || error instanceof SyntaxError) return refuse('malformed');
    throw error;
  }
}

function judgePayload(
  { sid, sub, tid, aud, iat, exp }: Payload,
  expected: { readonly tenantId: string; readonly hostname: string; readonly now: number },
): Result<VerifiedSession, SessionTokenRefusal> {
  // A cookie of one tenant, carried to another by hand.
  if (tid !== expected.tenantId) return refuse('another-tenant');
  if (aud !== expected.hostname) return refuse('another-host');
  if (iat > expected.now + CLOCK_TOLERANCE_SECONDS) return refuse('from-the-future');
  if (exp !== iat + SESSION_TOKEN_LIFETIME_SECONDS) return refuse('malformed');
  if (iat < expected.now - SESSION_MAX_AGE_SECONDS) return refuse('too-old');
  return ok({ claims: { sessionId: sid, memberId: sub, tenantId: tid, hostname: aud }, expiresAt: exp });
}

class UnknownKey extends Error {}
