import { describe, expect, test, vi } from 'vitest';
import { problemSchema } from '../../contract/errors.ts';
import { TENANT_CONTEXT_HEADER, verifyTenantContext } from '../../contract/tenant-context.ts';
import { type Dispatched, freshHost, namespaceOf, openPortalWorld, openWorld, tenantRow } from './testing.ts';
import { useLog, warned } from './testing-directory.ts';

useLog();

interface Echo {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

describe('What the tenant’s Worker is told', () => {
  test('a context that it can verify: tenant, Worker, hostname and origin', async () => {
    const world = await openPortalWorld({ tier: 'growth' });
    const { response } = await world.visit(`${world.origin}/api/health?x=1`, { method: 'POST', body: 'x' });
    const { headers, url, method } = await response.json<Echo>();
    expect({ url, method }).toEqual({ url: `${world.origin}/api/health?x=1`, method: 'POST' });
    const verified = await verifyTenantContext(headers[TENANT_CONTEXT_HEADER], {
      keys: [world.publicKey],
      audience: 'custom-tenant',
    });
    expect(verified).toMatchObject({
      ok: true,
      value: {
        context: {
          version: 1,
          tenantId: 'partner-seo',
          name: 'Partner SEO',
          type: 'custom-domain',
          status: 'active',
          tier: 'growth',
          worker: 'custom-tenant',
          hostname: world.hostname,
          origin: world.origin,
          platformDomain: false,
        },
      },
    });
    const elsewhere = await verifyTenantContext(headers[TENANT_CONTEXT_HEADER], {
      keys: [world.publicKey],
      audience: 'partner-tenant',
    });
    expect(elsewhere.ok).toBe(false);
  });

  test('on one machine the origin is the one in the address bar', async () => {
    const world = await openPortalWorld({}, { LOCAL_HOST_SUFFIX: '.localhost' });
    const { response } = await world.visit(`http://${world.hostname}.localhost:8787/api/health`);
    const { headers } = await response.json<Echo>();
    const verified = await verifyTenantContext(headers[TENANT_CONTEXT_HEADER], {
      keys: [world.publicKey],
      audience: 'custom-tenant',
    });
    expect(verified).toMatchObject({
      value: { context: { hostname: world.hostname, origin: `http://${world.hostname}.localhost:8787` } },
    });
  });

  test.each([
    ['/api/me', []],
    ['/auth/github', ['x-client-address']],
  ])('nothing that a visitor could have made up: %s', async (path, ofTheVisitor) => {
    const world = await openPortalWorld();
    const spoofed = {
      'x-tenant-context': 'forged',
      'x-tenant-id': 'primary',
      'x-client-address': '1.1.1.1',
      'x-client-location': 'Nowhere, XX',
      'x-request-id': 'chosen',
      'x-forwarded-host': 'other.test',
      'x-forwarded-for': '1.1.1.1',
      'x-forwarded-proto': 'http',
      forwarded: 'host=other.test',
      'x-real-ip': '1.1.1.1',
      'x-original-url': '/api/admin',
      'x-rewrite-url': '/api/admin',
      'x-host': 'other.test',
      'x-http-method-override': 'DELETE',
      'true-client-ip': '1.1.1.1',
      'cf-worker': 'evil.test',
      'cf-connecting-ipv6': '::1',
      'Cloudflare-Workers-Version-Overrides': 'custom-tenant="1"',
      'cloudflare-workers-version-key': '1',
    };
    const kept = {
      cookie: '__Host-session=1',
      authorization: 'Bearer x',
      'accept-language': 'de',
      origin: world.origin,
      'sec-fetch-site': 'same-origin',
    };
    const { response } = await world.visit(`${world.origin}${path}`, {
      headers: { ...spoofed, ...kept, 'cf-connecting-ip': '203.0.113.7' },
    });
    const { headers } = await response.json<Echo>();
    const ours = ['x-tenant-context', 'x-request-id', ...ofTheVisitor];
    expect(Object.keys(headers).sort()).toEqual([...Object.keys(kept), ...ours].sort());
    expect(headers['x-client-address']).toBe(ofTheVisitor.length > 0 ? '203.0.113.7' : undefined);
    expect(headers['x-request-id']).toBe(response.headers.get('x-request-id'));
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers).toMatchObject(kept);
    expect(headers['x-tenant-context']).not.toBe('forged');
  });

  test('a context is signed once and used for most of its life', async () => {
    const sign = vi.spyOn(crypto.subtle, 'sign');
    const world = await openPortalWorld();
    const tokens = new Set<string | undefined>();
    const visit = async () => {
      const { response } = await world.visit(`${world.origin}/api/health`);
      tokens.add((await response.json<Echo>()).headers[TENANT_CONTEXT_HEADER]);
    };
    for (let count = 0; count < 10; count += 1) await visit();
    expect(sign).toHaveBeenCalledTimes(1);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 50_000 });
    await visit();
    expect(sign).toHaveBeenCalledTimes(2);
    expect(tokens.size).toBe(2);
  });

  test('two tenants on one Worker get contexts of their own', async () => {
    const world = await openWorld();
    const rows = ['alpha', 'beta'].map((tenantId) => tenantRow(freshHost(), { tenantId, name: tenantId }));
    await world.set({
      hosts: Object.fromEntries(rows.map((tenant) => [tenant.hostname, { tenant, version: 5 }])),
    });
    for (let round = 0; round < 3; round += 1) {
      for (const { hostname, tenantId } of rows) {
        const { response } = await world.visit(`https://${hostname}/api/health`);
        const { headers } = await response.json<Echo>();
        const verified = await verifyTenantContext(headers[TENANT_CONTEXT_HEADER], {
          keys: [world.publicKey],
          audience: 'custom-tenant',
        });
        expect(verified).toMatchObject({ value: { context: { tenantId, hostname } } });
      }
    }
  });
});

