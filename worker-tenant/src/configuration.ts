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
const keyring = <Key extends z.ZodType>(key: Key) => z.object({ keys: z.array(key).min(1) });

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

export interface Configuration {
  /** Logical name; the audience of the tenant contexts that are meant for this Worker. */
  readonly workerName: string;
  readonly contextKeys: readonly z.infer<typeof contextKeySchema>[];
  /** The first one signs, all of them verify. */
  readonly sessionKeys: readonly z.infer<typeof secretKeySchema>[];
  /** The first one encrypts, all of them decrypt. */
  readonly fieldKeys: readonly z.infer<typeof secretKeySchema>[];
  readonly supabase: {
    readonly url: string;
    readonly publishableKey: string;
    readonly issuer: string;
    readonly signingKey: z.infer<typeof signingKeySchema>;
  };
  readonly providers: ProviderEndpoints;
  /** The platform's own clients. Providers tie a client to its host: they serve under the platform's domain only. */
  readonly platformClients: { readonly github: OAuthClient; readonly google: OAuthClient };
}

/** Throws when a variable is missing or malformed; the message names the variable and never its value. */
export function readConfiguration(env: Env): Configuration {
  const read = <Value>(name: keyof Env & string, schema: z.ZodType<Value>, json = false): Value => {
    try {
      const value: unknown = env[name];
      return schema.parse(json ? JSON.parse(String(value)) : value);
    } catch {
      // The cause is dropped on purpose: zod and JSON messages may quote the value, and some of these are keys.
      throw new Error(`${name} is missing or malformed`);
    }
  };
  return {
    workerName: read('WORKER_NAME', workerNameSchema),
    contextKeys: read('CONTEXT_KEYS', keyring(contextKeySchema), true).keys,
    sessionKeys: read('SESSION_KEYS', keyring(secretKeySchema), true).keys,
    fieldKeys: read('FIELD_KEYS', keyring(secretKeySchema), true).keys,
    supabase: {
      url: read('SUPABASE_URL', endpoint),
      publishableKey: read('SUPABASE_PUBLISHABLE_KEY', text),
      issuer: read('SUPABASE_JWT_ISSUER', text),
      signingKey: read('SUPABASE_SIGNING_KEY', signingKeySchema, true),
    },
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
