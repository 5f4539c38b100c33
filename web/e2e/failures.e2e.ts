/** When something does not work, the portal says what, keeps what it has, and offers the next step. */
import type { Page } from '@playwright/test';
import { ERRORS, type ErrorCode, PROBLEM_CONTENT_TYPE, problem } from '../../contract/errors.ts';
import { enter, expect, originOf, PARTNER, test } from './portals.ts';

const REQUEST_ID = '01K9FAILURE';

async function refuse(page: Page, path: string, code: ErrorCode): Promise<void> {
  await page.route(`**${path}`, (route) =>
    route.fulfill({
      status: ERRORS[code].status,
      contentType: PROBLEM_CONTENT_TYPE,
      body: JSON.stringify(problem(code, REQUEST_ID)),
    }),
  );
}

test('a part that fails leaves the rest standing, and comes back', async ({ page, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/503/);
  await enter(page, PARTNER);
  await refuse(page, '/api/usage', 'data_unavailable');
  await page.reload();
  const note = page.getByRole('alert');
  await expect(note).toContainText('Your data cannot be reached right now');
  await expect(note).toContainText(REQUEST_ID);
  await expect(page.getByText('This device')).toBeVisible();

  await page.unroute('**/api/usage');
  await note.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Storage' })).toBeVisible();
  await expect(note).toHaveCount(0);
});

test('a portal that does not answer says so in its own brand, and recovers without a reload', async ({
  page,
  consoleWatch,
}) => {
  consoleWatch.expectConsoleErrors(/503/);
  await enter(page, PARTNER);
  await refuse(page, '/api/me', 'upstream_unavailable');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'The portal does not answer right now' })).toBeVisible();
  await expect(page.getByRole('banner')).toContainText(PARTNER.name);

  await page.unroute('**/api/me');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Ada');
});

test('what a role does not include is said, with the way back', async ({ page, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/403/);
  await enter(page, PARTNER);
  await refuse(page, '/api/me', 'permission_denied');
  await page.goto(`${originOf(PARTNER.hostname)}/profile`);
  await expect(page.getByRole('heading', { name: 'You cannot open this' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Go to the dashboard' })).toBeVisible();
});

test('without a connection the app stays, says so, and goes on when it is back', async ({
  page,
  context,
  consoleWatch,
}) => {
  consoleWatch.expectConsoleErrors(/ERR_INTERNET_DISCONNECTED|dynamically imported module/);
  await enter(page, PARTNER);
  await expect(page.getByText('This device')).toBeVisible();
  await context.setOffline(true);
  await expect(page.getByText('You are offline')).toBeVisible();
  await page.getByRole('link', { name: 'Sessions', exact: true }).click();
  await expect(page.getByRole('main')).toContainText('No connection');

  await context.setOffline(false);
  await expect(page.getByRole('heading', { level: 1, name: 'Sessions' })).toBeVisible();
  await expect(page.getByText('This device')).toBeVisible();
});
