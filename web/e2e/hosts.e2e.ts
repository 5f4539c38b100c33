/** Hosts that are not open: a suspended tenant says so in its own brand, an unknown host says nothing about anybody. */
import {
  enter,
  expect,
  foreignNames,
  originOf,
  PARTNER,
  PLATFORM_NAME,
  PORTALS,
  SUSPENDED_HOSTNAME,
  SUSPENDED_NAME,
  test,
} from './portals.ts';

test('a suspended portal shows a notice in its own brand', async ({ page, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/403/);
  const response = await page.goto(originOf(SUSPENDED_HOSTNAME));
  expect(response?.status()).toBe(403);
  await expect(page.locator('body')).toContainText(SUSPENDED_NAME);
  await expect(page.getByRole('button', { name: /Continue with/ })).toHaveCount(0);
  const html = await page.content();
  for (const name of foreignNames({ name: SUSPENDED_NAME })) expect(html).not.toContain(name);
  expect(html).not.toContain('<script');
  expect(html).not.toMatch(PLATFORM_NAME);
});

test('an unknown host shows a page without any brand, and sets no cookie', async ({
  page,
  context,
  consoleWatch,
}) => {
  consoleWatch.expectConsoleErrors(/404/);
  for (const hostname of [
    'nobody.example',
    'nobody.cozyartzmedia.com',
    'partner1.cozyartzmedia.com.evil.test',
  ]) {
    const response = await page.goto(originOf(hostname));
    expect(response?.status(), hostname).toBe(404);
    const html = await page.content();
    for (const { name } of [...PORTALS, { name: SUSPENDED_NAME }]) expect(html).not.toContain(name);
    expect(html).not.toMatch(PLATFORM_NAME);
    expect(await context.cookies()).toEqual([]);
  }
});

test('a page that does not exist says so to members, inside their portal', async ({ page }) => {
  await enter(page, PARTNER, { path: '/no/such/page' });
  await expect(page.getByRole('heading', { level: 1, name: 'There is nothing here' })).toBeVisible();
  await page.getByRole('link', { name: 'Go to the dashboard' }).click();
  await expect(page).toHaveTitle(`Dashboard · ${PARTNER.name}`);
});
