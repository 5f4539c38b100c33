/**
 * Makes the keys of an installation as JWKs (RFC 7517), each named by its thumbprint (RFC 7638); the one place that
 * does. Called by installation-secrets.ts, signing-key.ts, and local/keys.ts.
 */
import { randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

export type SecretKey = JWK & { kty: string; kid: string };

/** Ed25519 signs tenant contexts, ES256 the tokens for the Data API. */
export async function createSigningKey(alg: 'Ed25519' | 'ES256'): Promise<SecretKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  // `EdDSA` is the name that JOSE libraries of today agree on for Ed25519 (RFC 8037).
  return complete(jwk, alg === 'Ed25519' ? 'EdDSA' : alg, 'sig');
}

/** 256 bits: HS256 signs sessions, A256GCM seals fields of the database. */
export async function createSymmetricKey(alg: 'HS256' | 'A256GCM'): Promise<SecretKey> {
  const jwk = { kty: 'oct', k: randomBytes(32).toString('base64url') };
  return complete(jwk, alg, alg === 'HS256' ? 'sig' : 'enc');
}

async function complete(jwk: JWK, alg: string, use: string): Promise<SecretKey> {
  return { ...jwk, kty: jwk.kty ?? '', alg, use, kid: await calculateJwkThumbprint(jwk) };
}

/** Names the members that are public: what a later kind of key may hold beside them is not let out by mistake. */
export function publicHalf({ kty, crv, x, y, alg, use, kid }: SecretKey): JWK {
  return {
    kty,
    ...(crv && { crv }),
    ...(x && { x }),
    ...(y && { y }),
    ...(alg && { alg }),
    ...(use && { use }),
    kid,
  };
}
