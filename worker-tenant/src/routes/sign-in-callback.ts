/**
 * GET /auth/callback: where providers send the browser back to. Reads top to bottom in the order in which things are
 * believed: the query, the flow (consumed, whatever follows), the browser, the provider, the account. A test of an OAuth
 * client ends here, too, before the account.
 */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { OAuthClientTestOutcome } from '../../../contract/oauth-clients.ts';
import { ApiError } from '../api-error.ts';
import { outcomeOfCallbackError, outcomeOfRefusal } from '../auth/client-test.ts';
import {
  type Callback,
  callbackErrorCode,
  type Flow,
  flowKind,
  flowRefusalCode,
  hashToken,
  judgeFlow,
  parseCallback,
} from '../auth/flow.ts';
import { type ProviderIdentity, providerRefusalCode } from '../auth/identity.ts';
import { completeSignIn, linkIdentity } from '../data/identities.ts';
import { type ClientTest, consumeClientTest, recordClientTest } from '../data/oauth-clients.ts';
import { consumeSignInFlow } from '../data/sign-in-flows.ts';
import { nowInSeconds } from '../isolate.ts';
import { logEvent } from '../log.ts';
import { readSessionCookie, readSignInCookie, setSessionCookie } from '../middleware/cookies.ts';
import { limitSignIns, visitorAddress } from '../middleware/rate-limit.ts';
import { readSession } from '../middleware/session.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const route = createRoute({
  method: 'get',
  path: '/auth/callback',
  summary: 'The way back from a provider',
  middleware: [limitSignIns] as const,
  responses: {
    302: { description: 'Signed in, or linked: to the page that was asked for.' },
    ...PROBLEMS.signInRefused,
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.notAdmitted,
    ...PROBLEMS.taken,
    ...PROBLEMS.tooMany,
    ...PROBLEMS.provider,
    ...PROBLEMS.unavailable,
  },
});

export const signInCallback = new OpenAPIHono<RequestEnvironment>().openapi(route, async (c) => {
  const callback = parseCallback(new URL(c.req.url).searchParams);
  if (!callback.ok) throw new ApiError('sign_in_failed', { reason: callback.error });
  if (flowKind(callback.value.state) === 'test') return c.redirect(await finishTest(c, callback.value), 302);
  const flow = await takeFlow(c, callback.value);
  if (callback.value.kind === 'error') {
    const { error } = callback.value;
    throw new ApiError(callbackErrorCode(error), { reason: `provider: ${error.slice(0, 60)}` });
  }
  const identity = await identify(c, flow, callback.value);
  const next =
    flow.linkSessionId === null
      ? await signIn(c, flow, identity)
      : await link(c, flow, flow.linkSessionId, identity);
  return c.redirect(next, 302);
});

/** Consumes the flow of this state, then judges whether this browser and this provider may finish it. */
async function takeFlow(c: Context<RequestEnvironment>, callback: Callback): Promise<Flow> {
  const { isolate, tenant } = c.var;
  const stateHash = await hashToken(callback.state);
  return judge(c, callback, await consumeSignInFlow(await isolate.dataForSignIn(tenant), stateHash));
}

async function judge<Started extends Pick<Flow, 'provider' | 'browserHash' | 'expired'>>(
  c: Context<RequestEnvironment>,
  callback: Callback,
  flow: Started | null,
): Promise<Started> {
  const cookie = readSignInCookie(c);
  const judged = judgeFlow(flow, {
    browserHash: cookie === undefined ? null : await hashToken(cookie),
    issuer: callback.issuer,
    issuerOf: (provider) => c.var.isolate.providers.callbackIssuer(provider),
  });
  if (!judged.ok) throw new ApiError(flowRefusalCode(judged.error), { reason: judged.error });
  return judged.value;
}

/** Exchanges the code with the flow's own verifier and nonce: a code of another flow gets nobody anywhere (PKCE). */
async function identify(
  c: Context<RequestEnvironment>,
  flow: Flow,
  { state, code }: Extract<Callback, { kind: 'code' }>,
): Promise<ProviderIdentity> {
  const { isolate, tenant } = c.var;
  const client = await (flowKind(state) === 'standard'
    ? isolate.standardClient(tenant, flow.provider)
    : isolate.oauthClient(tenant, flow.provider));
  if (!client.ok) throw new ApiError('client_misconfigured', { reason: `client: ${client.error}` });
  const identity = await isolate.providers.identify(
    flow.provider,
    {
      client: client.value,
      redirectUri: `${tenant.origin}/auth/callback`,
      code,
      codeVerifier: flow.codeVerifier,
      nonce: flow.nonce,
    },
    nowInSeconds(),
  );
  if (!identity.ok) {
    throw new ApiError(providerRefusalCode(identity.error), {
      reason: `${flow.provider}: ${identity.error}`,
    });
  }
  return identity.value;
}

