/**
 * Secrets at rest in the database (OAuth client secrets): JWE (RFC 7516) in the flattened JSON serialisation, direct
 * encryption with AES-256-GCM, the key named by `kid`. The associated data binds a secret to its tenant, hostname
 * and provider, so that a row copied to another tenant or host does not open. Called by tenant Workers and scripts.
 */
import { base64url, FlattenedEncrypt, type FlattenedJWE, flattenedDecrypt, type JWK } from 'jose';
import { z } from 'zod';
import { ok, type Result, refuse } from './result.ts';
import type { Provider } from './tenants.ts';

export interface SecretOwner {
  readonly tenantId: string;
  readonly hostname: string;
  readonly provider: Provider;
}

/** 256-bit `oct` JWKs with a `kid`; the first one encrypts, all of them decrypt. */
export type FieldKeys = readonly (JWK & { kid: string })[];

const MAX_SECRET_LENGTH = 1024;

export const sealedSecretSchema = z.object({
  protected: z.string().max(256),
  iv: z.string().max(64),
  ciphertext: z.string().max(2048),
  tag: z.string().max(64),
  aad: z.string().max(1024),
});
export type SealedSecret = z.infer<typeof sealedSecretSchema>;

function associatedData({ tenantId, hostname, provider }: SecretOwner): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([tenantId, hostname, provider]));
}

function keyBytes(key: JWK): Uint8Array {
  const bytes = base64url.decode(key.k ?? '');
  if (bytes.length !== 32) throw new TypeError('a field key must be a 256-bit oct JWK');
  return bytes;
}

/** Encrypts a secret of 1–1,024 characters for its owner. Throws RangeError past that bound. */
export async function sealSecret(
  plaintext: string,
  owner: SecretOwner,
  keys: FieldKeys,
): Promise<SealedSecret> {
  if (plaintext.length === 0 || plaintext.length > MAX_SECRET_LENGTH) {
    throw new RangeError(`a secret has 1 to ${MAX_SECRET_LENGTH} characters`);
  }
  const [key] = keys;
  if (!key) throw new TypeError('the field keyring is empty');
  const jwe = await new FlattenedEncrypt(new TextEncoder().encode(plaintext))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: key.kid })
    .setAdditionalAuthenticatedData(associatedData(owner))
    .encrypt(keyBytes(key));
  return sealedSecretSchema.parse(jwe);
}

export type UnsealRefusal = 'malformed' | 'unknown-key' | 'wrong-owner' | 'not-authentic';

/** Decrypts a secret for the owner that asks; one sealed for another owner, or altered, is refused. */
export async function unsealSecret(
  sealed: unknown,
  owner: SecretOwner,
  keys: FieldKeys,
): Promise<Result<string, UnsealRefusal>> {
  const parsed = sealedSecretSchema.safeParse(sealed);
  if (!parsed.success) return refuse('malformed');
  const jwe: FlattenedJWE = parsed.data;
  const kid = sealedSecretKeyId(parsed.data);
  if (kid === null) return refuse('malformed');
  const key = keys.find((candidate) => candidate.kid === kid);
  if (!key) return refuse('unknown-key');
  // The stored `aad` is not believed: it must be the one that belongs to the owner that asks.
  if (parsed.data.aad !== base64url.encode(associatedData(owner))) return refuse('wrong-owner');
  try {
    const { plaintext } = await flattenedDecrypt(jwe, keyBytes(key), {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return ok(new TextDecoder().decode(plaintext));
  } catch {
    // Every failure of an authenticated decryption means the same: not what we sealed.
    return refuse('not-authentic');
  }
}

/** The `kid` a secret was sealed with (rotation re-seals what names an old one), or null when it names none. */
export function sealedSecretKeyId(sealed: SealedSecret): string | null {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(base64url.decode(sealed.protected)));
    return z.object({ kid: z.string().max(128) }).parse(header).kid;
  } catch {
    return null;
  }
}
