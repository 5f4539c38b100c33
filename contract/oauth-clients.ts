/** A hostname's own OAuth clients as the API tells of them and takes them. Secrets come in and never go out. */
import { z } from 'zod';
import { PROVIDERS } from './tenants.ts';

const timestamp = z.iso.datetime({ offset: true });

/** `none`: not set up. `untested`, `tested`: off, before and after a test sign-in succeeded. `enabled`: signs people in. */
export const OAUTH_CLIENT_STATES = ['none', 'untested', 'tested', 'enabled'] as const;

export const oauthClientSchema = z.object({
  provider: z.enum(PROVIDERS),
  state: z.enum(OAUTH_CLIENT_STATES),
  clientId: z.string().nullable(),
  /** Key that the secret is encrypted with. */
  keyId: z.string().nullable(),
  testedAt: timestamp.nullable(),
  updatedAt: timestamp.nullable(),
});
export type OAuthClient = z.infer<typeof oauthClientSchema>;

export const oauthClientsOfHostnameSchema = z.object({
  hostname: z.string(),
  /** What to register with the providers, to the letter. */
  callbackUrl: z.url(),
  /** Where a test of this hostname's clients is started: providers tie a client to its host. */
  settingsUrl: z.url(),
  /** True for the hostname that is asked. */
  current: z.boolean(),
  /** True where the standard clients serve while none of its own is on. */
  fallback: z.boolean(),
  clients: z.array(oauthClientSchema).length(PROVIDERS.length),
});
export type OAuthClientsOfHostname = z.infer<typeof oauthClientsOfHostnameSchema>;

export const oauthClientListSchema = z.object({
  hostnames: z.array(oauthClientsOfHostnameSchema),
  /** Sign-in page that works whatever becomes of the clients; null when the tenant has none. */
  wayBackIn: z.object({ hostname: z.string(), url: z.url() }).nullable(),
});
export type OAuthClientList = z.infer<typeof oauthClientListSchema>;

/** Longest body of a request: both fields at their longest, whatever JSON escapes. */
export const MAX_OAUTH_CLIENT_BYTES = 16_384;

/** Ids and secrets of both providers are printable ASCII without spaces; what a paste brings along is dropped. */
const pasted = (longest: number) =>
  z
    .string()
    .max(longest + 32)
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[\x21-\x7e]+$/, 'must be one word without spaces, as the provider shows it');

export const saveOAuthClientSchema = z.object({ clientId: pasted(255), clientSecret: pasted(1024) });
export type SaveOAuthClient = z.infer<typeof saveOAuthClientSchema>;

/** How a test sign-in ended. */
export const OAUTH_CLIENT_TEST_OUTCOMES = [
  'succeeded',
  'cancelled',
  'redirect_mismatch',
  'wrong_secret',
  'refused',
  'unreachable',
  'changed',
  'failed',
] as const;
export type OAuthClientTestOutcome = (typeof OAUTH_CLIENT_TEST_OUTCOMES)[number];