describe('Which Worker is asked', () => {
  test('the tenant’s, by its logical name, with the limits of its plan', async () => {
    for (const [tier, cpuMs] of [
      ['starter', 50],
      ['growth', 100],
      ['enterprise', 250],
    ] as const) {
      const dispatched: Dispatched[] = [];
      const namespace = namespaceOf({ 'custom-tenant': () => Response.json({}) }, dispatched);
      const world = await openPortalWorld({ tier }, { DISPATCHER: namespace });
      await world.visit(`${world.origin}/api/health`);
      expect(dispatched).toMatchObject([{ name: 'custom-tenant', options: { limits: { cpuMs } } }]);
    }
  });

  test('with room to work on pictures when a brand is published or an upload comes, whatever the plan', async () => {
    const dispatched: Dispatched[] = [];
    const namespace = namespaceOf({ 'custom-tenant': () => Response.json({}) }, dispatched);
    const world = await openPortalWorld({ tier: 'starter' }, { DISPATCHER: namespace });
    await world.visit(`${world.origin}/api/branding/publish`, { method: 'POST' });
    await world.visit(`${world.origin}/api/branding/assets/logo`, { method: 'PUT' });
    await world.visit(`${world.origin}/api/branding/assets/logo/00`);
    await world.visit(`${world.origin}/api/branding/versions`);
    await world.visit(`${world.origin}/api/branding-of-no-kind`, { method: 'POST' });
    expect(dispatched.map(({ options }) => options?.limits?.cpuMs)).toEqual([3000, 3000, 50, 50, 50]);
  });

  test('of the release that this dispatcher belongs to', async () => {
    const dispatched: Dispatched[] = [];
    const namespace = namespaceOf({ 'custom-tenant--r42': () => new Response('from r42') }, dispatched);
    const world = await openPortalWorld({}, { DISPATCHER: namespace, RELEASE: 'r42' });
    const { response } = await world.visit(`${world.origin}/api/health`);
    expect(await response.text()).toBe('from r42');
    expect(dispatched.map(({ name }) => name)).toEqual(['custom-tenant--r42']);
  });

  test.each([
    ['is missing', undefined, 'Worker not found.'],
    [
      'throws',
      () => {
        throw new TypeError('x is not a function');
      },
      'x is not a function',
    ],
    [
      'runs over its CPU limit',
      () => {
        throw new Error('Worker exceeded CPU time limit.');
      },
      'CPU time limit',
    ],
  ])(
    'when it %s, the visitor gets a branded 503 and no other Worker is tried',
    async (_what, handler, reason) => {
      const dispatched: Dispatched[] = [];
      const others = {
        'primary-tenant': () => new Response('primary'),
        'partner-tenant': () => new Response('partner'),
      };
      const namespace = namespaceOf(handler ? { ...others, 'custom-tenant': handler } : others, dispatched);
      const world = await openPortalWorld({ brand: { name: 'Nordlicht' } }, { DISPATCHER: namespace });

      const program = await world.visit(`${world.origin}/api/me`);
      expect(program.response.status).toBe(503);
      const answered = problemSchema.parse(await program.response.json());
      expect(answered).toMatchObject({
        code: 'upstream_unavailable',
        requestId: program.response.headers.get('x-request-id'),
      });
      expect(program.response.headers.get('retry-after')).toBe('5');

      const person = await world.visit(`${world.origin}/auth/github`, { navigate: true });
      expect(person.response.status).toBe(503);
      const html = await person.response.text();
      expect(html).toContain('Nordlicht');
      expect(html).toContain(person.response.headers.get('x-request-id'));
      expect(html).not.toMatch(/not a function|exceeded|not found|<script/i);

      expect(new Set(dispatched.map(({ name }) => name))).toEqual(new Set(['custom-tenant']));
      expect(warned()[0]).toMatchObject({
        event: 'upstream_failed',
        requestId: answered.requestId,
        tenant: 'partner-seo',
        worker: 'custom-tenant',
        reason: expect.stringContaining(reason),
      });
    },
  );
});

