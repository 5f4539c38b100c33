/**
 * What both identity provider stand-ins are made of: a certified OpenID provider with the clients, scopes, paths and
 * users that it is told, the page to pick a user, and the faults that any provider can have. Called by
 * identity-providers.ts.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';
import { type ClientMetadata, interactionPolicy, Provider, type ProviderContext } from 'oidc-provider';
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';
import { errorPage, newClientPage, type PageLook, pickPage } from './identity-provider-page.ts';
import { findUser, IDENTITY_USERS, type IdentityUser } from './identity-users.ts';

export interface StandInClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Google compares exactly; GitHub also takes subdomains of the host and folders below the path. */
  readonly redirectUris: readonly string[];
  /** The platform's own client: whoever runs the platform registers the URI of each new subdomain with Google. */
  readonly anySubdomain?: boolean;
}

/** What makes one provider differ from the other. */
export interface StandIn {
  readonly look: PageLook;
  readonly scopes: readonly string[];
  readonly claims: Readonly<Record<string, readonly string[]>>;
  readonly routes: Readonly<Record<string, string>>;
  readonly keys: readonly JWK[];
  readonly accountId: (user: IdentityUser) => string;
  readonly clients: Map<string, StandInClient>;
  readonly redirectAllowed: (client: StandInClient, uri: string) => boolean;
  readonly fault: () => string | null;
}

/** Where whoever develops registers a client of a portal's own, as at GitHub's "New OAuth app". */
export const NEW_CLIENT_PATH = '/new-client';

/** The provider, without the paths that are not OpenID's. */
export function createProvider(issuer: string, standIn: StandIn): Provider {
  const { look, scopes, clients } = standIn;
  const slug = look.label.toLowerCase();
  const { Prompt, Check, base } = interactionPolicy;
  const policy = base();
  policy.clear();
  // The page is shown at every sign-in: whoever develops wants to choose who to be.
  const pickEachTime = () =>
    new Check('pick', 'A user must be picked', (context) => context.oidc.result?.login === undefined);
  policy.add(new Prompt({ name: 'login', requestable: true }, pickEachTime()));
  policy.add(new Prompt({ name: 'select_account', requestable: true }));
  policy.add(new Prompt({ name: 'consent', requestable: true }));

  class Storage extends MemoryAdapter {}
  const provider = new Provider(issuer, {
    adapter: (model: string) =>
      model === 'Client' ? { find: async (id: string) => metadata(clients.get(id)) } : new Storage(model),
    scopes,
    claims: standIn.claims,
    routes: standIn.routes,
    jwks: { keys: standIn.keys },
    conformIdTokenClaims: false, // Google puts the email into the id_token
    pkce: { required: () => false }, // neither of the two requires it
    cookies: {
      keys: [`${slug}-stand-in`],
      // Cookies are shared by the ports of one host.
      names: { session: `${slug}_session`, interaction: `${slug}_interaction`, resume: `${slug}_resume` },
    },
    features: { devInteractions: { enabled: false }, userinfo: { enabled: true } },
    ttl: {
      AuthorizationCode: 60,
      AccessToken: 3600,
      IdToken: 3600,
      Interaction: 600,
      Session: 600,
      Grant: 600,
    },
    interactions: { policy, url: (_context: ProviderContext, { uid }: { uid: string }) => `/pick/${uid}` },
    findAccount: (_context: ProviderContext, accountId: string) => account(accountId, standIn.accountId),
    loadExistingGrant: async (context: ProviderContext) => {
      const { client, session } = context.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(scopes.join(' '));
      await grant.save();
      return grant;
    },
    renderError: async (context: ProviderContext, out: { error: string; error_description?: string }) => {
      context.type = 'html';
      context.body = errorPage(look, out.error, out.error_description ?? 'The request is not valid.');
    },
  });
  provider.Client.prototype.redirectUriAllowed = function (uri) {
    const client = clients.get(this.clientId);
    return client !== undefined && standIn.redirectAllowed(client, uri);
  };
  provider.on('server_error', (_context, error) => console.error(`${look.label} stand-in:`, error));
  provider.use(async (context, next) => {
    if (context.path === standIn.routes['token']) {
      const fault = standIn.fault();
      if (fault === 'token-hangs') return new Promise((resolve) => context.res.once('close', resolve));
      if (fault === 'token-unavailable') return unavailable(context);
      if (fault === 'token-not-json') {
        context.type = 'html';
        context.body = '<h1>Oops</h1>';
        return;
      }
    }
    if (context.path === NEW_CLIENT_PATH) return createClient(standIn, context);
    if (context.path.startsWith('/pick/')) return pick(provider, standIn, context);
    await next();
    adjustCallback(context, look, standIn.fault());
  });
  return provider;
}

