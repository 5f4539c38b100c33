/**
 * White-label means no leak: on a partner's and on a custom domain everything that a browser can be given (pages,
 * scripts, styles, icons, fonts, manifest, API, errors, headers, cookies) is searched for the platform's name and for
 * the other tenants'. A host's own name is no leak.
 */
import { type BrowserContext, type Page, request } from '@playwright/test';
import { pngChunks } from '../../contract/testing-images.ts';
import { openDressedPartner } from './dressed-partner.ts';
import {
  CUSTOM,
  type DemoPortal,
  expect,
  foreignNames,
  originOf,
  PARTNER,
  PRIMARY,
  signIn,
  test,
} from './portals.ts';

/** What nobody links to, and what is refused. */
const PATHS = [
  '/',
  '/no/such/page',
  '/theme.css',
  '/icon.svg',
  '/favicon.ico',
  '/manifest.webmanifest',
  '/robots.txt',
  '/brand/logo.png',
  '/brand/logo-dark.png',
  '/brand/favicon.png',
  '/brand/favicon-dark.png',
  '/brand/app-icon.png',
  '/brand/og.png',
  '/brand/custom.css',
  '/assets/missing-00000000.js',
  '/.well-known/jwks.json',
  '/api',
  '/api/health',
  '/api/tenant',
  '/api/me',
  '/api/usage',
  '/api/sessions',
  '/api/sessions?cursor=none-of-ours',
  '/api/openapi.json',
  '/api/nope',
  '/auth/github',
  '/auth/google',
  '/auth/gitlab',
  '/auth/callback',
  '/auth/callback?error=access_denied&state=x',
  '/auth/sign-out',
];
const HASHED_FILE = /[\w.-]+-[\w-]{8}\.(?:js|css|woff2|svg|png|ico)/g;
/** The name under the platform's domain that a tenant keeps as its way back in: its own, and told to its admins. */
const WAY_BACK = `partner-seo.${PRIMARY.hostname}`;
const PLATFORM = /marquee|cozy\s?artz/i;

interface Found {
  /** What was asked for. */
  readonly source: string;
  readonly text: string;
}

/** Everything of one origin that came to this browser, as text: status line, headers and body. */
class Collection {
  readonly found: Found[] = [];
  readonly #origin: string;
  readonly #pending: Promise<void>[] = [];

  constructor(origin: string) {
    this.#origin = origin;
  }

  watch(context: BrowserContext): void {
    context.on('response', (response) => {
      if (new URL(response.url()).origin !== this.#origin) return;
      this.#pending.push(
        (async () => {
          const headers = await response.headersArray();
          const body = await response.body().catch(() => Buffer.alloc(0));
          this.add(`${response.request().method()} ${response.url()}`, headers, body);
        })(),
      );
    });
  }

  add(source: string, headers: readonly { name: string; value: string }[], body: Buffer): void {
    const head = headers.map(({ name, value }) => `${name}: ${value}`).join('\n');
    this.found.push({ source, text: `${head}\n\n${body.toString('latin1')}\n${body.toString('utf8')}` });
  }

  /** Names of hashed files that some text mentions, whether or not the browser had a reason to load them. */
  files(): Set<string> {
    return new Set(this.found.flatMap(({ text }) => text.match(HASHED_FILE) ?? []));
  }

  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }
}

/** Follows every link of the portal's own pages, once. */
async function visitPages(page: Page, origin: string): Promise<Set<string>> {
  const visited = new Set<string>();
  const next = ['/'];
  for (let path = next.pop(); path !== undefined; path = next.pop()) {
    if (visited.has(path)) continue;
    visited.add(path);
    await page.goto(origin + path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.waitForLoadState('networkidle');
    const links = await page
      .locator('a[href^="/"]')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    next.push(...links.flatMap((href) => (href === null ? [] : [href.split('#')[0] ?? href])));
  }
  return visited;
}

async function askForEverything(
  context: BrowserContext,
  origin: string,
  collection: Collection,
): Promise<void> {
  // Outside the browser, where redirects are answers and `*.localhost` resolves nowhere: by address and Host header.
  const { port, host } = new URL(origin);
  const cookies = await context.cookies(origin);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const client = await request.newContext({ baseURL: `http://127.0.0.1:${port}`, maxRedirects: 0 });
  const ask = async (path: string, method: string, accept: string) => {
    const answer = await client.fetch(path, { method, headers: { host, accept, cookie } });
    collection.add(`${method} ${path} (${accept})`, answer.headersArray(), await answer.body());
  };
  for (const path of PATHS) {
    await ask(path, 'GET', 'text/html');
    await ask(path, 'GET', '*/*');
    await ask(path, 'POST', '*/*');
  }
  // Files name files: until nothing new is named.
  const asked = new Set<string>();
  for (let names = collection.files(); names.size > asked.size; names = collection.files()) {
    for (const name of names) {
      if (asked.has(name)) continue;
      asked.add(name);
      await ask(`/assets/${name}`, 'GET', '*/*');
    }
  }
  await client.dispose();
}

const PNG = '\u0089PNG\r\n\u001a\n';
/** Size, palette, transparency, pixels, end. */
const PIXELS_ALONE = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];

