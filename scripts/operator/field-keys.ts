/** The keys that seal client secrets, from the environment. Called by the tools that seal or open them. */
import { z } from 'zod';
import type { FieldKeys } from '../../contract/sealed-secret.ts';
import { Refusal } from '../local/steps.ts';
import { parseSecrets } from './installation-secrets.ts';

const fieldKeysSchema = z.object({
  keys: z
    .array(z.object({ kty: z.literal('oct'), kid: z.string().min(1).max(100), k: z.string().length(43) }))
    .min(1),
});

/** FIELD_KEYS, else those of the secrets document in MARQUEE_SECRETS; null where neither is set. */
export function readFieldKeys(env: Readonly<Record<string, string | undefined>>): FieldKeys | null {
  const text = env['FIELD_KEYS'];
  if (!text) return env['MARQUEE_SECRETS'] ? parseSecrets(env['MARQUEE_SECRETS']).fieldKeys : null;
  try {
    const { keys } = fieldKeysSchema.parse(JSON.parse(text));
    if (new Set(keys.map(({ kid }) => kid)).size === keys.length) return keys;
  } catch {
    // Neither parser's message: both quote what they read.
    throw new Refusal(
      'FIELD_KEYS is no key set: {"keys": [{"kty": "oct", "kid": "…", "k": "…"}]}, 256 bits each.',
    );
  }
  throw new Refusal('FIELD_KEYS holds two keys of the same id.');
}
