import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { bootSchema } from '../../contract/boot.ts';
import { problem } from '../../contract/errors.ts';
import {
  fetcher,
  freshHost,
  INDEX_HTML,
  namespaceOf,
  openPortalWorld,
  openWorld,
  tenantRow,
} from './testing.ts';

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

interface Page {
  readonly title: string;
  readonly metas: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
  readonly scripts: number;
  readonly boot: string;
  readonly styles: readonly string[];
  /** The nonces of everything that needs one; `null` where it is missing. */
  readonly nonces: readonly (string | null)[];
}

/** Reads a page as a browser would: with a parser, not with patterns. */
async function read(html: string): Promise<Page> {
  const page = {
    title: '',
    boot: '',
    metas: {} as Record<string, string>,
    links: {} as Record<string, string>,
    scripts: 0,
  };
  const styles: string[] = [];
  const nonces: (string | null)[] = [];
  await new HTMLRewriter()
    .on('title', {
      text({ text }) {
        page.title += text;
      },
    })
    .on('meta', {
      element(meta) {
        const name = meta.getAttribute('name') ?? meta.getAttribute('property');
        if (name === 'csp-nonce') nonces.push(meta.getAttribute('nonce'));
        if (name)
          page.metas[`${name}${meta.getAttribute('media')?.includes('dark') ? ':dark' : ''}`] =
            meta.getAttribute('content') ?? '';
      },
    })
    .on('link', {
      element(link) {
        const rel = link.getAttribute('rel') ?? '';
        page.links[rel] = link.getAttribute('href') ?? '';
        if (rel === 'stylesheet' || rel === 'modulepreload') nonces.push(link.getAttribute('nonce'));
      },
    })
    .on('script', {
      element(script) {
        page.scripts += 1;
        nonces.push(script.getAttribute('nonce'));
      },
    })
    .on('style', {
      element(style) {
        nonces.push(style.getAttribute('nonce'));
        styles.push('');
      },
      text({ text }) {
        styles[styles.length - 1] += text;
      },
    })
    .on('script#boot', {
      text({ text }) {
        page.boot += text;
      },
    })
    .transform(new Response(html))
    .text();
  return { ...page, styles, nonces };
}

const decode = (text: string): string =>
  text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_all, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
  );

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
    const page = await read(await response.text());
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

  test('names the card of its links, by an address that can be read from anywhere', async () => {
    const hash = 'ab'.repeat(32);
    const world = await openPortalWorld({
      name: 'T',
      brand: { name: 'Nordlicht & "Söhne"', tagline: 'Found <first>' },
      brandAdditions: { socialCard: hash },
    });
    const { response } = await world.visit(`${world.origin}/sign-in`, { navigate: true });
    const { metas } = await read(await response.text());
    expect(metas).toMatchObject({
      'og:image': `${world.origin}/brand/og.png?v=${hash.slice(0, 16)}`,
      'og:image:type': 'image/png',
      'og:image:width': '1200',
      'og:image:height': '630',
      'twitter:card': 'summary_large_image',
    });
    expect(decode(metas['og:image:alt'] ?? '')).toBe('Nordlicht & "Söhne": Found <first>');
  });

  test('promises no card where there is none', async () => {
    const world = await openPortalWorld();
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    const names = Object.keys((await read(await response.text())).metas);
    expect(names.filter((name) => /image|twitter/.test(name))).toEqual([]);
  });

  test('has a boot block that the contract accepts', async () => {
    const world = await openPortalWorld({ providers: ['google'] });
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    const boot = bootSchema.parse(JSON.parse((await read(await response.text())).boot));
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
    expect(JSON.parse((await read(await response.text())).boot).providers).toEqual(['github', 'google']);
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
        const page = await read(await response.text());
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
      const page = await read(await response.text());
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

  test('on one machine it lets Vite’s socket through and promises no HTTPS', async () => {
    const world = await openPortalWorld({}, { LOCAL_HOST_SUFFIX: '.localhost' });
    const address = `http://${world.hostname}.localhost:8787`;
    const { response } = await world.visit(`${address}/`, { navigate: true });
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`connect-src 'self' ws://${world.hostname}.localhost:8787;`);
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(response.headers.get('strict-transport-security')).toBeNull();
    expect((await read(await response.text())).metas['og:url']).toBe(`${address}/`);
  });
});

