import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { problemSchema } from '../../contract/errors.ts';
import { fetcher, freshHost, openPortalWorld, openWorld, SUPABASE_JWK, tenantRow } from './testing.ts';

let lines: string[] = [];

beforeEach(() => {
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  vi.spyOn(console, 'warn').mockImplementation((line: string) => void lines.push(line));
});

afterEach(() => vi.restoreAllMocks());

describe('Paths', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is for the API alone', async (method) => {
    const world = await openPortalWorld();
    for (const path of ['/', '/members', '/assets/index-1.js', '/theme.css', '/apis', '/authors']) {
      const { response } = await world.visit(`${world.origin}${path}`, { method });
      expect(response.status, path).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
      expect(problemSchema.parse(await response.json()).code).toBe('method_not_allowed');
    }
    expect((await world.visit(`${world.origin}/api/sessions/1`, { method })).response.status).toBe(200);
  });

  test('HEAD is answered as GET is, without the body', async () => {
    const world = await openPortalWorld();
    for (const path of ['/', '/theme.css', '/robots.txt', '/icon.svg']) {
      const { response } = await world.visit(`${world.origin}${path}`, { method: 'HEAD' });
      expect(response.status, path).toBe(200);
      expect(await response.text()).toBe('');
      expect(response.headers.get('content-type')).not.toBeNull();
    }
  });

  test('a page is a page, also for curl; what is no page is a problem and never HTML', async () => {
    const world = await openPortalWorld();
    for (const path of ['/', '/sign-in', '/domains/example.com/', '/no/such/page']) {
      // Programs on Node's fetch name a mode as a browser does, and nothing else.
      for (const headers of [{ accept: '*/*' }, { accept: '*/*', 'sec-fetch-mode': 'cors' }]) {
        const { response } = await world.visit(`${world.origin}${path}`, { headers });
        expect(response.headers.get('content-type'), path).toBe('text/html; charset=utf-8');
      }
    }
    for (const [path, mode, dest] of [
      ['/gone.js', 'cors', 'script'],
      ['/assets/gone', 'navigate', 'document'],
      ['/assets/index-0.js', 'cors', 'script'],
      ['/picture', 'no-cors', 'image'],
      ['/data', 'cors', 'empty'],
      ['/index.html', 'navigate', 'document'],
    ] as const) {
      const { response } = await world.visit(`${world.origin}${path}`, {
        headers: {
          'sec-fetch-mode': mode,
          'sec-fetch-dest': dest,
          accept: mode === 'navigate' ? 'text/html' : '*/*',
        },
      });
      expect(response.status, path).toBe(404);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    }
  });

  test('hashed assets are kept for ever, other files are asked for again', async () => {
    const world = await openPortalWorld();
    const hashed = await world.visit(`${world.origin}/assets/index-1.js`);
    expect(hashed.response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(hashed.response.headers.get('content-type')).toBe('text/javascript');
    const plain = await world.visit(`${world.origin}/fonts.txt`);
    expect(plain.response.headers.get('cache-control')).toBe('public, no-cache');
  });

  test('an asset server that answers pages for missing files is not believed', async () => {
    const html = fetcher(
      () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } }),
    );
    const world = await openPortalWorld({}, { ASSETS: html });
    const { response } = await world.visit(`${world.origin}/assets/old.js`);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('<');
  });

  test('in development Vite’s modules pass through', async () => {
    const asked: string[] = [];
    const vite = fetcher((request) => {
      asked.push(new URL(request.url).pathname);
      return new Response('export {}', {
        headers: { 'content-type': 'text/javascript', 'cache-control': 'no-cache' },
      });
    });
    const world = await openPortalWorld({}, { ASSETS: vite, LOCAL_HOST_SUFFIX: '.localhost' });
    const paths = ['/@vite/client', '/@react-refresh', '/src/main.tsx', '/node_modules/.vite/deps/react.js'];
    for (const path of paths) {
      const { response } = await world.visit(`http://${world.hostname}.localhost:8787${path}`, {
        headers: { 'sec-fetch-mode': 'cors' },
      });
      expect(response.headers.get('content-type')).toBe('text/javascript');
      expect(response.headers.get('cache-control')).toBe('no-cache');
    }
    expect(asked).toEqual(paths);
  });
});

describe('Supabase’s keys', () => {
  test('are published on the primary host, without their private half', async () => {
    const world = await openPortalWorld({ type: 'primary' });
    const { response } = await world.visit(`${world.origin}/.well-known/jwks.json`);
    expect(response.status).toBe(200);
    const { kty, crv, x, y, kid, alg, use } = SUPABASE_JWK;
    expect(await response.json()).toEqual({ keys: [{ kty, crv, kid, x, y, alg, use }] });
  });

  test('are nowhere else: not on a partner’s domain, not on another name of the primary', async () => {
    const partner = await openPortalWorld();
    const alias = await openPortalWorld({ type: 'primary', canonicalHostname: freshHost() });
    for (const world of [partner, alias]) {
      expect((await world.visit(`${world.origin}/.well-known/jwks.json`)).response.status).toBe(404);
    }
  });
});

describe('The log', () => {
  test('has one line a request, with what an operator asks for', async () => {
    const world = await openPortalWorld();
    const { response } = await world.visit(`${world.origin}/api/health`);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      requestId: response.headers.get('x-request-id'),
      method: 'GET',
      host: world.hostname,
      path: '/api/health',
      tenant: 'partner-seo',
      worker: 'custom-tenant',
      status: 200,
      durationMs: expect.any(Number),
      outcome: 'forwarded',
    });
  });

  test('has no query value, no cookie, no key and no token', async () => {
    const world = await openPortalWorld();
    await world.visit(`${world.origin}/auth/callback?code=c0de&state=5tate`, {
      navigate: true,
      headers: { cookie: '__Host-session=c00kie', authorization: 'Bearer t0ken' },
    });
    const logged = lines.join('\n');
    expect(logged).toContain('/auth/callback');
    expect(logged).not.toMatch(/c0de|5tate|c00kie|t0ken|sb_publishable|eyJ/);
  });

  test('says what became of those who found nothing', async () => {
    const world = await openWorld();
    const suspended = freshHost();
    await world.set({
      hosts: { [suspended]: { tenant: tenantRow(suspended, { status: 'suspended' }), version: 2 } },
    });
    await world.visit(`https://${suspended}/`);
    await world.visit(`https://${freshHost()}/`);
    await world.visit('https://203.0.113.7/');
    expect(lines.map((line) => JSON.parse(line)).map(({ outcome, status }) => [outcome, status])).toEqual([
      ['suspended', 403],
      ['unknown', 404],
      ['unknown', 404],
    ]);
  });
});

describe('When the dispatcher itself fails', () => {
  test('the visitor gets our own page, not the runtime’s', async () => {
    const broken = fetcher(() => new Response('no build', { status: 500 }));
    const world = await openPortalWorld({}, { ASSETS: broken });
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    expect(response.status).toBe(500);
    expect(await response.text()).toContain(response.headers.get('x-request-id'));
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'request_failed' });
  });

  test('a variable that is missing is named, and its value is not', async () => {
    const world = await openPortalWorld({}, { CONTEXT_SIGNING_KEY: '{"kty":"OKP","d":"private"}' });
    await expect(world.visit(`${world.origin}/`)).rejects.toThrow(
      /^CONTEXT_SIGNING_KEY is missing or malformed$/,
    );
  });
});
