/** GET /auth/:provider: starts signing in, or linking a second provider, and sends the browser to the provider. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { PROVIDERS, type Provider } from '../../../contract/tenants.ts';
import { ApiError } from '../api-error.ts';
import { createFlowSecrets, hashToken, isRandomToken, randomToken } from '../auth/flow.ts';
import { parseNextPath } from '../auth/next-path.ts';
import { addressBucket } from '../auth/visitor-address.ts';
import { checkSession } from '../data/sessions.ts';
import { startSignInFlow } from '../data/sign-in-flows.ts';
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
      }),
    },
    responses: {
      302: { description: 'To the provider.' },
      ...PROBLEMS.unauthorized,
      ...PROBLEMS.crossSite,
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
    const { next, link } = c.req.valid('query');
    const linkSessionId =
      link === '1' ? await sessionToLink(c.var, c.req.raw.headers, readSessionCookie(c)) : null;

    const client = await isolate.oauthClient(tenant, provider);
    if (!client.ok) {
      throw client.error === 'none'
        ? new ApiError('provider_not_configured')
        : new ApiError('client_misconfigured', { reason: 'the secret cannot be read' });
    }

    const held = readSignInCookie(c);
    const browserToken = isRandomToken(held) ? held : randomToken();
    const secrets = createFlowSecrets();
    const nextPath = next === undefined ? null : parseNextPath(next);
    await startSignInFlow(await isolate.dataForSignIn(tenant), {
      stateHash: await hashToken(secrets.state),
      provider,
      codeVerifier: secrets.codeVerifier,
      nonce: secrets.nonce,
      browserHash: await hashToken(browserToken),
      // A `next` that leads away is dropped, not reported: whoever was sent here by a bad link still gets in.
      nextPath: nextPath?.ok ? nextPath.value : '/',
      addressHash: await hashToken(addressBucket(visitorAddress(c))),
      linkSessionId,
    });

    setSignInCookie(c, browserToken);
    const redirectUri = `${tenant.origin}/auth/callback`;
    const url = isolate.providers.authorizationUrl(provider, {
      ...secrets,
      client: client.value,
      redirectUri,
    });
    return c.redirect(url.href, 302);
  });
}

/**
 * The live session whose member links a provider. Only from a link on a page of this portal: another site could else
 * walk a signed-in browser to a provider where it is signed in as somebody else, and so give that somebody its account.
 */
async function sessionToLink(
  variables: RequestEnvironment['Variables'],
  headers: Headers,
  cookie: string | undefined,
): Promise<string> {
  if (headers.get('sec-fetch-site') !== 'same-origin') throw new ApiError('cross_site_request');
  const session = await readSession(variables, cookie);
  if (!session) throw new ApiError('not_signed_in');
  await checkSession(await variables.isolate.dataAs({ role: 'authenticated', ...session.claims }));
  return session.claims.sessionId;
}
