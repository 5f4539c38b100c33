import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brandFileKey } from '../../contract/brand-files.ts';
import { problemSchema } from '../../contract/errors.ts';
import type { TenantId } from '../../contract/tenants.ts';
import { freshHost, openPortalWorld, openWorld, tenantRow } from './testing.ts';

describe('Which portal a Host header opens', () => {
  test('the primary, a partner subdomain and a custom domain each open their own tenant', async () => {
    const world = await openWorld();
    const platform = freshHost();
    const rows = [
      tenantRow(platform, {
        tenantId: 'agency',
        type: 'primary',
        worker: 'primary-tenant',
        platformDomain: true,
      }),
      tenantRow(`partner1.${platform}`, {
        tenantId: 'partner1',
        type: 'partner-subdomain',
        worker: 'partner-tenant',
      }),
      tenantRow(freshHost(), { tenantId: 'partner-seo', type: 'custom-domain', worker: 'custom-tenant' }),
    ];
    await world.set({
      hosts: Object.fromEntries(rows.map((tenant) => [tenant.hostname, { tenant, version: 3 }])),
    });
    for (const row of rows) {
      const { response } = await world.visit(`https://${row.hostname}/`, { navigate: true });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain(`"type":"${row.type}"`);
    }
  });

  test('spelling does not matter: case, port and trailing dot lead to the same portal', async () => {
    const world = await openPortalWorld();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 253, maxLength: 253 }),
        fc.constantFrom('', '.', ':80', ':443', ':8787', '.:8443'),
        async (upper, tail) => {
          const host = [...world.hostname]
            .map((letter, index) => (upper[index] ? letter.toUpperCase() : letter))
            .join('');
          const { response } = await world.visit(`${world.origin}/api/health`, { host: `${host}${tail}` });
          expect(response.status).toBe(200);
        },
      ),
      { numRuns: 60 },
    );
    expect(new Set(await world.calls())).toEqual(new Set([world.hostname]));
  });

  test('an international name is looked up in punycode', async () => {
    const world = await openWorld();
    const hostname = 'xn--bcher-kva.example-brand.com';
    await world.set({ hosts: { [hostname]: { tenant: tenantRow(hostname), version: 3 } } });
    const { response } = await world.visit(`https://${hostname}/api/health`, {
      host: 'xn--BCHER-kva.example-brand.com',
    });
    expect(response.status).toBe(200);
  });

  test.each([
    ['an IPv4 literal', '203.0.113.7'],
    ['an IPv4 literal in disguise', '0x7f.1'],
    ['an IPv6 literal', '[2001:db8::1]'],
    ['an IPv6 literal with a port', '[::1]:8787'],
    ['a single label', 'intranet'],
    ['an empty label', 'partner1..example-brand.com'],
    ['a leading dot', '.example-brand.com'],
    ['an underscore', 'partner_1.example-brand.com'],
    ['a label of 64 characters', `${'a'.repeat(64)}.example-brand.com`],
    ['a name of 254 characters', `${'a.'.repeat(125)}test`],
    ['a path', 'example-brand.com/../admin'],
    ['credentials', 'admin@example-brand.com'],
    ['a space', 'example brand.com'],
    ['a percent escape', 'example%2dbrand.com'],
  ])('%s is refused without asking anybody', async (_what, host) => {
    const world = await openWorld();
    const { response } = await world.visit('https://example-brand.com/api/health', { host });
    expect(response.status).toBe(404);
    expect(problemSchema.parse(await response.json()).code).toBe('unknown_host');
    expect(await world.calls()).toEqual([]);
  });

  test('names around a known one do not open it', async () => {
    const world = await openPortalWorld();
    const { hostname } = world;
    const around = [
      `a.${hostname}`,
      `${hostname}.evil.test`,
      `x${hostname}`,
      hostname.slice(1),
      `${hostname}-evil.test`,
    ];
    for (const name of around) {
      const { response } = await world.visit(`https://${name}/api/health`);
      expect(response.status, name).toBe(404);
    }
  });

  test('no name made of other characters opens a known one', async () => {
    const world = await openPortalWorld();
    await world.visit(`${world.origin}/api/health`);
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme-ascii' }),
        fc.boolean(),
        async (noise, front) => {
          const host = headerValue(front ? `${noise}${world.hostname}` : `${world.hostname}${noise}`);
          // What cannot be sent, and what is only another spelling of the known name.
          if (host === null || /^\.?(?::\d{0,5})?$/.test(host.slice(world.hostname.length))) return;
          const { response } = await world.visit(`${world.origin}/api/health`, {
            host,
            headers: { 'cf-connecting-ip': noise },
          });
          expect([404, 503]).toContain(response.status);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the local suffix counts in development only', async () => {
    const production = await openPortalWorld();
    const local = await openPortalWorld({}, { LOCAL_HOST_SUFFIX: '.localhost' });
    const host = (hostname: string) => `${hostname}.localhost:8787`;
    const refused = await production.visit('http://x.localhost:8787/api/health', {
      host: host(production.hostname),
    });
    expect(refused.response.status).toBe(404);
    const opened = await local.visit('http://x.localhost:8787/api/health', { host: host(local.hostname) });
    expect(opened.response.status).toBe(200);
    const plain = await local.visit('http://localhost:8787/api/health', { host: local.hostname });
    expect(plain.response.status).toBe(200);
  });

  test('X-Forwarded-Host and Forwarded choose no portal', async () => {
    const world = await openPortalWorld();
    const { response } = await world.visit(`https://${freshHost()}/api/health`, {
      headers: {
        'x-forwarded-host': world.hostname,
        forwarded: `host=${world.hostname}`,
        'x-host': world.hostname,
      },
    });
    expect(response.status).toBe(404);
  });
});