describe('What comes back', () => {
  test('status, headers and several cookies as the Worker sent them, with what every answer carries', async () => {
    const answer = () =>
      new Response('moved', {
        status: 302,
        headers: [
          ['location', 'https://github.com/login/oauth/authorize?state=1'],
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
          ['x-request-id', 'somebody-else'],
        ],
      });
    const world = await openPortalWorld({}, { DISPATCHER: namespaceOf({ 'custom-tenant': answer }) });
    const { response } = await world.visit(`${world.origin}/auth/github`, {
      navigate: true,
      redirect: 'manual',
    });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('https://github.com/login/oauth/authorize?state=1');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'private, no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('a stream arrives while it is still being written', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const world = await openPortalWorld(
      {},
      { DISPATCHER: namespaceOf({ 'custom-tenant': () => new Response(readable) }) },
    );
    const { response } = await world.visit(`${world.origin}/api/stream`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const writer = writable.getWriter();
    for (const piece of ['one', 'two']) {
      const written = writer.write(new TextEncoder().encode(piece));
      expect(await reader?.read()).toEqual({ done: false, value: piece });
      await written;
    }
    await writer.close();
    expect((await reader?.read())?.done).toBe(true);
  });

  test('three megabytes pass in both directions, byte for byte', async () => {
    const world = await openPortalWorld(
      {},
      { DISPATCHER: namespaceOf({ 'custom-tenant': (request) => new Response(request.body) }) },
    );
    const body = new Uint8Array(3_000_000).map((_, index) => index % 251);
    const { response } = await world.visit(`${world.origin}/api/files`, { method: 'PUT', body });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(body);
  });

  test('a WebSocket is handed through', async () => {
    const accept = () => {
      const { 0: client, 1: server } = new WebSocketPair();
      server.accept();
      server.addEventListener('message', ({ data }) => server.send(`echo ${data}`));
      return new Response(null, { status: 101, webSocket: client });
    };
    const world = await openPortalWorld({}, { DISPATCHER: namespaceOf({ 'custom-tenant': accept }) });
    const { response } = await world.visit(`${world.origin}/api/live`, { headers: { upgrade: 'websocket' } });
    expect(response.status).toBe(101);
    const heard = new Promise((resolve) =>
      response.webSocket?.addEventListener('message', ({ data }) => resolve(data)),
    );
    response.webSocket?.accept();
    response.webSocket?.send('hello');
    expect(await heard).toBe('echo hello');
  });
});
