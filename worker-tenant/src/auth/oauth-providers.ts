/**
 * The door to the sign-in providers, and the only file that knows arctic: where to send a browser, and who came back
 * with a code. Endpoints come from configuration, so that production, an enterprise installation and tests share one
 * path. Called by routes/sign-in.ts.
 */
import {
  ArcticFetchError,
  CodeChallengeMethod,
  OAuth2Client,
  OAuth2RequestError,
  type OAuth2Tokens,
  UnexpectedErrorResponseBodyError,
  UnexpectedResponseError,
} from 'arctic';
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { ok, type Result, refuse } from '../../../contract/result.ts';
import type { Provider } from '../../../contract/tenants.ts';
import type { OAuthClient, ProviderEndpoints } from '../configuration.ts';
import { fetchGitHubIdentity } from './github-identity.ts';
import { verifyGoogleIdToken } from './google-id-token.ts';
import type { ProviderIdentity, ProviderRefusal } from './identity.ts';

/** For each answer of a provider: a person waits in front of it. */
const TIMEOUT_MILLISECONDS = 10_000;
const KEYS_AGE_MILLISECONDS = 600_000;
/** An unknown `kid` makes us ask for the keys again, at most this often: it may be a forger's. */
const KEYS_COOLDOWN_MILLISECONDS = 30_000;

const SCOPES: Readonly<Record<Provider, string[]>> = {
  github: ['read:user', 'user:email'],
  google: ['openid', 'email', 'profile'],
};

/** Errors at the token endpoint or the callback that only the client's owner can mend (RFC 6749 §5.2 and GitHub's own). */
const OWNERS_ERRORS: ReadonlySet<string> = new Set([
  'application_suspended',
  'incorrect_client_credentials',
  'invalid_client',
  'invalid_scope',
  'redirect_uri_mismatch',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
]);

export interface Exchange {
  readonly client: OAuthClient;
  readonly redirectUri: string;
  readonly code: string;
  readonly codeVerifier: string;
  readonly nonce: string;
}

export interface Departure extends Pick<Exchange, 'redirectUri' | 'codeVerifier' | 'nonce'> {
  readonly clientId: string;
  readonly state: string;
}

export class OAuthProviders {
  readonly #endpoints: ProviderEndpoints;
  readonly #googleKeys: JWTVerifyGetKey;

  constructor(endpoints: ProviderEndpoints) {
    this.#endpoints = endpoints;
    this.#googleKeys = createRemoteJWKSet(new URL(endpoints.google.jwksUri), {
      timeoutDuration: TIMEOUT_MILLISECONDS,
      cacheMaxAge: KEYS_AGE_MILLISECONDS,
      cooldownDuration: KEYS_COOLDOWN_MILLISECONDS,
    });
  }

  /** Where the browser goes to sign in: PKCE S256 with both providers (RFC 7636), a nonce for Google. */
  authorizationUrl(provider: Provider, request: Departure): URL {
    const { github, google } = this.#endpoints;
    // The secret is for the exchange alone.
    const client = new OAuth2Client(request.clientId, null, request.redirectUri);
    const url = client.createAuthorizationURLWithPKCE(
      provider === 'github' ? `${github.url}/login/oauth/authorize` : google.authorizationEndpoint,
      request.state,
      CodeChallengeMethod.S256,
      request.codeVerifier,
      SCOPES[provider],
    );
    // Whoever signed out, or shares the browser, is asked which account it shall be.
    url.searchParams.set('prompt', 'select_account');
    if (provider === 'google') url.searchParams.set('nonce', request.nonce);
    return url;
  }

  /** What `iss` on the callback must be if it is there (RFC 9207): an answer of another provider is a mix-up. */
  callbackIssuer(provider: Provider): string {
    const { github, google } = this.#endpoints;
    return provider === 'github' ? `${github.url}/login/oauth` : google.issuer;
  }

  /** Exchanges the code and answers who it is. `now` is in seconds since the epoch. */
  async identify(
    provider: Provider,
    exchange: Exchange,
    now: number,
  ): Promise<Result<ProviderIdentity, ProviderRefusal>> {
    const { github, google } = this.#endpoints;
    const tokens = await exchangeCode(
      provider === 'github' ? `${github.url}/login/oauth/access_token` : google.tokenEndpoint,
      exchange,
    );
    if (!tokens.ok) return tokens;
    if (provider === 'github') {
      const accessToken = field(tokens.value, 'access_token');
      if (!accessToken) return refuse('answer-malformed');
      return fetchGitHubIdentity(github.apiUrl, accessToken, TIMEOUT_MILLISECONDS);
    }
    const identity = await verifyGoogleIdToken(field(tokens.value, 'id_token'), {
      keys: this.#googleKeys,
      issuer: google.issuer,
      clientId: exchange.client.clientId,
      nonce: exchange.nonce,
      now,
    });
    return identity.ok ? identity : refuse(`id-token-${identity.error}`);
  }
}

/** True for an error that only the owner of the OAuth client can mend. */
export function isClientError(error: string): boolean {
  return OWNERS_ERRORS.has(error);
}

/** Whoever sets a client up is told what to mend; everybody else that it is set up wrong. */
function exchangeRefusal(error: string): ProviderRefusal {
  if (error === 'incorrect_client_credentials' || error === 'invalid_client') return 'wrong-secret';
  if (error === 'redirect_uri_mismatch') return 'redirect-mismatch';
  return isClientError(error) ? 'misconfigured' : 'code-refused';
}

function oauthClient({ client, redirectUri }: Pick<Exchange, 'client' | 'redirectUri'>): OAuth2Client {
  return new OAuth2Client(client.clientId, client.clientSecret, redirectUri);
}

async function exchangeCode(
  tokenEndpoint: string,
  exchange: Exchange,
): Promise<Result<OAuth2Tokens, ProviderRefusal>> {
  try {
    const tokens = await within(
      TIMEOUT_MILLISECONDS,
      oauthClient(exchange).validateAuthorizationCode(tokenEndpoint, exchange.code, exchange.codeVerifier),
    );
    // GitHub answers its errors with status 200.
    const error = field(tokens, 'error');
    return error === null ? ok(tokens) : refuse(exchangeRefusal(error));
  } catch (error) {
    if (error instanceof TimedOut || error instanceof ArcticFetchError) return refuse('unreachable');
    if (error instanceof OAuth2RequestError) {
      return refuse(exchangeRefusal(error.code));
    }
    if (error instanceof UnexpectedResponseError || error instanceof UnexpectedErrorResponseBodyError) {
      if (error.status === 429 || error.status >= 500) return refuse('unreachable');
      // GitHub knows no such client: 404 without a word.
      return refuse(error.status === 404 ? 'misconfigured' : 'answer-malformed');
    }
    throw error;
  }
}

function field(tokens: OAuth2Tokens, name: string): string | null {
  const value: unknown = Reflect.get(tokens.data, name);
  return typeof value === 'string' && value !== '' ? value : null;
}

class TimedOut extends Error {}

/** arctic takes no signal; the request that lost the race ends with the one that it was made for. */
async function within<Value>(milliseconds: number, work: Promise<Value>): Promise<Value> {
  let timer: number | null = null;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimedOut()), milliseconds);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
