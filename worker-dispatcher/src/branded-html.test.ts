import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { bootSchema } from '../../contract/boot.ts';
import { fetcher, freshHost, INDEX_HTML, openPortalWorld, openWorld, tenantRow } from './testing.ts';
import { decode, readPage } from './testing-page.ts';

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

describe('The page in a tenant’s brand', () => {
  test('carries name, description, colours, icons and Open Graph of the brand', async () => {
    const world = await openPortalWorld({
      brand: {
        name: 'Nordlicht & Söhne',
        description: 'Found "first" <here>',
        colors: { light: { primary: '#7c3aed', surface: '#fffdf8' } },
      },
    });
    const { response } = await world.visit(`${world.origin}/members?tab=all`, { navigate: true });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await readPage(await response.text());
    expect(decode(page.title)).toBe('Nordlicht & Söhne');
    const metas = Object.fromEntries(
      Object.entries(page.metas).map(([name, content]) => [name, decode(content)]),
    );
    expect(metas).toMatchObject({
      description: 'Found "first" <here>',
      'og:title': 'Nordlicht & Söhne',
      'og:site_name': 'Nordlicht & Söhne',
      'og:description': 'Found "first" <here>',
      'og:url': `${world.origin}/`,
      'theme-color': '#fffdf8',
      'theme-color:dark': '#131416',
    });
    expect(page.links['icon']).toMatch(/^\/icon\.svg\?v=[0-9a-f]{16}$/);
    expect(page.links['manifest']).toMatch(/^\/manifest\.webmanifest\?v=[0-9a-f]{16}$/);
    expect(page.styles.at(-1)).toContain('--brand-primary:#7c3aed');
  });

  test('has a boot block that the contract accepts', async () => {
    const world = await openPortalWorld({ providers: ['google'] });
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    const boot = bootSchema.parse(JSON.parse((await readPage(await response.text())).boot));
    expect(boot).toMatchObject({
      tenant: { name: 'Partner SEO', type: 'custom-domain' },
      providers: ['google'],
      problem: null,
      version: 7,
    });
    expect(boot.brand.tagline).toBe('Found first');
  });

  test('under the platform’s domain its own clients serve for every provider', async () => {
    const world = await openPortalWorld({ providers: [], platformDomain: true });
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    expect(JSON.parse((await readPage(await response.text())).boot).providers).toEqual(['github', 'google']);
  });

  test('no text that a brand can hold breaks out of its place', async () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        '</script><script>alert(1)</script>',
        '</title><img src=x onerror=alert(1)>',
        '"><script>',
        "' onload='",
        '<!--<script>',
        '&quot;',
        ']]>',
        '\u2028',
        '{{nonce}}',
        '</style>',
      ),
      fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
    );
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (name, description) => {
        // What the database would not store does not get here.
        if (/\p{Cc}/u.test(name + description) || name.length > 60) return;
        const brandAdditions = { socialCard: 'ab'.repeat(32) };
        const world = await openPortalWorld({ name: 'T', brand: { name, description }, brandAdditions });
        const { response } = await world.visit(`${world.origin}/`, { navigate: true });
        expect(response.status).toBe(200);
        const page = await readPage(await response.text());
        expect(page.scripts).toBe(3);
        expect(page.styles).toHaveLength(2);
        expect(decode(page.metas['description'] ?? '')).toBe(description);
        expect(decode(page.title)).toBe(name);
        expect(decode(page.metas['og:image:alt'] ?? '')).toBe(name);
        expect(JSON.parse(page.boot).brand).toMatchObject({ name, description });
      }),
      { numRuns: 60 },
    );
  });

  test('is made once for a version, and anew for the next one', async () => {
    let reads = 0;
    const assets = fetcher(() => {
      reads += 1;
      return new Response(INDEX_HTML, { headers: { 'content-type': 'text/html' } });
    });
    const world = await openPortalWorld({}, { ASSETS: assets, FRESH_SECONDS: '1' });
    for (let visit = 0; visit < 4; visit += 1)
      await (await world.visit(`${world.origin}/`, { navigate: true })).settled();
    expect(reads).toBe(1);
    await world.set({
      hosts: {
        [world.hostname]: { tenant: tenantRow(world.hostname, { brand: { name: 'Renamed' } }), version: 8 },
      },
    });
    await vi.waitFor(
      async () => {
        const { response } = await world.visit(`${world.origin}/`, { navigate: true });
        expect(await response.text()).toContain('<title>Renamed</title>');
      },
      { timeout: 10_000, interval: 300 },
    );
    expect(reads).toBe(2);
  });

  test('two tenants in one isolate never see each other’s page', async () => {
    const world = await openWorld();
    const rows = ['Alpha', 'Beta', 'Gamma'].map((name, index) =>
      tenantRow(freshHost(), {
        tenantId: name.toLowerCase(),
        name,
        brand: { name, colors: { light: { primary: `#10${index}0${index}0` } } },
      }),
    );
    await world.set({
      hosts: Object.fromEntries(rows.map((tenant) => [tenant.hostname, { tenant, version: 5 }])),
    });
    const visits = Array.from({ length: 30 }, (_, index) => rows[index % 3] as (typeof rows)[number]);
    await Promise.all(
      visits.map(async ({ hostname, name }) => {
        for (const path of ['/', '/manifest.webmanifest', '/icon.svg', '/theme.css']) {
          const { response } = await world.visit(`https://${hostname}${path}`, { navigate: path === '/' });
          const text = await response.text();
          for (const other of rows) {
            if (other.name !== name) expect(text).not.toContain(other.name);
          }
          if (path === '/') expect(text).toContain(`<title>${name}</title>`);
        }
      }),
    );
  });
});