/** All pictures that came, and what each one has beside its pixels (text, EXIF, profiles): compressed, no search finds it. */
function pictures({ found }: Collection): { source: string; beside: string[] }[] {
  return found.flatMap(({ source, text }) => {
    const start = text.indexOf(PNG);
    if (start < 0) return [];
    const kinds = pngChunks(Buffer.from(text.slice(start), 'latin1')).map(({ type }) => type);
    const end = kinds.indexOf('IEND') + 1;
    return [{ source, beside: kinds.slice(0, end).filter((kind) => !PIXELS_ALONE.includes(kind)) }];
  });
}

const withMetadata = (collection: Collection) =>
  pictures(collection).filter(({ beside }) => beside.length > 0);

/** A cookie's name and value, and what its token says when it is one (RFC 7515 §3.1). */
async function collectCookies(
  context: BrowserContext,
  origin: string,
  collection: Collection,
): Promise<void> {
  for (const { name, value } of await context.cookies(origin)) {
    const parts = value.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    collection.found.push({ source: `cookie ${name}`, text: `${name}=${value}\n${parts.join('\n')}` });
  }
}

async function crawl(page: Page, portal: DemoPortal): Promise<Collection> {
  const context = page.context();
  const origin = originOf(portal.hostname);
  const collection = new Collection(origin);
  collection.watch(context);
  await page.goto(`${origin}/sign-in`);
  await page.waitForLoadState('networkidle');
  await askForEverything(context, origin, collection);
  await signIn(page, portal);
  const visited = await visitPages(page, origin);
  expect([...visited], 'pages for members').toEqual(expect.arrayContaining(['/', '/profile', '/sessions']));
  await askForEverything(context, origin, collection);
  await collectCookies(context, origin, collection);
  await collection.settled();
  expect(collection.found.length).toBeGreaterThan(4 * PATHS.length);
  expect(collection.files().size).toBeGreaterThan(15);
  return collection;
}

function leaks({ found }: Collection, { hostname, name }: DemoPortal): string[] {
  const foreign = foreignNames({ name });
  return found.flatMap(({ source, text }) => {
    const rest = text
      .replaceAll(hostname, '')
      .replaceAll(hostname === CUSTOM.hostname ? WAY_BACK : hostname, '');
    const platform = PLATFORM.exec(rest);
    const names = foreign.filter((other) => rest.includes(other));
    const excerpt = platform ? [rest.slice(Math.max(0, platform.index - 60), platform.index + 60)] : [];
    return [...excerpt, ...names].map((what) => `${source}: …${what}…`);
  });
}

test(`nothing at ${CUSTOM.hostname} names the platform or another tenant`, async ({ page, consoleWatch }) => {
  test.slow();
  consoleWatch.expectConsoleErrors(/40\d/);
  const collection = await crawl(page, CUSTOM);
  expect(leaks(collection, CUSTOM)).toEqual([]);
  expect(withMetadata(collection)).toEqual([]);
});

test('nothing does at a partner’s subdomain with pictures, a card and CSS of its own', async ({
  page,
  browser,
  consoleWatch,
}) => {
  test.slow();
  consoleWatch.expectConsoleErrors(/40\d/);
  const partner = await openDressedPartner(browser);
  const collection = await crawl(page, partner);
  expect(leaks(collection, partner)).toEqual([]);
  const came = pictures(collection).map(({ source }) => source);
  const addresses = ['logo', 'logo-dark', 'favicon', 'favicon-dark', 'app-icon', 'og'].map(
    (name) => `/brand/${name}.png`,
  );
  for (const address of [...addresses, '/favicon.ico', '/api/branding/assets/logo/']) {
    expect(
      came.some((source) => source.includes(address)),
      address,
    ).toBe(true);
  }
  expect(withMetadata(collection)).toEqual([]);
  const css = collection.found.find(({ source }) => source.startsWith('GET /brand/custom.css'));
  expect(css?.text).toContain('letter-spacing');
});

test('the search finds a name where there is one', async ({ page, consoleWatch }) => {
  test.slow();
  consoleWatch.expectConsoleErrors(/40\d/);
  const found = leaks(await crawl(page, PRIMARY), { ...PRIMARY, name: PARTNER.name });
  for (const source of ['/api/tenant', '/manifest.webmanifest', '/ (text/html)', '/api/openapi.json']) {
    expect(
      found.some((leak) => leak.includes(source)),
      source,
    ).toBe(true);
  }
});
