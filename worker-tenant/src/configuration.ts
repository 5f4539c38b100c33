/** The Worker's variables and secrets as plain, checked values; read once per isolate by isolate.ts. */
import { z } from 'zod';
import { workerNameSchema } from '../../contract/tenants.ts';

const kid = z.string().min(1).max(128);
const text = z.string().min(1);
const endpoint = z.url({ protocol: /^https?$/ });

const contextKeySchema = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), kid, x: text });
const secretKeySchema = z.object({
  kty: z.literal('oct'),
  kid,
  // 256 bits as base64url: what HS256 and A256GCM ask for, no less.
  k: z.string().length(43),
});
const signingKeySchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid,
  x: text,
  y: text,
  d: text,
});

export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Where the providers are: the originals, an enterprise installation, or the stand-ins of one machine. */
export interface ProviderEndpoints {
  readonly github: { readonly url: string; readonly apiUrl: string };
  readonly google: {
    readonly authorizationEndpoint: string;
    readonly tokenEndpoint: string;
    readonly jwksUri: string;
    readonly issuer: string;
  };
}

/** What it takes to ask the Data API; the jobs Worker needs no more. */
export interface SupabaseConfiguration {
  readonly url: string;
  readonly publishableKey: string;
  readonly issuer: string;
  readonly signingKey: z.infer<typeof signingKeySchema>;
}

export interface Configuration {
  /** Logical name; the audience of the tenant contexts that are meant for this Worker. */
  readonly workerName: string;
  readonly contextKeys: readonly z.infer<typeof contextKeySchema>[];
  /** The first one signs, all of them verify. */
  readonly sessionKeys: readonly z.infer<typeof secretKeySchema>[];
  /** The first one encrypts, all of them decrypt. */
  readonly fieldKeys: readonly z.infer<typeof secretKeySchema>[];
  readonly supabase: SupabaseConfiguration;
  readonly providers: ProviderEndpoints;
  /** The platform's own clients. Providers tie a client to its host: they serve under the platform's domain only. */
  readonly platformClients: { readonly github: OAuthClient; readonly google: OAuthClient };
}

/** Throws when a variable is missing or malformed; the message names the variable and never its value. */
export function readConfiguration(env: Env): Configuration {
  const read = <Value>(name: keyof Env & string, schema: z.ZodType<Value>): Value =>
    readVariable(name, env[name], schema);
  const readKeys = <Key>(name: keyof Env & string, key: z.ZodType<Key>): readonly Key[] =>
    readVariable(name, env[name], jsonOf(z.object({ keys: z.array(key).min(1) }))).keys;
  return {
    workerName: read('WORKER_NAME', workerNameSchema),
    contextKeys: readKeys('CONTEXT_KEYS', contextKeySchema),
    sessionKeys: readKeys('SESSION_KEYS', secretKeySchema),
    fieldKeys: readKeys('FIELD_KEYS', secretKeySchema),
    supabase: readSupabaseConfiguration(env),
    providers: {
      github: { url: read('GITHUB_URL', endpoint), apiUrl: read('GITHUB_API_URL', endpoint) },
      google: {
        authorizationEndpoint: read('GOOGLE_AUTHORIZATION_ENDPOINT', endpoint),
        tokenEndpoint: read('GOOGLE_TOKEN_ENDPOINT', endpoint),
        jwksUri: read('GOOGLE_JWKS_URI', endpoint),
        issuer: read('GOOGLE_ISSUER', text),
      },
    },
    platformClients: {
      github: {
        clientId: read('GITHUB_CLIENT_ID', text),
        clientSecret: read('GITHUB_CLIENT_SECRET', text),
      },
      google: {
        clientId: read('GOOGLE_CLIENT_ID', text),
        clientSecret: read('GOOGLE_CLIENT_SECRET', text),
      },
    },
  };
}

export type SupabaseVariables = Pick<
  Env,
  'SUPABASE_URL' | 'SUPABASE_PUBLISHABLE_KEY' | 'SUPABASE_JWT_ISSUER' | 'SUPABASE_SIGNING_KEY'
>;

export function readSupabaseConfiguration(env: SupabaseVariables): SupabaseConfiguration {
  return {
    url: readVariable('SUPABASE_URL', env.SUPABASE_URL, endpoint),
    publishableKey: readVariable('SUPABASE_PUBLISHABLE_KEY', env.SUPABASE_PUBLISHABLE_KEY, text),
    issuer: readVariable('SUPABASE_JWT_ISSUER', env.SUPABASE_JWT_ISSUER, text),
    signingKey: readVariable('SUPABASE_SIGNING_KEY', env.SUPABASE_SIGNING_KEY, jsonOf(signingKeySchema)),
  };
}

/** The address that every mail comes from: one of a neutral domain, that names neither platform nor tenant. */
export function readMailSender(value: unknown): string {
  return readVariable('MAIL_FROM', value, z.email().max(254));
}

function jsonOf<Value>(schema: z.ZodType<Value>) {
  return z
    .string()
    .transform((value): unknown => JSON.parse(value))
    .pipe(schema);
}

function readVariable<Value>(name: string, value: unknown, schema: z.ZodType<Value>): Value {
  try {
    return schema.parse(value);
  } catch {
    // The cause is dropped on purpose: zod and JSON messages may quote the value, and some of these are keys.
    throw new Error(`${name} is missing or malformed`);
  }
}