describe('The page’s policy', () => {
  test('every script and style has the nonce of the header, and each request its own', async () => {
    const world = await openPortalWorld();
    const seen = new Set<string>();
    for (let visit = 0; visit < 3; visit += 1) {
      const { response } = await world.visit(`${world.origin}/`, { navigate: true });
      const policy = response.headers.get('content-security-policy') ?? '';
      const nonce = /script-src 'nonce-([A-Za-z0-9+/=]{24})' 'strict-dynamic';/.exec(policy)?.[1] ?? 'none';
      const page = await readPage(await response.text());
      expect(page.nonces).toHaveLength(8);
      expect(new Set(page.nonces)).toEqual(new Set([nonce]));
      seen.add(nonce);
    }
    expect(seen.size).toBe(3);
  });

  test('is strict, and the page is kept by nobody', async () => {
    const world = await openPortalWorld();
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).not.toMatch(/unsafe|ws:|\*(?!\.googleusercontent\.com)/);
    for (const part of [
      "default-src 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ]) {
      expect(policy.split('; ')).toContain(part);
    }
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'private, no-store',
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
    });
  });

  test('tells which release answered, where there are releases', async () => {
    const released = await openPortalWorld({}, { RELEASE: 'r42' });
    const page = await released.visit(`${released.origin}/`, { navigate: true });
    expect(page.response.headers.get('x-release')).toBe('r42');
    const world = await openPortalWorld();
    const plain = await world.visit(`${world.origin}/`, { navigate: true });
    expect(plain.response.headers.get('x-release')).toBeNull();
  });

  test('on one machine it lets Vite’s socket through and promises no HTTPS', async () => {
    const world = await openPortalWorld({}, { LOCAL_HOST_SUFFIX: '.localhost' });
    const address = `http://${world.hostname}.localhost:8787`;
    const { response } = await world.visit(`${address}/`, { navigate: true });
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`connect-src 'self' ws://${world.hostname}.localhost:8787;`);
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(response.headers.get('strict-transport-security')).toBeNull();
    expect((await readPage(await response.text())).metas['og:url']).toBe(`${address}/`);
  });
});
