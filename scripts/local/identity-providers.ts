/**
 * Stand-ins for github.com and accounts.google.com on this machine: the real paths and answers on a certified OpenID
 * provider, as strict as the originals (redirect URIs, codes used once, PKCE, client secrets), with a page to pick a
 * user. Started by `npm run dev` and by tests; tests may also ask for one fault at a time (`misbehave`).
 */
import { exportJWK, generateKeyPair } from 'jose';
import type { Provider, ProviderContext } from 'oidc-provider';
import { ID_TOKEN_FAULTS, type IdTokenFault, issueIdToken } from './id-token-faults.ts';
import type { PageLook } from './identity-provider-page.ts';
import {
  belowRegistered,
  clientMap,
  createProvider,
  listen,
  type StandInClient,
  unavailable,
  userByAccount,
} from './oidc-stand-in.ts';

/** The ways in which every provider can fail, at its token endpoint or on the way back to the browser. */
export type CommonFault = 'token-hangs' | 'token-unavailable' | 'token-not-json' | 'foreign-callback-iss';

export type GoogleFault = CommonFault | IdTokenFault | 'keys-unavailable';
export type GitHubFault =
  | CommonFault
  | 'api-unavailable'
  | 'api-refuses'
  | 'emails-not-granted'
  | 'verified-string'
  | 'id-string';

export interface IdentityProvider<Fault extends string> {
  /** Origin, `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Variables of the tenant Workers that point at this stand-in. */
  readonly vars: Readonly<Record<string, string>>;
  /** Adds a client, or replaces the one of the same id. */
  register(client: StandInClient): void;
  /** Makes every later answer carry the fault; null makes the provider well again. */
  misbehave(fault: Fault | null): void;
  close(): Promise<void>;
}

export interface IdentityProviderOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly clients?: readonly StandInClient[];
}

const GITHUB_LOOK: PageLook = { label: 'GitHub', accent: '#57606a', onAccent: '#ffffff' };
const GOOGLE_LOOK: PageLook = { label: 'Google', accent: '#1a66d6', onAccent: '#ffffff' };

