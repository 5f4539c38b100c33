/**
 * What must work whichever releases meet: the pages of a portal, signing in and out, an admin's day. Answers are read
 * loosely, since an older Worker may give less and a newer one more. Called by the tests of this folder.
 */
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect } from 'vitest';
import type { BrandConfig } from '../../contract/branding.ts';
import { Browser, HOSTS } from '../../worker-tenant/tests/browser.ts';
import { expectSignedIn } from '../../worker-tenant/tests/portal.ts';
import { type Platform, startPlatform } from '../local/platform.ts';
import type { Portal } from '../local/portal.ts';
import type { Stack } from '../local/stack.ts';
import { preparePreviousRelease, type Release } from './previous-release.ts';

export const HOST = HOSTS.partnerSeo;
export const TENANT = 'partner-seo';
const COOKIE = '__Host-session';
const PURGE_CRON = '17 * * * *';
const TOKEN_SECONDS = 600;

export interface Visited {
  readonly stack: Stack;
  readonly portal: Portal;
  /** What of a brand this pair of releases publishes, beside its name. */
  readonly brand?: BrandConfig;
}

export interface Releases {
  readonly platform: Platform;
  readonly previous: Release;
}

/** A platform and the previous release, built, for the file that calls it. To be read in its hooks and tests. */
export function usePreviousRelease(): Releases {
  let started: Releases | null = null;
  beforeAll(async () => {
    const [platform, previous] = await Promise.all([startPlatform(), preparePreviousRelease()]);
    started = { platform, previous };
  }, 300_000);
  afterAll(() => started?.platform.stop());
  const there = (): Releases => {
    if (started === null) throw new Error('the previous release is not there yet');
    return started;
  };
  return {
    get platform() {
      return there().platform;
    },
    get previous() {
      return there().previous;
    },
  };
}

interface Me {
  readonly member: { readonly id: string; readonly email: string };
  readonly session: { readonly id: string; readonly idleExpiresAt: string };
}

let tours = 0;

/** Steps in their order; what one leaves behind, the next tour of the same database can begin with. */
export const TOUR: Readonly<Record<string, (visited: Visited) => Promise<void>>> = {
  async 'every portal is healthy, and the right one'({ portal }) {
    for (const [host, tenantId] of [
      [HOSTS.primary, 'cozyartzmedia'],
      [HOSTS.partnerOne, 'partner1'],
      [HOST, TENANT],
    ] as const) {
      const response = await new Browser(portal).request(host, '/api/health');
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ status: 'ok', tenant: { tenantId } });
    }
  },

  async 'the sign-in page wears the brand, and all that it asks for is there'({ portal }) {
    for (const host of Object.values(HOSTS)) {
      const browser = new Browser(portal);
      const { brand } = await json<{ brand: { name: string } }>(browser, host, '/api/tenant');
      const page = await browser.request(host, '/sign-in');
      expect(page.status).toBe(200);
      const html = await page.text();
      expect(titleOf(html)).toBe(brand.name);
      const files = [...html.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="(\/[^"]+)"/g)].map(
        ([, file = '']) => file.replaceAll('&amp;', '&'),
      );
      expect(files.length).toBeGreaterThan(3);
      for (const file of files) {
        const answer = await browser.request(host, file);
        expect([file, answer.status]).toEqual([file, 200]);
        expect(answer.headers.get('content-type')).not.toContain('text/html');
      }
    }
  },

  async 'members sign in by GitHub and by Google, and are who they are'({ portal }) {
    for (const provider of ['github', 'google'] as const) {
      const browser = new Browser(portal);
      expectSignedIn(await browser.signIn(HOST, provider, 'ada'));
      expect((await me(browser)).member.email).toBe('ada@example.test');
      expectSignedIn(await browser.signIn(HOSTS.primary, provider, 'grace'));
    }
  },

  async 'a session whose token has run out is renewed'({ stack, portal }) {
    const browser = await admin(portal);
    const { member, session } = await me(browser);
    await stack.sql`update sessions set last_seen_at = now() - interval '1 day',
      idle_expires_at = now() + interval '1 hour' where id = ${session.id}`;
    const key = stack.keys.sessions[0];
    if (key === undefined) throw new Error('no key signs sessions');
    const issuedAt = Math.floor(Date.now() / 1000) - TOKEN_SECONDS - 60;
    const old = await new SignJWT({ sid: session.id, tid: TENANT })
      .setProtectedHeader({ alg: 'HS256', typ: 'session+jwt', kid: key.kid })
      .setSubject(member.id)
      .setAudience(HOST)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + TOKEN_SECONDS)
      .sign(key);
    browser.jar(HOST).set(COOKIE, old);
    const renewed = await me(browser);
    expect(renewed.session.id).toBe(session.id);
    expect(Date.parse(renewed.session.idleExpiresAt)).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    expect(browser.jar(HOST).get(COOKIE)).not.toBe(old);
  },

  async 'a brand is drafted, published and seen'({ portal, brand = {} }) {
    tours += 1;
    await publishBrand(portal, { ...brand, name: `Tour ${tours}` });
    const page = await new Browser(portal).request(HOST, '/sign-in');
    expect(titleOf(await page.text())).toBe(`Tour ${tours}`);
  },

  async 'an invitation lets somebody in, and removing puts them out'({ stack, portal }) {
    const browser = await admin(portal);
    // One address is invited a few times a day.
    await stack.sql`update invitations
      set created_at = created_at - interval '2 days', sent_at = sent_at - interval '2 days'`;
    await change(browser, 'PUT', '/api/sign-up', { policy: 'invite' });
    const invited = { email: 'alan@example.test', role: 'client' };
    await change(browser, 'POST', '/api/invitations', invited);
    const alan = new Browser(portal);
    expectSignedIn(await alan.signIn(HOST, 'google', 'alan'));
    const { member } = await me(alan);
    await json(browser, HOST, '/api/invitations?state=all');
    await json(browser, HOST, '/api/members');
    await change(browser, 'DELETE', `/api/members/${member.id}`);
    expect((await alan.request(HOST, '/api/me')).status).toBe(401);
  },

  async 'an admin sees plan, sessions and OAuth clients'({ portal }) {
    const browser = await admin(portal);
    for (const path of ['/api/usage', '/api/sessions', '/api/oauth-clients']) await json(browser, HOST, path);
  },

  async 'who signs out is out'({ portal }) {
    const browser = await admin(portal);
    const left = await browser.change(HOST, 'POST', '/auth/sign-out');
    expect(left.status).toBeLessThan(400);
    expect((await browser.request(HOST, '/api/me')).status).toBe(401);
  },

  async 'what has expired is cleared away'({ portal }) {
    await portal.runJob(PURGE_CRON);
  },
};