/** A new session for every sign-in; the one that the browser held ends (session fixation). Answers where to go. */
async function signIn(
  c: Context<RequestEnvironment>,
  flow: Flow,
  identity: ProviderIdentity,
): Promise<string> {
  const { isolate, tenant, requestId } = c.var;
  const { tenantId, hostname } = tenant;
  const held = await readSession(c.var, readSessionCookie(c));
  const outcome = await completeSignIn(await isolate.dataForSignIn(tenant), {
    ...identity,
    provider: flow.provider,
    userAgent: c.req.header('user-agent') ?? null,
    address: visitorAddress(c),
    location: c.req.header('x-client-location') ?? null,
    replacesSessionId: held?.claims.sessionId ?? null,
  });
  if (outcome.outcome !== 'signed_in') throw new ApiError(outcome.outcome, { reason: flow.provider });
  const { sessionId, memberId, created, absoluteExpiresAt } = outcome;
  const token = await isolate.sessions.sign({ sessionId, memberId, tenantId, hostname }, nowInSeconds());
  setSessionCookie(c, token, new Date(absoluteExpiresAt));
  logEvent('signed_in', { requestId, tenant: tenantId, provider: flow.provider, created });
  return flow.nextPath;
}

/** A second way in for the member who asked for it, if the browser still holds that very session. */
async function link(
  c: Context<RequestEnvironment>,
  flow: Flow,
  sessionId: string,
  identity: ProviderIdentity,
): Promise<string> {
  const { isolate, tenant } = c.var;
  const held = await readSession(c.var, readSessionCookie(c));
  if (held?.claims.sessionId !== sessionId) throw new ApiError('session_ended');
  const outcome = await linkIdentity(await isolate.dataForSignIn(tenant), {
    sessionId,
    provider: flow.provider,
    subject: identity.subject,
    verifiedEmail: identity.emailVerified ? identity.email : null,
  });
  switch (outcome) {
    case 'linked':
    case 'already_linked': {
      const url = new URL(flow.nextPath, tenant.origin);
      url.searchParams.set('linked', flow.provider);
      return `${url.pathname}${url.search}${url.hash}`;
    }
    case 'identity_taken':
      throw new ApiError('identity_taken');
    case 'session_dead':
      throw new ApiError('session_ended');
    default:
      return outcome satisfies never;
  }
}

/** A test of an OAuth client: signs nobody in and links nothing. Answers the page to go to, with the outcome. */
async function finishTest(c: Context<RequestEnvironment>, callback: Callback): Promise<string> {
  const { isolate, tenant, requestId } = c.var;
  const { tenantId, hostname } = tenant;
  const started = await consumeClientTest(
    await isolate.dataForSignIn(tenant),
    await hashToken(callback.state),
    { tenantId, hostname },
    isolate.configuration.fieldKeys,
  );
  const test = await judge(c, callback, started);
  const held = await readSession(c.var, readSessionCookie(c));
  if (held?.claims.sessionId !== test.sessionId) throw new ApiError('session_ended');
  const outcome = await outcomeOf(c, test, callback);
  logEvent('oauth_client_tested', {
    requestId,
    tenant: tenantId,
    hostname,
    provider: test.provider,
    outcome,
  });
  return `/settings/sign-in?${new URLSearchParams({ tested: test.provider, outcome })}`;
}

/** Exchanges the code with the very client that is tested, and keeps that it worked. */
async function outcomeOf(
  c: Context<RequestEnvironment>,
  test: ClientTest,
  callback: Callback,
): Promise<OAuthClientTestOutcome> {
  const { isolate, tenant } = c.var;
  if (callback.kind === 'error') return outcomeOfCallbackError(callback.error);
  if (!test.client.ok) return test.client.error === 'changed' ? 'changed' : 'failed';
  const identity = await isolate.providers.identify(
    test.provider,
    {
      client: test.client.value,
      redirectUri: `${tenant.origin}/auth/callback`,
      code: callback.code,
      codeVerifier: test.codeVerifier,
      nonce: test.nonce,
    },
    nowInSeconds(),
  );
  if (!identity.ok) return outcomeOfRefusal(identity.error);
  return (await recordClientTest(await isolate.dataForSignIn(tenant), test)) ? 'succeeded' : 'changed';
}
