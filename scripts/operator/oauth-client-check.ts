/**
 * Whether a provider takes an OAuth client's id and secret, found out with a code that nobody gave out: a known client
 * is told that the code is wrong, any other that it is unknown. Called by configure-supabase-auth.
 */
import { z } from 'zod';
import type { Provider } from '../../contract/tenants.ts';

export interface ProviderTokenEndpoints {
  readonly github: string;
  readonly google: string;
}

export const TOKEN_ENDPOINTS: ProviderTokenEndpoints = {
  github: 'https://github.com/login/oauth/access_token',
  google: 'https://oauth2.googleapis.com/token',
};

export type ClientVerdict = 'accepted' | 'refused' | 'unreachable';

interface Client {
  readonly provider: Provider;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

const TIMEOUT_MILLISECONDS = 10_000;
/** GitHub's words and RFC 6749 §5.2: the client was known, its code was not. */
const CODE_REFUSED = new Set(['bad_verification_code', 'invalid_grant']);
const CLIENT_REFUSED = new Set([
  'incorrect_client_credentials',
  'invalid_client',
  'unauthorized_client',
  'redirect_uri_mismatch',
]);

export async function checkClient(
  { provider, clientId, clientSecret, redirectUri }: Client,
  endpoints: ProviderTokenEndpoints,
): Promise<ClientVerdict> {
  try {
    const answer = await fetch(endpoints[provider], {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uri: redirectUri,
        code: 'not-a-code',
        code_verifier: 'not-a-verifier-not-a-verifier-not-a-verifier',
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    // GitHub knows no such client: 404 without a word.
    if (answer.status === 404) return 'refused';
    const { error } = z.object({ error: z.string() }).parse(await answer.json());
    if (CODE_REFUSED.has(error)) return 'accepted';
    return CLIENT_REFUSED.has(error) ? 'refused' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}
