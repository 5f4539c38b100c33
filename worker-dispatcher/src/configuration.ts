/** The Worker's variables and secrets as plain, checked values; read once per isolate by isolate.ts. */
import { z } from 'zod';
import { type PoweredBy, poweredBySchema } from '../../contract/boot.ts';

const signingKeySchema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string().min(1),
  x: z.string().min(1),
  d: z.string().min(1),
});

// zod drops every member that is not listed: a private `d` that slipped into the variable is never published.
const publicKeysSchema = z.object({
  keys: z
    .array(
      z.object({
        kty: z.literal('EC'),
        crv: z.literal('P-256'),
        kid: z.string().min(1),
        x: z.string().min(1),
        y: z.string().min(1),
        alg: z.literal('ES256').default('ES256'),
        use: z.literal('sig').default('sig'),
      }),
    )
    .min(1),
});

export interface Configuration {
  readonly supabaseUrl: string;
  readonly supabasePublishableKey: string;
  /** Appended to a logical Worker name as `--<release>`; empty when the physical name is the logical one. */
  readonly release: string;
  /** `.localhost` in development, empty everywhere else. */
  readonly localHostSuffix: string;
  /** How long what Supabase said about a host counts as fresh. */
  readonly freshMilliseconds: number;
  /** Who pages name where a plan says so; null for nobody. */
  readonly poweredBy: PoweredBy | null;
  readonly signingKey: z.infer<typeof signingKeySchema>;
  /** The public half of the keys that sign Supabase tokens, as JSON text. */
  readonly supabaseJwks: string;
}

/** Throws when a variable is missing or malformed; the message names the variable and never its value. */
export function readConfiguration(env: Env): Configuration {
  return {
    supabaseUrl: check('SUPABASE_URL', () => new URL(env.SUPABASE_URL).origin),
    supabasePublishableKey: check('SUPABASE_PUBLISHABLE_KEY', () =>
      z.string().min(1).parse(env.SUPABASE_PUBLISHABLE_KEY),
    ),
    release: check('RELEASE', () =>
      z
        .string()
        .regex(/^[a-z0-9-]{0,32}$/)
        .parse(env.RELEASE),
    ),
    localHostSuffix: check('LOCAL_HOST_SUFFIX', () =>
      z.union([z.literal(''), z.literal('.localhost')]).parse(env.LOCAL_HOST_SUFFIX),
    ),
    freshMilliseconds: check(
      'FRESH_SECONDS',
      () => z.coerce.number().int().min(1).max(3600).parse(env.FRESH_SECONDS) * 1000,
    ),
    poweredBy: readPoweredBy(env),
    signingKey: check('CONTEXT_SIGNING_KEY', () =>
      signingKeySchema.parse(JSON.parse(env.CONTEXT_SIGNING_KEY)),
    ),
    supabaseJwks: check('SUPABASE_JWKS', () =>
      JSON.stringify(publicKeysSchema.parse(JSON.parse(env.SUPABASE_JWKS))),
    ),
  };
}

function readPoweredBy(env: Env): PoweredBy | null {
  // A Worker that was set up before there was such a variable names nobody.
  if ((env.POWERED_BY_NAME ?? '') === '') return null;
  return {
    name: check('POWERED_BY_NAME', () => poweredBySchema.shape.name.parse(env.POWERED_BY_NAME)),
    url: check('POWERED_BY_URL', () => poweredBySchema.shape.url.parse(env.POWERED_BY_URL)),
  };
}

function check<Value>(variable: string, read: () => Value): Value {
  try {
    return read();
  } catch {
    // The cause is dropped on purpose: zod and JSON messages may quote the value, and two of these are keys.
    throw new Error(`${variable} is missing or malformed`);
  }
}