/** All of it; an error says at which step. */
export async function takeTour(visited: Visited): Promise<void> {
  for (const [step, visit] of Object.entries(TOUR)) {
    await visit(visited).catch((error: unknown) => {
      const said = error instanceof Error ? error.message : String(error);
      throw new Error(`“${step}” does not hold: ${said}`, { cause: error });
    });
  }
}

interface BrandState {
  readonly revision: number;
  readonly published: { readonly number: number; readonly config: BrandConfig };
}

/** The seed invites Ada as an admin of each portal. */
export async function admin(portal: Portal): Promise<Browser> {
  const browser = new Browser(portal);
  expectSignedIn(await browser.signIn(HOST, 'github', 'ada'));
  return browser;
}

/** From draft to published; what is published afterwards is exactly this. */
export async function publishBrand(portal: Portal, config: BrandConfig): Promise<void> {
  const browser = await admin(portal);
  const before = await json<BrandState>(browser, HOST, '/api/branding');
  const basedOn = before.published.number;
  await change(browser, 'PUT', '/api/branding', { config, revision: before.revision, basedOn });
  const { revision } = await json<BrandState>(browser, HOST, '/api/branding');
  await change(browser, 'POST', '/api/branding/publish', { revision, basedOn });
  const after = await json<BrandState>(browser, HOST, '/api/branding');
  expect(after.published).toMatchObject({ number: basedOn + 1, config });
  await json(browser, HOST, '/api/branding/versions');
}

const me = (browser: Browser) => json<Me>(browser, HOST, '/api/me');

async function json<Body>(browser: Browser, host: string, path: string): Promise<Body> {
  const response = await browser.request(host, path);
  const body = await response.text();
  expect([path, response.status, response.ok ? '' : body]).toEqual([path, 200, '']);
  return JSON.parse(body) as Body;
}

async function change(
  browser: Browser,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  input?: unknown,
): Promise<void> {
  const response = await browser.change(HOST, method, path, input);
  if (!response.ok) throw new Error(`${method} ${path} answers ${response.status}: ${await response.text()}`);
}

const titleOf = (html: string) => /<title>([^<]*)<\/title>/.exec(html)?.[1];
