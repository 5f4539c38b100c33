/** An admin sets up the portal's own OAuth client, tests it, switches it on, and people sign in with it. */
import type { Page } from '@playwright/test';
import postgres from 'postgres';
import type { Provider } from '../../contract/tenants.ts';
import { currentBrowserPortal } from '../../scripts/local/browser-portal.ts';
import {
  CUSTOM,
  continueWith,
  enter,
  expect,
  originOf,
  PARTNER,
  PLATFORM_NAME,
  PROVIDER_NAMES,
  signIn,
  signOut,
  test,
} from './portals.ts';

const SETTINGS = '/settings/sign-in';

/** Registers a client at the provider, as one does by hand there. */
async function createClientAt(page: Page, provider: Provider, callback: string) {
  const other = await page.context().newPage();
  await other.goto(`${originOf(PARTNER.hostname)}/auth/${provider}`);
  await other.goto(`${new URL(other.url()).origin}/new-client`);
  await other.getByLabel('Callback URL').fill(callback);
  await other.getByRole('button', { name: 'Create' }).click();
  const clientId = (await other.locator('#client-id').textContent()) ?? '';
  const clientSecret = (await other.locator('#client-secret').textContent()) ?? '';
  await other.close();
  return { clientId, clientSecret };
}

function cardOf(page: Page, hostname: string, provider: Provider) {
  return page
    .getByRole('region', { name: hostname, exact: true })
    .getByRole('region', { name: PROVIDER_NAMES[provider] });
}

/** The client that a test replaces is put back after it: the tests that come later sign in with it. */
async function keepingClient(provider: Provider, work: () => Promise<void>): Promise<void> {
  const sql = postgres(currentBrowserPortal().databaseUrl, { max: 1, onnotice: () => {} });
  const which = sql`hostname = ${PARTNER.hostname} and provider = ${provider}`;
  const [kept] = await sql<[{ client: postgres.JSONValue }]>`
    select to_jsonb(client) - 'key_id' as client from public.tenant_oauth_clients as client where ${which}`;
  try {
    await work();
  } finally {
    await sql.begin(async (transaction) => {
      await transaction`delete from public.tenant_oauth_clients where ${which}`;
      await transaction`
        insert into public.tenant_oauth_clients
          (tenant_id, hostname, provider, client_id, sealed_secret, enabled, created_at, updated_at, tested_at, revision)
        select tenant_id, hostname, provider, client_id, sealed_secret, enabled, created_at, updated_at, tested_at, revision
        from jsonb_populate_record(null::public.tenant_oauth_clients, ${sql.json(kept.client)})`;
    });
    await sql.end();
  }
}

test('a client is set up, tested, switched on, and signs people in', async ({ page, consoleWatch }) => {
  test.slow();
  consoleWatch.expectConsoleErrors(/\/auth\/callback/);
  await keepingClient('github', async () => {
    const origin = originOf(PARTNER.hostname);
    await signIn(page, PARTNER);
    await page.getByRole('link', { name: 'Sign-in', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Sign-in' })).toBeVisible();
    await expect(page.getByText('You cannot lock yourself out')).toBeVisible();
    const card = cardOf(page, PARTNER.hostname, 'github');

    // Away with what the stack has set up; the dialog names what that means.
    await card.getByRole('button', { name: 'Remove the GitHub client' }).click();
    const dialog = page.getByRole('alertdialog', {
      name: `Remove the GitHub client of ${PARTNER.hostname}?`,
    });
    await expect(dialog).toContainText('The standard GitHub client signs people in again');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await expect(dialog).toBeHidden();
    await expect(card).toContainText('Not set up');

    await card.getByRole('button', { name: /^Set up GitHub/ }).click();
    const callback = `${origin}/auth/callback`;
    await expect(card).toContainText(callback);
    await card.getByRole('button', { name: 'Save' }).click();
    await expect(card.getByText('Paste it from the provider')).toHaveCount(2);
    const client = await createClientAt(page, 'github', callback);
    await card.getByLabel('Client ID').fill(client.clientId);
    await card.getByLabel('Client secret').fill('not-the-secret');
    await card.getByRole('button', { name: 'Save' }).click();
    await expect(card).toContainText('Not tested');
    await expect(card).toContainText('A secret is stored');

    // The wrong secret is found out before anybody meets it.
    await card.getByRole('button', { name: 'Test sign-in with GitHub' }).click();
    await page.getByRole('button', { name: 'Grace Hopper' }).click();
    await expect(page.getByRole('alert')).toContainText('GitHub did not accept the client secret');
    await expect(page).toHaveURL(`${origin}${SETTINGS}`);
    await expect(card).toContainText('Not tested');
    await expect(card.getByRole('button', { name: 'Switch on GitHub' })).toHaveCount(0);

    await card.getByRole('button', { name: 'Replace the GitHub client' }).click();
    await expect(card.getByLabel('Client ID')).toHaveValue(client.clientId);
    await expect(card.getByLabel('Client secret')).toHaveValue('');
    await card.getByLabel('Client secret').fill(client.clientSecret);
    await card.getByRole('button', { name: 'Save' }).click();
    await card.getByRole('button', { name: 'Test sign-in with GitHub' }).click();
    await page.getByRole('button', { name: 'Grace Hopper' }).click();
    await expect(page.getByRole('main')).toContainText('The test sign-in with GitHub worked');
    await expect(card).toContainText('Tested, off');
    await card.getByRole('button', { name: 'Switch on GitHub' }).click();
    await expect(card).toContainText('It signs people in here.');
    await expect(page.locator('body')).not.toContainText(PLATFORM_NAME);
    // The test was Grace's; whoever is signed in is still Ada.
    await expect(page.getByRole('button', { name: /^Account of Ada/ })).toBeVisible();

    await signOut(page);
    const leaving = page.waitForRequest((request) => request.url().includes('/login/oauth/authorize'));
    await continueWith(page, 'github', 'Ada Lovelace');
    expect(new URL((await leaving).url()).searchParams.get('client_id')).toBe(client.clientId);
    await expect(page).toHaveTitle(`Dashboard · ${PARTNER.name}`);
  });
});

test('a custom domain’s page leads to each hostname, and names the way back in', async ({ page }) => {
  await enter(page, CUSTOM, { path: SETTINGS });
  const back = 'partner-seo.cozyartzmedia.com';
  await expect(page.getByText(`${originOf(back)}/auth/github?client=standard`)).toBeVisible();
  await cardOf(page, back, 'google')
    .getByRole('button', { name: /^Set up Google/ })
    .click();
  await expect(cardOf(page, back, 'google')).toContainText(`${originOf(back)}/auth/callback`);
  await expect(cardOf(page, back, 'google').getByLabel('Client ID')).toBeFocused();
});

test('a member without the permission is told so, and is not led there', async ({ page, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/403/);
  await enter(page, CUSTOM, { person: 'Grace Hopper' });
  await expect(page.getByRole('link', { name: 'Sign-in', exact: true })).toHaveCount(0);
  await page.goto(`${originOf(CUSTOM.hostname)}${SETTINGS}`);
  await expect(page.getByRole('main')).toContainText('You cannot open this');
});
