/**
 * Google's id_token as the stand-in issues it: the certified provider's claims, signed again with the stand-in's key,
 * and, when a test asks for it, with one chosen fault. Called by the Google stand-in alone.
 */
import { Buffer } from 'node:buffer';
import { type CryptoKey, decodeJwt, exportSPKI, type JWTPayload, SignJWT } from 'jose';

export const ID_TOKEN_FAULTS = [
  'alg-none',
  'alg-hs256-client-secret',
  'alg-hs256-public-key',
  'unknown-kid',
  'foreign-signature',
  'wrong-aud',
  'aud-list-without-azp',
  'aud-list-with-foreign-azp',
  'wrong-azp',
  'wrong-iss',
  'wrong-nonce',
  'no-nonce',
  'expired',
  'no-exp',
  'future-iat',
  'stale-iat',
  'no-iat',
  'no-sub',
  'email-unverified',
  'email-verified-absent',
  'email-verified-string',
  'no-id-token',
] as const;
export type IdTokenFault = (typeof ID_TOKEN_FAULTS)[number];

export interface IdTokenSigner {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** A key that is in no key set. */
  readonly strangerKey: CryptoKey;
  readonly clientSecret: string;
}

/** Signs an id_token's claims again with RS256, adding `azp` as Google does, and applies the fault; null = no token. */
export async function issueIdToken(
  original: string,
  fault: IdTokenFault | null,
  signer: IdTokenSigner,
): Promise<string | null> {
  const issued = decodeJwt(original);
  const now = Math.floor(Date.now() / 1000);
  const clientId = String(issued.aud);
  const claims: JWTPayload = { ...issued, azp: clientId };
  const change = (changes: Record<string, unknown>) =>
    sign({ ...claims, ...changes }, signer.privateKey, signer.kid);
  const without = (name: string) =>
    sign(
      Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name)),
      signer.privateKey,
      signer.kid,
    );

  switch (fault) {
    case null:
      return change({});
    case 'alg-none':
      return `${encode({ alg: 'none' })}.${encode(claims)}.`;
    case 'alg-hs256-client-secret':
      return hmac(claims, signer.kid, new TextEncoder().encode(signer.clientSecret.padEnd(32, '0')));
    case 'alg-hs256-public-key':
      return hmac(claims, signer.kid, new TextEncoder().encode(await exportSPKI(signer.publicKey)));
    case 'unknown-kid':
      return sign(claims, signer.strangerKey, 'stranger');
    case 'foreign-signature':
      return sign(claims, signer.strangerKey, signer.kid);
    case 'wrong-aud':
      return change({ aud: 'another-client' });
    case 'aud-list-without-azp':
      return change({ aud: [clientId, 'another-client'], azp: undefined });
    case 'aud-list-with-foreign-azp':
      return change({ aud: [clientId, 'another-client'], azp: 'another-client' });
    case 'wrong-azp':
      return change({ azp: 'another-client' });
    case 'wrong-iss':
      return change({ iss: 'https://accounts.example.test' });
    case 'wrong-nonce':
      return change({ nonce: 'another-nonce' });
    case 'no-nonce':
      return without('nonce');
    case 'expired':
      return change({ iat: now - 120, exp: now - 60 });
    case 'no-exp':
      return without('exp');
    case 'future-iat':
      return change({ iat: now + 600, exp: now + 4200 });
    case 'stale-iat':
      return change({ iat: now - 86_400, exp: now + 3600 });
    case 'no-iat':
      return without('iat');
    case 'no-sub':
      return without('sub');
    case 'email-unverified':
      return change({ email_verified: false });
    case 'email-verified-absent':
      return without('email_verified');
    case 'email-verified-string':
      return change({ email_verified: 'true' });
    case 'no-id-token':
      return null;
    default:
      return fault satisfies never;
  }
}

function sign(claims: JWTPayload, key: CryptoKey, kid: string): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' }).sign(key);
}

function hmac(claims: JWTPayload, kid: string, secret: Uint8Array): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid, typ: 'JWT' }).sign(secret);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