describe('A refused step of signing in', () => {
  const refused = (request: Request) =>
    new Response(
      JSON.stringify(
        problem('not_invited', request.headers.get('x-request-id') ?? '', { detail: 'Ask </script> them' }),
      ),
      {
        status: 403,
        headers: [
          ['content-type', 'application/problem+json'],
          ['set-cookie', '__Host-sign-in=; Max-Age=0; Path=/; Secure; HttpOnly'],
          ['set-cookie', 'other=1; Path=/; Secure'],
          ['retry-after', '30'],
        ],
      },
    );
  const env = { DISPATCHER: namespaceOf({ 'custom-tenant': refused }) };

  test('is shown to a person in the app, with status, cookies and request id kept', async () => {
    const world = await openPortalWorld({}, env);
    const { response } = await world.visit(`${world.origin}/auth/callback?code=secret&state=x`, {
      navigate: true,
    });
    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toHaveLength(2);
    expect(response.headers.get('retry-after')).toBe('30');
    const html = await response.text();
    const page = await read(html);
    expect(bootSchema.parse(JSON.parse(page.boot)).problem).toMatchObject({
      code: 'not_invited',
      detail: 'Ask </script> them',
      requestId: response.headers.get('x-request-id'),
    });
    expect(page.scripts).toBe(3);
    expect(html).not.toContain('secret');
  });

  test('does not stick to the next page', async () => {
    const world = await openPortalWorld({}, env);
    await world.visit(`${world.origin}/auth/callback`, { navigate: true });
    const { response } = await world.visit(`${world.origin}/sign-in`, { navigate: true });
    expect(JSON.parse((await read(await response.text())).boot).problem).toBeNull();
  });

  test('stays a problem for a program, and under /api', async () => {
    const world = await openPortalWorld({}, env);
    for (const [path, navigate] of [
      ['/auth/callback', false],
      ['/api/me', true],
    ] as const) {
      const { response } = await world.visit(`${world.origin}${path}`, { navigate });
      expect(response.status).toBe(403);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    }
  });
});

describe('what a partner adds to the page', () => {
  const hash = 'c0ffee'.padEnd(64, '0');

  test('custom CSS comes after everything else, with the page’s nonce', async () => {
    const world = await openPortalWorld({ brandAdditions: { stylesheet: hash } });
    const { response } = await world.visit(`${world.origin}/sign-in`, { navigate: true });
    const html = await response.text();
    const nonce = /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '')?.[1];
    expect(html).toContain(
      `</style><link rel="stylesheet" href="/brand/custom.css?v=${hash.slice(0, 16)}" nonce="${nonce}"></head>`,
    );
  });

  test('without any, the page asks for none; nor do the notices of the system', async () => {
    const plain = await openPortalWorld();
    const page = await plain.visit(`${plain.origin}/sign-in`, { navigate: true });
    expect(await page.response.text()).not.toContain('custom.css');
    const paused = await openPortalWorld({ status: 'suspended', brandAdditions: { stylesheet: hash } });
    const notice = await paused.visit(`${paused.origin}/`, { navigate: true });
    expect(notice.response.status).toBe(403);
    expect(await notice.response.text()).not.toContain('custom.css');
  });
});

describe('who a portal is powered by', () => {
  const platform = { name: 'Platform Works', url: 'https://platform-works.example' };

  test.each([
    ['starter', undefined, platform],
    ['starter', true, platform],
    // Whoever writes its own row still has its plan.
    ['starter', false, platform],
    ['growth', undefined, null],
    ['growth', true, platform],
    ['growth', false, null],
    ['enterprise', undefined, null],
    ['enterprise', true, platform],
  ] as const)('under the plan %s with the choice %s', async (tier, choice, expected) => {
    const world = await openPortalWorld({
      tier,
      brandAdditions: choice === undefined ? {} : { poweredBy: choice },
    });
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    const page = await read(await response.text());
    expect(bootSchema.parse(JSON.parse(page.boot)).poweredBy).toEqual(expected);
  });

  test('nobody, where the platform has no name to show', async () => {
    const world = await openPortalWorld({ tier: 'starter' }, { POWERED_BY_NAME: '', POWERED_BY_URL: '' });
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    const html = await response.text();
    expect(bootSchema.parse(JSON.parse((await read(html)).boot)).poweredBy).toBeNull();
  });
});

describe('a font', () => {
  test.each([
    ['geist', {}, 'Geist Variable'],
    [undefined, { font: 'lora' }, 'Lora Variable'],
    // Of a release that this one does not know: the default, and a page.
    [undefined, { font: 'of-tomorrow' as 'lora' }, 'Instrument Sans Variable'],
  ] as const)('of the brand %s, or beside it %j, is in the page', async (font, brandAdditions, family) => {
    const world = await openPortalWorld({ brand: font === undefined ? {} : { font }, brandAdditions });
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    expect((await read(await response.text())).styles.at(-1)).toContain(`--brand-font:'${family}'`);
  });
});
