/**
 * Google's id_token, verified as OpenID Connect Core §3.1.3.7 has it, with what jose does not check unless told.
 * Called by oauth-providers.ts.
 */
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { ok, type Result, refuse } from '../../../contract/result.ts';
import { avatarUrl, type ProviderIdentity } from './identity.ts';

export type GoogleIdTokenRefusal =
  | 'missing'
  | 'malformed'
  | 'algorithm'
  | 'unknown-key'
  | 'keys-unreachable'
  | 'signature'
  | 'expired'
  | 'claim'
  | 'audience'
  | 'authorized-party'
  | 'nonce';

const MAX_TOKEN_LENGTH = 8192;
/** It was issued by the call that brought it. */
const MAX_AGE_SECONDS = 300;
const CLOCK_TOLERANCE_SECONDS = 5;

export interface GoogleIdTokenExpectation {
  /** Resolves the key of a protected header; fails with anything but a JOSEError when the keys cannot be had. */
  readonly keys: JWTVerifyGetKey;
  readonly issuer: string;
  readonly clientId: string;
  /** The nonce of the flow that asked: an id_token of another flow is refused. */
  readonly nonce: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

const claimsSchema = z.object({
  sub: z.string().min(1).max(255),
  aud: z.union([z.string(), z.array(z.string())]),
  azp: z.string().optional(),
  nonce: z.string().optional(),
  email: z.string().max(254).optional(),
  // Not a boolean schema: `"true"` is no reason to refuse the person, only to refuse the email.
  email_verified: z.unknown().optional(),
  name: z.string().optional(),
  picture: z.unknown().optional(),
});

export async function verifyGoogleIdToken(
  token: string | null,
  expectation: GoogleIdTokenExpectation,
): Promise<Result<ProviderIdentity, GoogleIdTokenRefusal>> {
  if (!token) return refuse('missing');
  if (token.length > MAX_TOKEN_LENGTH) return refuse('malformed');
  const verified = await verifySignature(token, expectation);
  if (!verified.ok) return verified;
  const claims = claimsSchema.safeParse(verified.value);
  if (!claims.success) return refuse('claim');
  const { sub, aud, azp, nonce, email, email_verified, name, picture } = claims.data;
  // jose accepts a list that holds us among others: a token that was made for somebody else as well.
  const audiences = typeof aud === 'string' ? [aud] : aud;
  if (audiences.some((audience) => audience !== expectation.clientId)) return refuse('audience');
  if (azp !== undefined && azp !== expectation.clientId) return refuse('authorized-party');
  if (nonce !== expectation.nonce) return refuse('nonce');
  return ok({
    subject: sub,
    email: email ?? null,
    emailVerified: email_verified === true,
    name: name ?? null,
    avatarUrl: avatarUrl(picture),
  });
}

async function verifySignature(
  token: string,
  { keys, issuer, clientId, now }: GoogleIdTokenExpectation,
): Promise<Result<JWTPayload, GoogleIdTokenRefusal>> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      // Neither `none` nor HS256, where the public key or the client's secret would be the signer's.
      algorithms: ['RS256'],
      // Google writes its name with and without the scheme.
      issuer: [issuer, issuer.replace(/^https:\/\//, '')],
      audience: clientId,
      requiredClaims: ['sub', 'exp', 'iat'],
      maxTokenAge: MAX_AGE_SECONDS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now * 1000),
    });
    return ok(payload);
  } catch (error) {
    if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
      return refuse('algorithm');
    }
    if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
      return refuse('unknown-key');
    }
    if (error instanceof errors.JWSSignatureVerificationFailed) return refuse('signature');
    if (error instanceof errors.JWTExpired) return refuse('expired');
    if (error instanceof errors.JWTClaimValidationFailed) {
      return refuse(error.claim === 'aud' ? 'audience' : 'claim');
    }
    if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return refuse('malformed');
    // What is left is the way to the keys: no answer, not 200, not a key set, too late.
    return refuse('keys-unreachable');
  }
}
