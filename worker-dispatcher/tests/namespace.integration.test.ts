/** The whole way through several Workers: dispatcher, the namespace's stand-in and three tenant Workers, over HTTP. */
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestHarness, unstable_readConfig } from 'wrangler';
import { TENANT_CONTEXT_HEADER, verifyTenantContext } from '../../contract/tenant-context.ts';
import { startSupabaseStandIn } from './supabase-stand-in.ts';

const here = (path: string) => new URL(path, import.meta.url).pathname;
const KEY = `sb_publishable_${randomUUID()}`;
const signing = generateKeyPairSync('ed25519');
const supabase = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = { ...signing.publicKey.export({ format: 'jwk' }), kid: 'context-1' };

const TENANTS = [
  ['agency.test', 'agency', 'Agency', 'primary', 'primary-tenant'],
  ['one.agency.test', 'one', 'Partner One', 'partner-subdomain', 'partner-tenant'],
  ['brand-seo.test', 'seo', 'Brand SEO', 'custom-domain', 'custom-tenant'],
  ['dedicated.test', 'big', 'Big Customer', 'custom-domain', 'big-tenant'],
] as const;

const row = ([hostname, tenantId, name, type, worker]: (typeof TENANTS)[number]) => ({
  tenantId,
  name,
  type,
  status: 'active',
  tier: 'growth',
  signUp: 'open',
  worker,
  hostname,
  canonicalHostname: hostname,
  platformDomain: type !== 'custom-domain',
  providers: [],
  brand: {},
});

/** The Worker's own configuration, with a build's files and, in place of the namespace, its stand-in. */
function dispatcherConfig(supabaseUrl: string) {
  const { main, name, compatibility_date, assets, kv_namespaces, ratelimits, vars } = unstable_readConfig(
    { config: here('../wrangler.jsonc') },
    { hideWarnings: true },
  );
  return {
    name,
    main,
    compatibility_date,
    kv_namespaces,
    ratelimits,
    assets: { ...assets, directory: here('./fixtures/files') },
    services: [{ binding: 'DISPATCHER', service: 'dispatch-namespace', entrypoint: 'DispatchNamespace' }],
    vars: {
      ...vars,
      SUPABASE_URL: supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: KEY,
      CONTEXT_SIGNING_KEY: JSON.stringify({
        ...signing.privateKey.export({ format: 'jwk' }),
        kid: 'context-1',
      }),
      SUPABASE_JWKS: JSON.stringify({
        keys: [{ ...supabase.publicKey.export({ format: 'jwk' }), kid: 'supabase-1' }],
      }),
    },
  };
}

let standIn: Awaited<ReturnType<typeof startSupabaseStandIn>>;
let address: URL;
let server: ReturnType<typeof createTestHarness>;

beforeAll(async () => {
  standIn = await startSupabaseStandIn();
  const hosts = Object.fromEntries(TENANTS.map((tenant) => [tenant[0], { tenant: row(tenant), version: 3 }]));
  await fetch(`${standIn.url}/worlds/${KEY}`, { method: 'PUT', body: JSON.stringify({ hosts, version: 3 }) });
  const tenantWorker = (name: string) => ({
    config: {
      name,
      main: here('./fixtures/echo-tenant.mjs'),
      compatibility_date: '2026-10-20',
      vars: { WORKER_NAME: name },
    },
  });
  server = createTestHarness({
    workers: [
      { config: dispatcherConfig(standIn.url) },
      { configPath: here('../../scripts/local/dispatch-namespace/wrangler.jsonc') },
      tenantWorker('primary-tenant'),
      tenantWorker('partner-tenant'),
      tenantWorker('custom-tenant'),
    ],
  });
  address = (await server.listen()).url;
});

afterAll(async () => {
  await server?.close();
  await standIn?.stop();
});

