/** A customer opens a portal, sees its brand and no other, signs in with either provider, comes back, and leaves. */
import {
  continueWith,
  expect,
  foreignNames,
  originOf,
  PARTNER,
  PLATFORM_NAME,
  PORTALS,
  PROVIDER_NAMES,
  signIn,
  signOut,
  test,
} from './portals.ts';

// Ada has an invitation on each portal; Grace comes without one, and sign-up is open.
const VISITS = [
  { provider: 'github', person: 'Ada Lovelace', firstName: 'Ada' },
  { provider: 'google', person: 'Grace Hopper', firstName: 'Grace' },
] as const;

for (const portal of PORTALS) {
  for (const { provider, person, firstName } of VISITS) {
    test(`${portal.name}: sign in with ${PROVIDER_NAMES[provider]}, reload, sign out`, async ({ page }) => {
      await page.goto(originOf(portal.hostname));

      await expect(page).toHaveTitle(`Sign in · ${portal.name}`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(portal.headline);
      await expect(page.getByRole('banner')).toContainText(portal.name);
      await expect(page.getByRole('button', { name: 'Continue with GitHub' })).toBeVisible();
      await expect(page.getByRole('button', { name: 'Continue with Google' })).toBeVisible();
      await expect(page.getByRole('link', { name: 'privacy policy' })).toBeVisible();
      await expectNoForeignName(await page.content(), portal);

      await continueWith(page, provider, person);
      await expect(page).toHaveTitle(`Dashboard · ${portal.name}`);
      const greeting = page.getByRole('heading', { level: 1, name: new RegExp(`^Good .+, ${firstName}$`) });
      await expect(greeting).toBeVisible();
      const role = provider === 'github' ? portal.rolesOfAda : 'Client';
      const standing = page.getByRole('main').locator('dl');
      await expect(standing).toContainText(portal.name);
      await expect(standing).toContainText(role);
      await expect(standing).toContainText(portal.plan);
      await expect(page.getByRole('heading', { name: 'AI calls this month' })).toBeVisible();
      await expect(page.getByText('This device')).toBeVisible();
      await expectNoForeignName(await page.content(), portal);

      await page.reload();
      await expect(greeting).toBeVisible();

      await page.getByRole('link', { name: 'Profile', exact: true }).click();
      await expect(page).toHaveTitle(`Profile · ${portal.name}`);
      await signOut(page);
      await page.goBack();
      await expect(page.getByRole('button', { name: 'Continue with GitHub' })).toBeVisible();
      await expect(page.getByRole('main')).not.toContainText(firstName);
    });
  }
}

function expectNoForeignName(html: string, portal: (typeof PORTALS)[number]): void {
  for (const name of foreignNames(portal)) expect(html).not.toContain(name);
  expect(html).not.toMatch(PLATFORM_NAME);
}

test('a page that was asked for is reached after signing in', async ({ page }) => {
  await page.goto(`${originOf(PARTNER.hostname)}/sessions?state=all`);
  await continueWith(page, 'github', 'Ada Lovelace');
  await expect(page).toHaveURL(/\/sessions\?state=all$/);
  await expect(page).toHaveTitle(`Sessions · ${PARTNER.name}`);
});

test('cancelling at the provider says so, and the way back is open', async ({ page, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/\/auth\/callback/);
  await page.goto(`${originOf(PARTNER.hostname)}/sign-in`);
  await page.getByRole('button', { name: 'Continue with Google' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();

  await expect(page.getByRole('status')).toContainText('Signing in was cancelled');
  await expect(page, 'code and state have left the address bar').toHaveURL(/\/sign-in$/);
  await continueWith(page, 'google', 'Grace Hopper');
  await expect(page).toHaveTitle(`Dashboard · ${PARTNER.name}`);
});

test('an account without a verified address is told what to do', async ({ page, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/\/auth\/callback/);
  await page.goto(`${originOf(PARTNER.hostname)}/sign-in`);
  await continueWith(page, 'github', 'Ghost');
  await expect(page.getByRole('alert')).toContainText('Your email address is not verified yet');
  await expect(page.getByRole('alert')).toContainText('Verify it in your GitHub or Google account');
  await expect(page.getByRole('button', { name: 'Copy request id' })).toBeVisible();
});

test('who is signed in is not shown the sign-in page', async ({ page }) => {
  await signIn(page, PARTNER);
  await page.goto(`${originOf(PARTNER.hostname)}/sign-in?next=/profile`);
  await expect(page).toHaveTitle(`Profile · ${PARTNER.name}`);
});

test('the keyboard alone signs in and out', async ({ page }) => {
  await page.goto(`${originOf(PARTNER.hostname)}/sign-in`);
  const button = page.getByRole('button', { name: 'Continue with GitHub' });
  await expect(button).toBeVisible();
  while (!(await button.evaluate((element) => element === document.activeElement)))
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');

  await expect(page.getByRole('heading', { name: 'Sign in to GitHub' })).toBeVisible();
  const person = page.getByRole('button', { name: 'Ada Lovelace' });
  while (!(await person.evaluate((element) => element === document.activeElement)))
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Ada');

  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();

  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('devices');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Sessions' })).toBeFocused();

  const account = page.getByRole('button', { name: /^Account of/ });
  await account.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('You are signed out')).toBeVisible();
});
