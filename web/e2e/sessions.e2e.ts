/** A member sees where they are signed in, ends what they do not want, and is believed at once. */
import {
  CUSTOM,
  continueWith,
  expect,
  forgetSession,
  originOf,
  PARTNER,
  signIn,
  signOut,
  test,
} from './portals.ts';

test('ending another browser’s session signs that browser out', async ({ page, browser, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/401/);
  const other = await browser.newContext({
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
  });
  const otherPage = await other.newPage();
  await signIn(otherPage, PARTNER, { person: 'Alan Turing' });
  await signIn(page, PARTNER, { person: 'Alan Turing' });

  await page.goto(`${originOf(PARTNER.hostname)}/sessions`);
  const row = page.getByRole('listitem').filter({ hasText: 'Firefox on Windows' });
  await expect(row).toHaveCount(1);
  await expect(page.getByRole('listitem').filter({ hasText: 'This device' })).toHaveCount(1);
  await page.getByRole('button', { name: 'Sign out Firefox on Windows' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Sign out Firefox on Windows?' });
  await dialog.getByRole('button', { name: 'Sign out' }).click();
  await expect(row).toHaveCount(0);
  await expect(dialog).toBeHidden();

  await otherPage.getByRole('link', { name: 'Sessions', exact: true }).click();
  await expect(otherPage).toHaveTitle(`Sign in · ${PARTNER.name}`);
  await expect(otherPage.getByRole('status')).toContainText('Your session has ended');
  await continueWith(otherPage, 'github', 'Alan Turing');
  await expect(otherPage, 'it leads back to where the member was').toHaveTitle(`Sessions · ${PARTNER.name}`);
  await other.close();
});

test('signing out everywhere ends this session and all others', async ({ page, browser, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/401/);
  const other = await browser.newContext();
  const otherPage = await other.newPage();
  await signIn(otherPage, PARTNER, { person: 'Grace Hopper' });
  await signIn(page, PARTNER, { person: 'Grace Hopper' });

  await page.goto(`${originOf(PARTNER.hostname)}/sessions`);
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page.getByText('You are signed out')).toBeVisible();
  forgetSession(PARTNER, 'Grace Hopper');

  await otherPage.reload();
  await expect(otherPage).toHaveTitle(`Sign in · ${PARTNER.name}`);
  await other.close();
});

test('signing out in one tab signs out the others', async ({ page, context }) => {
  await signIn(page, PARTNER);
  const second = await context.newPage();
  await second.goto(`${originOf(PARTNER.hostname)}/profile`);
  await expect(second.getByRole('heading', { level: 1, name: 'Profile' })).toBeVisible();

  await signOut(page);
  await expect(second).toHaveTitle(`Sign in · ${PARTNER.name}`);
  await expect(second.locator('body')).not.toContainText('Ada');
});

test('a second provider is connected by the member who asks for it, and signs the same member in', async ({
  page,
}) => {
  await signIn(page, CUSTOM, { person: 'Alan Turing', provider: 'github' });
  await page.getByRole('link', { name: 'Profile', exact: true }).click();
  const memberId = await page.locator('dd code').textContent();
  await page.getByRole('button', { name: 'Connect Google' }).click();
  await page.getByRole('button', { name: 'Alan Turing' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Google is connected' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Connect Google' })).toHaveCount(0);

  await signOut(page);
  await continueWith(page, 'google', 'Alan Turing');
  await page.getByRole('link', { name: 'Profile', exact: true }).click();
  await expect(page.locator('dd code')).toHaveText(memberId ?? '');
});

test('an account that belongs to somebody else here cannot be connected', async ({ page, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/\/auth\/callback/);
  await signIn(page, PARTNER, { person: 'Grace Hopper', provider: 'google' });
  await signOut(page);
  await signIn(page, PARTNER, { person: 'Ada Lovelace', provider: 'github' });
  await page.goto(`${originOf(PARTNER.hostname)}/profile`);
  await page.getByRole('button', { name: 'Connect Google' }).click();
  await page.getByRole('button', { name: 'Grace Hopper' }).click();
  await expect(page.getByRole('alert')).toContainText('That account is already in use here');
  await expect(page).toHaveTitle(`Profile · ${PARTNER.name}`);
});