/** `iss` on the callback (RFC 9207): Google may send it, GitHub does not. */
function adjustCallback(context: ProviderContext, look: PageLook, fault: string | null): void {
  const location = context.response.get('location');
  const target = location ? URL.parse(location) : null;
  if (!target?.searchParams.has('state') || !target.searchParams.has('iss')) return;
  if (look.label === 'GitHub') target.searchParams.delete('iss');
  if (fault === 'foreign-callback-iss') target.searchParams.set('iss', 'https://accounts.example.test');
  context.set('location', target.href);
}

async function createClient({ look, clients }: StandIn, context: ProviderContext): Promise<void> {
  context.type = 'html';
  if (context.method !== 'POST') {
    context.body = newClientPage(look, null);
    return;
  }
  const callback = new URLSearchParams(await readBody(context.req)).get('callback') ?? '';
  const [clientId, clientSecret] = [10, 20].map((bytes) => randomBytes(bytes).toString('hex'));
  if (!URL.canParse(callback) || !clientId || !clientSecret) {
    context.status = 400;
    context.body = errorPage(look, 'invalid_redirect_uri', 'The callback URL is none.');
    return;
  }
  clients.set(clientId, { clientId, clientSecret, redirectUris: [callback] });
  context.body = newClientPage(look, { clientId, clientSecret });
}

async function pick(
  provider: Provider,
  { look, accountId: accountIdOf }: StandIn,
  context: ProviderContext,
): Promise<void> {
  const { params } = await provider.interactionDetails(context.req, context.res);
  const redirect = URL.parse(params['redirect_uri'] ?? '');
  if (context.method !== 'POST') {
    context.type = 'html';
    context.body = pickPage(look, redirect?.host ?? 'an unknown site');
    return;
  }
  const form = new URLSearchParams(await readBody(context.req));
  const user = findUser(form.get('user') ?? '');
  const accountId = user && accountIdOf(user);
  const result = accountId
    ? { login: { accountId, remember: false }, select_account: {} }
    : { error: 'access_denied', error_description: 'The user has denied your application access.' };
  context.redirect(await provider.interactionResult(context.req, context.res, result));
  context.status = 303;
}

function account(accountId: string, accountIdOf: (user: IdentityUser) => string) {
  const user = userByAccount(accountId, accountIdOf);
  if (!user) return undefined;
  const email = user.emails.find((candidate) => candidate.primary);
  return {
    accountId,
    claims: () => ({
      sub: accountId,
      name: user.name,
      ...(email ? { email: email.email, email_verified: email.verified } : {}),
    }),
  };
}

export function userByAccount(
  accountId: string,
  accountIdOf: (user: IdentityUser) => string,
): IdentityUser | null {
  return Object.values<IdentityUser>(IDENTITY_USERS).find((user) => accountIdOf(user) === accountId) ?? null;
}

function metadata(client: StandInClient | undefined): ClientMetadata | undefined {
  return (
    client && {
      client_id: client.clientId,
      client_secret: client.clientSecret,
      redirect_uris: client.redirectUris,
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    }
  );
}

/** GitHub's rule: the registered host or a subdomain of it, the same port, the registered path or one below it. */
export function belowRegistered(client: StandInClient, uri: string): boolean {
  const asked = URL.parse(uri);
  if (!asked) return false;
  return client.redirectUris.some((registeredUri) => {
    const registered = new URL(registeredUri);
    return (
      asked.protocol === registered.protocol &&
      asked.port === registered.port &&
      (asked.hostname === registered.hostname || asked.hostname.endsWith(`.${registered.hostname}`)) &&
      (asked.pathname === registered.pathname || asked.pathname.startsWith(`${registered.pathname}/`))
    );
  });
}

export function clientMap(clients: readonly StandInClient[] = []): Map<string, StandInClient> {
  return new Map(clients.map((client) => [client.clientId, client]));
}

export function unavailable(context: ProviderContext): void {
  context.status = 503;
  context.body = { error: 'temporarily_unavailable' };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

export async function listen(port: number) {
  let handler: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
  const server = createServer((request, response) => {
    if (handler) handler(request, response);
    else response.writeHead(503).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answerWith: (next: (request: IncomingMessage, response: ServerResponse) => void) => {
      handler = next;
    },
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error ? reject(error) : resolve()));
      }),
  };
}