/** accounts.google.com, oauth2.googleapis.com and www.googleapis.com in one. */
export async function startGoogle(
  options: IdentityProviderOptions = {},
): Promise<IdentityProvider<GoogleFault>> {
  const server = await listen(options.port ?? 0);
  const clients = clientMap(options.clients);
  let fault: GoogleFault | null = null;
  const [pair, stranger] = await Promise.all([rsaKeys(), rsaKeys()]);
  const kid = 'google-1';
  const jwk = { ...(await exportJWK(pair.privateKey)), kid, alg: 'RS256', use: 'sig' };
  const provider = createProvider(server.url, {
    look: GOOGLE_LOOK,
    scopes: ['openid', 'email', 'profile'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture'] },
    routes: {
      authorization: '/o/oauth2/v2/auth',
      token: '/token',
      jwks: '/oauth2/v3/certs',
      userinfo: '/v1/userinfo',
    },
    keys: [jwk],
    accountId: (user) => user.googleSubject,
    clients,
    redirectAllowed: (client, uri) =>
      client.redirectUris.includes(uri) || (client.anySubdomain === true && belowRegistered(client, uri)),
    fault: () => fault,
  });
  provider.use(async (context, next) => {
    if (context.path === '/oauth2/v3/certs' && fault === 'keys-unavailable') return unavailable(context);
    await next();
    const body = context.body;
    if (context.path !== '/token' || context.status !== 200 || !hasIdToken(body)) return;
    const idTokenFault = ID_TOKEN_FAULTS.find((candidate) => candidate === fault) ?? null;
    const clientSecret = clients.get(context.oidc.client.clientId)?.clientSecret ?? '';
    const token = await issueIdToken(body.id_token, idTokenFault, {
      kid,
      clientSecret,
      privateKey: pair.privateKey,
      publicKey: pair.publicKey,
      strangerKey: stranger.privateKey,
    });
    const { id_token: _replaced, ...rest } = body;
    context.body = token === null ? rest : { ...rest, id_token: token };
  });
  server.answerWith(provider.callback());
  return {
    url: server.url,
    vars: {
      GOOGLE_AUTHORIZATION_ENDPOINT: `${server.url}/o/oauth2/v2/auth`,
      GOOGLE_TOKEN_ENDPOINT: `${server.url}/token`,
      GOOGLE_JWKS_URI: `${server.url}/oauth2/v3/certs`,
      GOOGLE_ISSUER: server.url,
    },
    register: (client) => void clients.set(client.clientId, client),
    misbehave: (next) => {
      fault = next;
    },
    close: server.close,
  };
}

/** github.com and api.github.com in one. */
export async function startGitHub(
  options: IdentityProviderOptions = {},
): Promise<IdentityProvider<GitHubFault>> {
  const server = await listen(options.port ?? 0);
  const clients = clientMap(options.clients);
  let fault: GitHubFault | null = null;
  const pair = await rsaKeys();
  const provider = createProvider(server.url, {
    look: GITHUB_LOOK,
    scopes: ['read:user', 'user:email'],
    claims: {},
    routes: {
      authorization: '/login/oauth/authorize',
      token: '/login/oauth/access_token',
      jwks: '/jwks',
      userinfo: '/oidc-userinfo',
    },
    keys: [{ ...(await exportJWK(pair.privateKey)), kid: 'github-1', alg: 'RS256', use: 'sig' }],
    accountId: (user) => String(user.githubId),
    clients,
    redirectAllowed: belowRegistered,
    fault: () => fault,
  });
  provider.use(async (context, next) => {
    if (context.path === '/user' || context.path === '/user/emails')
      return githubApi(provider, context, fault);
    if (context.path === '/login/oauth/authorize' && refuseGitHubRedirect(context, clients)) return;
    await next();
    if (context.path === '/login/oauth/access_token' && context.status >= 400 && hasError(context.body)) {
      context.body = { ...context.body, error: GITHUB_ERRORS[context.body.error] ?? context.body.error };
      context.status = 200; // GitHub answers its token errors with 200
    }
  });
  server.answerWith(provider.callback());
  return {
    url: server.url,
    vars: { GITHUB_URL: server.url, GITHUB_API_URL: server.url },
    register: (client) => void clients.set(client.clientId, client),
    misbehave: (next) => {
      fault = next;
    },
    close: server.close,
  };
}

const GITHUB_ERRORS: Readonly<Record<string, string>> = {
  invalid_grant: 'bad_verification_code',
  invalid_client: 'incorrect_client_credentials',
};

async function githubApi(
  provider: Provider,
  context: ProviderContext,
  fault: GitHubFault | null,
): Promise<void> {
  if (fault === 'api-unavailable') return unavailable(context);
  const bearer = /^(?:Bearer|token) (.+)$/i.exec(context.get('authorization'))?.[1];
  const token = bearer ? await provider.AccessToken.find(bearer) : undefined;
  const user = token ? userByAccount(token.accountId, (candidate) => String(candidate.githubId)) : null;
  if (!token || !user || fault === 'api-refuses') {
    context.status = 401;
    context.body = {
      message: 'Bad credentials',
      documentation_url: 'https://docs.github.com/rest',
      status: '401',
    };
    return;
  }
  if (context.path === '/user') {
    const id = fault === 'id-string' ? String(user.githubId) : user.githubId;
    context.body = {
      login: user.githubLogin,
      id,
      name: user.name,
      email: null,
      avatar_url: null,
      type: 'User',
    };
    return;
  }
  if (fault === 'emails-not-granted' || !token.scope?.split(' ').includes('user:email')) {
    context.status = 404;
    context.body = { message: 'Not Found', status: '404' };
    return;
  }
  context.body = user.emails.map((email) => ({
    ...email,
    verified: fault === 'verified-string' ? String(email.verified) : email.verified,
    visibility: null,
  }));
}

/** GitHub sends a request with a foreign redirect URI to the registered one, with an error. */
function refuseGitHubRedirect(context: ProviderContext, clients: Map<string, StandInClient>): boolean {
  const { client_id, redirect_uri, state } = context.query;
  const client = typeof client_id === 'string' ? clients.get(client_id) : undefined;
  const registered = client?.redirectUris[0];
  if (!client || !registered || typeof redirect_uri !== 'string' || belowRegistered(client, redirect_uri))
    return false;
  const target = new URL(registered);
  target.searchParams.set('error', 'redirect_uri_mismatch');
  target.searchParams.set('error_description', 'The redirect_uri MUST match the registered callback URL.');
  if (typeof state === 'string') target.searchParams.set('state', state);
  context.redirect(target.href);
  return true;
}

function hasError(body: unknown): body is { error: string } {
  return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string';
}

function hasIdToken(body: unknown): body is { id_token: string } {
  return typeof body === 'object' && body !== null && 'id_token' in body && typeof body.id_token === 'string';
}

function rsaKeys() {
  return generateKeyPair('RS256', { extractable: true });
}