describe('Portals that are not open', () => {
  test('an unknown host gets a neutral page: no brand, no cookie, nothing to load', async () => {
    const world = await openWorld();
    const { response } = await world.visit(`https://${freshHost()}/`, { navigate: true });
    expect(response.status).toBe(404);
    const html = await response.text();
    expect(html).toContain('There is nothing at this address.');
    expect(html).not.toMatch(/<script|marquee|cozyartz|src=|@import|url\(/i);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('a suspended portal’s notice wears its logo, and serves it', async () => {
    const hash = crypto.getRandomValues(new Uint8Array(32)).toHex();
    await env.BRAND_FILES.put(brandFileKey('partner-seo' as TenantId, hash, 'png'), 'a logo');
    const logo = { hash, width: 1280, height: 320 };
    const world = await openPortalWorld({
      status: 'suspended',
      brand: { name: 'A "B"' },
      brandAdditions: { images: { logo } },
    });
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    const html = await response.text();
    expect(html).toContain(
      `<img src="/brand/logo.png?v=${hash.slice(0, 16)}" width="200" height="50" alt="A &quot;B&quot;">`,
    );
    expect(response.headers.get('content-security-policy')).toContain("img-src data: 'self';");
    const picture = (await world.visit(`${world.origin}/brand/logo.png`)).response;
    expect([picture.status, new TextDecoder().decode(await picture.arrayBuffer())]).toEqual([200, 'a logo']);
    expect((await world.visit(`${world.origin}/brand/favicon.png`)).response.status).toBe(403);
  });

  test('a suspended portal shows its own brand and is closed for everything', async () => {
    const world = await openPortalWorld({
      status: 'suspended',
      brand: { name: 'Paused Co', supportEmail: 'help@paused.test' },
    });
    const page = await world.visit(`${world.origin}/members`, { navigate: true });
    expect(page.response.status).toBe(403);
    const html = await page.response.text();
    expect(html).toContain('Paused Co');
    expect(html).toContain('href="mailto:help@paused.test"');
    expect(html).not.toContain('<script');
    for (const path of ['/api/health', '/auth/github', '/assets/index-1.js', '/theme.css']) {
      const { response } = await world.visit(`${world.origin}${path}`);
      expect(response.status, path).toBe(403);
      expect(problemSchema.parse(await response.json()).code).toBe('tenant_suspended');
    }
  });

  test('an inactive portal looks like one that never was', async () => {
    const world = await openPortalWorld({ status: 'inactive', brand: { name: 'Gone Co' } });
    const gone = await world.visit(`${world.origin}/`, { navigate: true });
    const never = await world.visit(`https://${freshHost()}/`, { navigate: true });
    expect(gone.response.status).toBe(404);
    const anonymous = (html: string) => html.replace(/nonce="[^"]*"/g, '');
    expect(anonymous(await gone.response.text())).toBe(anonymous(await never.response.text()));
  });
});

/** A header's value as it arrives: without blanks around it; null for what no header can carry. */
function headerValue(value: string): string | null {
  try {
    return new Headers({ host: value }).get('host');
  } catch {
    return null;
  }
}
