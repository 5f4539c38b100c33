/** The ES256 key that signs our tokens for the Data API: read, compared, and made. Called by configure-supabase-auth. */
import { open } from 'node:fs/promises';
import type { JWK } from 'jose';
import { z } from 'zod';
import { Refusal } from '../local/steps.ts';
import { createSigningKey } from './key-making.ts';

export const publicKeySchema = z.looseObject({
  kty: z.string(),
  kid: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
});
export const keySetSchema = z.object({ keys: z.array(publicKeySchema) });
const signingKeySchema = z.looseObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1).max(128),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});
export type SigningKey = z.infer<typeof signingKeySchema> & JWK;

export function isSameKey(
  known: z.infer<typeof publicKeySchema>,
  key: Pick<JWK, 'kid' | 'x' | 'y'>,
): boolean {
  return known.kid === key.kid && known.x === key.x && known.y === key.y;
}

/** From the text of a JWK. */
export function parseSigningKey(text: string): SigningKey {
  try {
    return signingKeySchema.parse(JSON.parse(text));
  } catch {
    // Neither parser's message: both quote what they read.
    throw new Refusal('SUPABASE_SIGNING_KEY is no private ES256 key with a kid.');
  }
}

/** Writes a new private key where there is no file yet, readable by its owner alone; answers its key id. */
export async function writeSigningKey(file: string): Promise<string> {
  const key = await createSigningKey('ES256');
  const handle = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new Refusal(
      error.code === 'EEXIST' ? `${file} is there already.` : `${file} cannot be written: ${error.code}.`,
    );
  });
  try {
    await handle.writeFile(`${JSON.stringify(key)}\n`);
  } finally {
    await handle.close();
  }
  return key.kid;
}
