/**
 * What the browser tests share: the demo portals and what is promised about each, signing in by clicking through a
 * provider, and an eye on the console. An unexpected error there fails the test that caused it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as base, type ConsoleMessage, type Cookie, expect, type Page } from '@playwright/test';
import PostalMime, { type Email } from 'postal-mime';
import type { Provider } from '../../contract/tenants.ts';
import { currentBrowserPortal, portalOrigin } from '../../scripts/local/browser-portal.ts';

export { expect };

export interface DemoPortal {
  readonly hostname: string;
  readonly name: string;
  readonly headline: string;
  readonly plan: string;
  /** What the invitation of the seed makes of Ada. */
  readonly rolesOfAda: string;
}

export const PRIMARY: DemoPortal = {
  hostname: 'cozyartzmedia.com',
  name: 'Cozyartz Media Group',
  headline: 'Welcome back to the studio',
  plan: 'Enterprise',
  rolesOfAda: 'Super admin',
};
export const PARTNER: DemoPortal = {
  hostname: 'partner1.cozyartzmedia.com',
  name: 'Partner One',
  headline: 'Your campaigns, at a glance',
  plan: 'Growth',
  rolesOfAda: 'Admin',
};
export const CUSTOM: DemoPortal = {
  hostname: 'partner-seo.com',
  name: 'Partner SEO',
  headline: 'See where you rank today',
  plan: 'Growth',
  rolesOfAda: 'Admin',
};
export const PORTALS = [PRIMARY, PARTNER, CUSTOM] as const;
export const SUSPENDED_HOSTNAME = 'paused.cozyartzmedia.com';
export const SUSPENDED_NAME = 'Paused Partner';
/** The platform's own name, which no portal may show. */
export const PLATFORM_NAME = /marquee/i;

export const PROVIDER_NAMES: Record<Provider, string> = { github: 'GitHub', google: 'Google' };

/** The names that nobody may see at `portal`. A host's own name is no leak, hence names and not domains. */
export function foreignNames(portal: { name: string }): string[] {
  return [...PORTALS.map(({ name }) => name), SUSPENDED_NAME].filter((name) => name !== portal.name);
}

const SESSION_COOKIE = '__Host-session';

export function originOf(hostname: string): string {
  return portalOrigin(currentBrowserPortal(), hostname);
}

interface SignInOptions {
  readonly provider?: Provider;
  readonly person?: string;
  readonly origin?: string;
}

/** From the sign-in page through the provider to the dashboard. */
export async function signIn(page: Page, portal: DemoPortal, options: SignInOptions = {}): Promise<void> {
  const { provider = 'github', person = 'Ada Lovelace', origin = originOf(portal.hostname) } = options;
  await page.goto(`${origin}/sign-in`);
  await continueWith(page, provider, person);
  await expectDashboard(page, portal, person);
}

interface EnterOptions {
  readonly person?: string;
  /** Where to, instead of the dashboard. */
  readonly path?: string;
}

/** Of this Playwright worker, whose stack they belong to: the session of each person at each portal. */
const sessions = new Map<string, Cookie[]>();
const keyOf = (portal: DemoPortal, person: string) => `${portal.hostname} ${person}`;

/**
 * A member at a page, for tests that are about something else than signing in: the first one clicks through, those after
 * it go on with that session. What ends the session itself is a test for `signIn`, or says so by `forgetSession`.
 */
export async function enter(page: Page, portal: DemoPortal, options: EnterOptions = {}): Promise<void> {
  const { person = 'Ada Lovelace', path = '/' } = options;
  const origin = originOf(portal.hostname);
  const context = page.context();
  const kept = sessions.get(keyOf(portal, person));
  if (kept === undefined) {
    await signIn(page, portal, { person });
    const all = await context.cookies(origin);
    sessions.set(
      keyOf(portal, person),
      all.filter(({ name }) => name === SESSION_COOKIE),
    );
    if (path !== '/') await page.goto(origin + path);
    return;
  }
  // Cookies know no port, and this prefix wants https of whoever sets one from outside of a page.
  const url = `https://${new URL(origin).hostname}`;
  await context.addCookies(
    kept.map(({ name, value }) => ({ name, value, url, secure: true, httpOnly: true, sameSite: 'Lax' })),
  );
  await page.goto(origin + path);
  if (path === '/') await expectDashboard(page, portal, person);
  else await expect(page.getByRole('button', { name: new RegExp(`^Account of ${person}`) })).toBeVisible();
}

/** After what ends this person's sessions everywhere. */
export function forgetSession(portal: DemoPortal, person: string): void {
  sessions.delete(keyOf(portal, person));
}

async function expectDashboard(page: Page, portal: DemoPortal, person: string): Promise<void> {
  await expect(page).toHaveTitle(`Dashboard · ${portal.name}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(person.split(' ')[0] ?? person);
}

/** On the sign-in page: presses the button, then picks a person at the provider. */
export async function continueWith(page: Page, provider: Provider, person: string): Promise<void> {
  await page.getByRole('button', { name: `Continue with ${PROVIDER_NAMES[provider]}` }).click();
  await expect(page.getByRole('heading', { name: `Sign in to ${PROVIDER_NAMES[provider]}` })).toBeVisible();
  await page.getByRole('button', { name: person }).click();
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByText('You are signed out')).toBeVisible();
}

/** Asks a path of the page's own origin from within the page, with its cookies. */
export function ask(page: Page, path: string, method = 'GET'): Promise<{ status: number; body: string }> {
  return page.evaluate(
    async ([path, method]) => {
      const response = await fetch(path, { method });
      return { status: response.status, body: await response.text() };
    },
    [path, method] as const,
  );
}

interface ConsoleWatch {
  /** Errors that this test provokes, by what the console says or the address it names. */
  expectConsoleErrors(pattern: RegExp): void;
}

/** A visitor's first question, `GET /api/me`, is answered by 401, which Chromium writes into the console. */
function isVisitorsQuestion(message: ConsoleMessage): boolean {
  return message.text().includes('401') && new URL(message.location().url).pathname === '/api/me';
}

export const test = base.extend<{ consoleWatch: ConsoleWatch }>({
  consoleWatch: [
    async ({ context }, use) => {
      const unexpected: string[] = [];
      const expected: RegExp[] = [];
      const note = (text: string) => {
        if (!expected.some((pattern) => pattern.test(text))) unexpected.push(text);
      };
      context.on('console', (message) => {
        const { url } = message.location();
        // The providers are not ours to keep tidy.
        if (message.type() !== 'error' || url.startsWith('http://127.0.0.1:')) return;
        if (url !== '' && isVisitorsQuestion(message)) return;
        note(`${message.text()} (${url})`);
      });
      context.on('weberror', (error) => note(String(error.error())));
      await use({ expectConsoleErrors: (pattern) => expected.push(pattern) });
      expect(unexpected, 'errors in the console').toEqual([]);
    },
    { auto: true },
  ],
});

/** The newest mail to this address, as a mail program reads it; waits for it. */
export async function mailTo(address: string): Promise<Email> {
  const { mailDirectory } = currentBrowserPortal();
  let found: string | undefined;
  await expect(() => {
    const names = readdirSync(mailDirectory).filter((name) => name.endsWith(`-${address}.eml`));
    found = names.sort().at(-1);
    expect(found, `a mail to ${address}`).toBeDefined();
  }).toPass({ timeout: 15_000 });
  return PostalMime.parse(readFileSync(join(mailDirectory, found ?? '')));
}
