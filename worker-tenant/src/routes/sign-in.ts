/**
 * GET /auth/:provider: starts signing in, linking a second provider, or testing an OAuth client, and sends the browser
 * to the provider.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { PROVIDERS, type Provider } from '../../../contract/tenants.ts';
import { ApiError } from '../api-error.ts';
import { createFlowSecrets, type FlowSecrets, hashToken, isRandomToken, randomToken } from '../auth/flow.ts';
import { parseNextPath } from '../auth/next-path.ts';
import { addressBucket } from '../auth/visitor-address.ts';
import { startClientTest } from '../data/oauth-clients.ts';
import { checkSession } from '../data/sessions.ts';
import { startSignInFlow } from '../data/sign-in-flows.ts';
import type { DataAccess } from '../data/supabase.ts';
import { readSessionCookie, readSignInCookie, setSignInCookie } from '../middleware/cookies.ts';
import { limitSignIns, visitorAddress } from '../middleware/rate-limit.ts';
import { readSession } from '../middleware/session.ts';
import { refuseInvalid } from '../middleware/validation.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

// A route per provider: beside `/auth/callback` a parameter would take the whole app off Hono's quick router.
const routeOf = (provider: Provider) =>
  createRoute({
    method: 'get',
    path: `/auth/${provider}`,
    summary: `Sign in with ${provider}`,
    middleware: [limitSignIns] as const,
    request: {
      query: z.object({
        next: z
          .string()
          .optional()
          .describe('Page of this portal to go to afterwards; anything else means `/`.'),
        link: z.string().optional().describe('`1`: give the signed-in member this second way to sign in.'),
        client: z
          .string()
          .optional()
          .describe('`standard`: not with the client of this hostname, for when that is broken.'),
        test: z.string().optional().describe('`1`: test the client of this hostname; signs nobody in.'),
      }),
    },
    responses: {
      302: { description: 'To the provider.' },
      ...PROBLEMS.unauthorized,
      ...PROBLEMS.denied,
      ...PROBLEMS.notFound,
      ...PROBLEMS.invalid,
      ...PROBLEMS.tooMany,
      ...PROBLEMS.provider,
      ...PROBLEMS.unavailable,
    },
  });

export const signIn = new OpenAPIHono<RequestEnvironment>({ defaultHook: refuseInvalid });
for (const provider of PROVIDERS) {
  signIn.openapi(routeOf(provider), async (c) => {
    const { isolate, tenant } = c.var;
    const { next, link, client: which, test } = c.req.valid('query');
    if (test === '1') return c.redirect(await startTest(c, provider), 302);
    const linkSessionId = link === '1' ? (await memberOfPage(c)).sessionId : null;

    const kind = which === 'standard' ? 'standard' : 'sign-in';
    const client = await (kind === 'standard'
      ? isolate.standardClient(tenant, provider)
      : isolate.oauthClient(tenant, provider));
    if (!client.ok) {
      throw client.error === 'none'
        ? new ApiError('provider_not_configured')
        : new ApiError('client_misconfigured', { reason: 'the secret cannot be read' });
    }

    const secrets = createFlowSecrets(kind);
    const nextPath = next === undefined ? null : parseNextPath(next);
    await startSignInFlow(await isolate.dataForSignIn(tenant), {
      ...(await flowRow(c, provider, secrets)),
      // A `next` that leads away is dropped, not reported: whoever was sent here by a bad link still gets in.
      nextPath: nextPath?.ok ? nextPath.value : '/',
      linkSessionId,
    });
    return c.redirect(providerUrl(c, provider, secrets, client.value.clientId), 302);
  });
}

/** A sign-in of a member with the hostname's client, on or off, of which nothing comes but the outcome. */
async function startTest(c: Context<RequestEnvironment>, provider: Provider): Promise<string> {
  const member = await memberOfPage(c);
  const secrets = createFlowSecrets('test');
  const clientId = await startClientTest(member.data, await flowRow(c, provider, secrets));
  return providerUrl(c, provider, secrets, clientId);
}

/** What is kept of a flow; binds it to this browser. */
async function flowRow(c: Context<RequestEnvironment>, provider: Provider, secrets: FlowSecrets) {
  const held = readSignInCookie(c);
  const browserToken = isRandomToken(held) ? held : randomToken();
  const row = {
    stateHash: await hashToken(secrets.state),
    provider,
    codeVerifier: secrets.codeVerifier,
    nonce: secrets.nonce,
    browserHash: await hashToken(browserToken),
    addressHash: await hashToken(addressBucket(visitorAddress(c))),
  };
  setSignInCookie(c, browserToken);
  return row;
}

function providerUrl(
  c: Context<RequestEnvironment>,
  provider: Provider,
  secrets: FlowSecrets,
  clientId: string,
): string {
  const { isolate, tenant } = c.var;
  const redirectUri = `${tenant.origin}/auth/callback`;
  return isolate.providers.authorizationUrl(provider, { ...secrets, clientId, redirectUri }).href;
}

/**
 * The member who presses a button on a page of this portal, with the live session. Only from there: another site could
 * else walk a signed-in browser to a provider where it is signed in as somebody else, and so give that somebody its
 * account.
 */
async function memberOfPage(
  c: Context<RequestEnvironment>,
): Promise<{ readonly sessionId: string; readonly data: DataAccess }> {
  if (c.req.header('sec-fetch-site') !== 'same-origin') throw new ApiError('cross_site_request');
  const session = await readSession(c.var, readSessionCookie(c));
  if (!session) throw new ApiError('not_signed_in');
  const data = await c.var.isolate.dataAs({ role: 'authenticated', ...session.claims });
  await checkSession(data);
  return { sessionId: session.claims.sessionId, data };
}
