import { env } from 'cloudflare:workers';
import { exportJWK, generateKeyPair } from 'jose';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { answerHeaders } from '../../contract/answer-headers.ts';
import { problemSchema } from '../../contract/errors.ts';
import { parseHostname } from '../../contract/hostnames.ts';
import { signTenantContext, type TenantContext } from '../../contract/tenant-context.ts';
import { parseTenantId } from '../../contract/tenants.ts';
import { app } from './app.ts';

const pair = await generateKeyPair('Ed25519', { extractable: true });
const signingKey = { ...(await exportJWK(pair.privateKey)), kid: 'dispatcher-1' };
const contextKeys = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'dispatcher-1' }] });
const bindings = { ...env, CONTEXT_KEYS: contextKeys };

function parsed<Value>(result: { ok: true; value: Value } | { ok: false }): Value {
  if (!result.ok) throw new Error('a name of this test is malformed');
  return result.value;
}

const context: TenantContext = {
  version: 1,
  tenantId: parsed(parseTenantId('partner1')),
  name: 'Partner One',
  type: 'partner-subdomain',
  status: 'active',
  tier: 'growth',
  worker: 'partner-tenant',
  hostname: parsed(parseHostname('partner1.cozyartzmedia.com')),
  origin: 'https://partner1.cozyartzmedia.com',
  platformDomain: true,
};

async function request(path: string, changes: Partial<TenantContext> = {}, init: RequestInit = {}) {
  const headers = new Headers(init.headers);
  if (!headers.has('x-tenant-context')) {
    headers.set('x-tenant-context', await signTenantContext({ ...context, ...changes }, signingKey));
  }
  headers.set('x-request-id', 'request-1');
  return app.request(`${context.origin}${path}`, { ...init, headers }, bindings);
}

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('cache-control')).toBe('private, no-store');
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  return problem;
}

describe('the front door', () => {
  beforeEach(() => {
    // Nothing here may reach the network, the database least of all.
    vi.stubGlobal('fetch', () => Promise.reject(new Error('nothing is asked')));
    vi.spyOn(console, 'log').mockImplementation(() => {});
  });

  it('answers health without asking anybody', async () => {
    const response = await request('/api/health');
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        status: 'ok',
        tenant: { tenantId: 'partner1', name: 'Partner One', type: 'partner-subdomain' },
        worker: 'partner-tenant',
        requestId: 'request-1',
      },
    ]);
  });

  it('verifies a context once', async () => {
    const verify = vi.spyOn(crypto.subtle, 'verify');
    const token = await signTenantContext(context, signingKey);
    const warm = () => request('/api/health', {}, { headers: { 'x-tenant-context': token } });
    expect((await warm()).status).toBe(200);
    const cold = verify.mock.calls.length;
    expect((await warm()).status).toBe(200);
    expect(verify.mock.calls.length).toBe(cold);
  });

  it.each([
    ['none', () => 'none'],
    ['one for another Worker', () => signTenantContext({ ...context, worker: 'custom-tenant' }, signingKey)],
    [
      'one of a minute ago',
      () => signTenantContext(context, signingKey, Math.floor(Date.now() / 1000) - 120),
    ],
    [
      'one that somebody else signed',
      async () => {
        const stranger = await generateKeyPair('Ed25519', { extractable: true });
        return signTenantContext(context, { ...(await exportJWK(stranger.privateKey)), kid: 'dispatcher-1' });
      },
    ],
  ])('refuses a context: %s', async (_name, token) => {
    const response = await request('/api/health', {}, { headers: { 'x-tenant-context': await token() } });
    expect(await problemOf(response)).toMatchObject({ status: 401, code: 'tenant_context_invalid' });
  });

  it('refuses a request that did not come through the dispatcher', async () => {
    const response = await app.request('https://partner-tenant.test/api/health', {}, bindings);
    expect(await problemOf(response)).toMatchObject({ status: 401, code: 'tenant_context_invalid' });
  });

  it.each([
    ['suspended', 'tenant_suspended'],
    ['inactive', 'tenant_unavailable'],
  ] as const)('lets nobody into a tenant that is %s', async (status, code) => {
    expect(await problemOf(await request('/api/health', { status }))).toMatchObject({ status: 403, code });
  });

  it('knows nobody without a cookie, and leaves the browser its other cookies', async () => {
    const response = await request('/api/me');
    expect(await problemOf(response)).toMatchObject({ status: 401, code: 'not_signed_in' });
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it('takes away a cookie that is none of ours', async () => {
    const response = await request('/api/me', {}, { headers: { cookie: '__Host-session=forged' } });
    expect(await problemOf(response)).toMatchObject({ status: 401, code: 'not_signed_in' });
    expect(response.headers.getSetCookie()).toEqual([
      '__Host-session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
  });

  it('says that data cannot be reached, not that there is none', async () => {
    const response = await request('/api/tenant');
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'data_unavailable' });
    expect(response.headers.get('retry-after')).toBe('5');
  });

  it.each([
    ['/api/nope', 404, 'not_found'],
    ['/auth/gitlab', 404, 'provider_unknown'],
    ['/auth/sign-out', 405, 'method_not_allowed'],
    ['/auth/callback', 400, 'sign_in_failed'],
    ['/auth/callback?code=c&state=a&state=b', 400, 'sign_in_failed'],
    ['/auth/github?next=/a&next=/b', 422, 'validation_failed'],
    ['/auth/github?link=1', 403, 'cross_site_request'],
  ])('answers GET %s with %i %s', async (path, status, code) => {
    expect(await problemOf(await request(path))).toMatchObject({ status, code });
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'refuses a cross-site %s before it looks at it',
    async (method) => {
      const headers = { origin: 'https://evil.test' };
      const response = await request('/api/sessions/revoke-all', {}, { method, headers });
      expect(await problemOf(response)).toMatchObject({ status: 403, code: 'cross_site_request' });
    },
  );

  it.each(['/api/health', '/api/me', '/api/nope', '/auth/callback', '/api/openapi.json'])(
    'answers %s with the headers that the dispatcher would else have to add',
    async (path) => {
      const { headers } = await request(path);
      const wanted = answerHeaders({ requestId: 'request-1', origin: context.origin });
      expect(Object.keys(wanted)).toHaveLength(5);
      expect(Object.fromEntries(headers)).toMatchObject({ ...wanted, 'cache-control': 'private, no-store' });
    },
  );

  it('finds its routes by Hono’s quick router', async () => {
    await request('/api/health');
    expect(app.router.name).toBe('SmartRouter + RegExpRouter');
  });

  it('describes every route in the name of the tenant alone', async () => {
    const response = await request('/api/openapi.json');
    const text = await response.text();
    const document = JSON.parse(text) as { info: { title: string }; paths: Record<string, unknown> };
    expect(document.info.title).toBe('Partner One API');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/health',
      '/api/invitation-imports',
      '/api/invitations',
      '/api/invitations/{id}',
      '/api/invitations/{id}/resend',
      '/api/me',
      '/api/sessions',
      '/api/sessions/revoke-all',
      '/api/sessions/{id}',
      '/api/sign-up',
      '/api/tenant',
      '/api/usage',
      '/auth/callback',
      '/auth/github',
      '/auth/google',
      '/auth/sign-out',
    ]);
    expect(text).not.toMatch(/marquee|cozyartz media/i);
  });
});