describe('The build’s files', () => {
  test('the page is branded, its script is kept for ever, a missing one is no page', async () => {
    const page = await server.fetch('http://brand-seo.test/members', {
      headers: { accept: 'text/html' },
    });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>Brand SEO</title>');
    const script = await server.fetch('http://brand-seo.test/assets/app-1.js');
    expect(script.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const known = await server.fetch('http://brand-seo.test/assets/app-1.js', {
      headers: { 'if-none-match': script.headers.get('etag') ?? '' },
    });
    expect(known.status).toBe(304);
    const gone = await server.fetch('http://brand-seo.test/assets/app-0.js', {
      headers: { accept: 'text/html' },
    });
    expect(gone.status).toBe(404);
    expect(gone.headers.get('cache-control')).toBe('no-store');
    const raw = await server.fetch('http://brand-seo.test/index.html', { redirect: 'manual' });
    expect(raw.status).toBe(404);
  });

  test('nothing of it is served on a host that nobody knows', async () => {
    const script = await server.fetch('http://unknown.test/assets/app-1.js');
    expect(script.status).toBe(404);
  });
});

describe('From the front door to the tenant’s Worker', () => {
  test.each(TENANTS.slice(0, 3))(
    '%s reaches its own Worker with its own context',
    async (hostname, tenantId, _name, _type, worker) => {
      const response = await server.fetch(`http://${hostname}/api/health`, {
        headers: { 'x-tenant-context': 'forged' },
      });
      expect(response.status).toBe(200);
      const seen = (await response.json()) as {
        worker: string;
        cf: unknown;
        headers: Record<string, string>;
      };
      expect(seen.worker).toBe(worker);
      const verified = await verifyTenantContext(seen.headers[TENANT_CONTEXT_HEADER], {
        keys: [publicKey],
        audience: worker,
      });
      expect(verified).toMatchObject({
        ok: true,
        value: { context: { tenantId, hostname, origin: `https://${hostname}` } },
      });
      expect(seen.headers['x-request-id']).toBe(response.headers.get('x-request-id'));
    },
  );

  test('what Cloudflare knows of a visitor does not reach the untrusted namespace', async () => {
    const response = await server.fetch('http://agency.test/api/health');
    expect((await response.json()) as { cf: unknown }).toMatchObject({ cf: null });
  });

  test.each([
    ['a Worker that nobody uploaded', 'http://dedicated.test/api/health'],
    ['a Worker that throws', 'http://one.agency.test/api/throw'],
  ])('%s is a 503 with a request id', async (_what, url) => {
    const response = await server.fetch(url);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      code: 'upstream_unavailable',
      requestId: response.headers.get('x-request-id'),
    });
  });

  test('three megabytes arrive whole', async () => {
    const body = randomBytes(3_000_000);
    const response = await server.fetch('http://brand-seo.test/api/upload', { method: 'POST', body });
    const digest = createHash('sha256').update(body).digest('hex');
    expect(await response.json()).toEqual({ bytes: 3_000_000, length: '3000000', digest });
  });

  test('a stream arrives piece by piece', async () => {
    // Over a bare socket: the harness's own fetch hands a body on when it has all of it.
    const arrivals: number[] = [];
    let text = '';
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(new URL('/api/stream', address), { headers: { host: 'brand-seo.test' } }, resolve).on(
        'error',
        reject,
      );
    });
    for await (const piece of response) {
      arrivals.push(performance.now());
      text += String(piece);
    }
    expect(text).toBe('one two three');
    // The Worker pauses for longer than that: buffered on the way, the pieces would arrive in one moment.
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(250);
  });

  test('a redirect arrives with both cookies and is not followed on the way', async () => {
    const response = await server.fetch('http://one.agency.test/auth/callback?code=1', {
      redirect: 'manual',
    });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('/');
    expect(response.headers.getSetCookie()).toHaveLength(2);
  });

  test('a WebSocket reaches the tenant’s Worker and back', async () => {
    const response = await server.fetch('http://one.agency.test/api/live', {
      headers: { upgrade: 'websocket' },
    });
    expect(response.status).toBe(101);
    const socket = response.webSocket;
    const heard = new Promise((resolve) => socket?.addEventListener('message', ({ data }) => resolve(data)));
    socket?.accept();
    socket?.send('hello');
    expect(await heard).toBe('partner-tenant heard hello');
    socket?.close();
  });
});
