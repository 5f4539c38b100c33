/** Everybody can use a portal: axe finds nothing serious on any page, in any brand, in either palette; it fits 320 px. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, originOf, PARTNER, PORTALS, signIn, test } from './portals.ts';

const PAGES = [
  '/profile',
  '/sessions?state=all',
  '/members',
  '/invitations',
  '/branding',
  '/settings/sign-in',
  '/no/such/page',
];

/** What a brand and a palette decide; all else is the same in each of them. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

async function expectAccessible(page: Page, face: string, rules: string[] | null): Promise<void> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (rules === null ? axe : axe.withRules(rules)).analyze();
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => ({
      id,
      help,
      where: nodes.map(({ target, any }) => `${target.join(' ')}: ${any[0]?.message}`),
    }));
  expect(serious, face).toEqual([]);
}

for (const portal of PORTALS) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${portal.name}, ${colorScheme}: axe finds nothing serious`, async ({ page }) => {
      test.slow();
      const rules = portal === PARTNER && colorScheme === 'light' ? null : OF_COLOURS;
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const origin = originOf(portal.hostname);
      await page.goto(`${origin}/sign-in?error=email_unverified`);
      await expect(page.getByRole('alert')).toBeVisible();
      await expectAccessible(page, 'sign-in', rules);

      await signIn(page, portal);
      await expect(page.getByText('This device')).toBeVisible();
      await expectAccessible(page, 'dashboard', rules);

      await page.getByRole('button', { name: /^Account of/ }).click();
      await expect(page.getByRole('menu')).toBeVisible();
      await expectAccessible(page, 'account menu', rules);
      await page.keyboard.press('Escape');

      await page.keyboard.press('Control+k');
      await expect(page.getByRole('option').first()).toBeVisible();
      await expectAccessible(page, 'palette', rules);

      for (const path of PAGES) {
        await page.goto(origin + path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(page.getByRole('main').getByRole('status')).toHaveCount(0);
        await expectAccessible(page, path, rules);
      }
      await page.goto(`${origin}/branding`);
      await page.getByLabel('Terms').fill('nowhere');
      await page.getByLabel('Primary, light', { exact: true }).fill('#fefefe');
      await page.getByRole('button', { name: 'What changes' }).click();
      await page.getByRole('button', { name: 'Phone' }).click();
      await expectAccessible(page, 'a draft with mistakes', rules);
      page.once('dialog', (dialog) => void dialog.accept());
      await page.goto(`${origin}/sessions`);
      await page.getByRole('button', { name: 'Sign out everywhere' }).click();
      await expect(page.getByRole('alertdialog')).toBeVisible();
      await expectAccessible(page, 'dialog', rules);
    });
  }
}

test('every page fits 320 pixels, and 640 at double zoom', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const origin = originOf(PARTNER.hostname);
  const expectFit = async (face: string) => {
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `${face} scrolls sideways`).toBeLessThanOrEqual(0);
  };
  await page.goto(`${origin}/sign-in?error=not_invited`);
  await expect(page.getByRole('status')).toBeVisible();
  await expectFit('sign-in');
  await signIn(page, PARTNER);
  for (const width of [320, 640]) {
    await page.setViewportSize({ width, height: 480 });
    for (const path of ['/', ...PAGES]) {
      await page.goto(origin + path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expectFit(`${path} at ${width}`);
    }
    await page.getByRole('button', { name: 'Menu' }).click();
    const sheet = page.getByRole('dialog', { name: 'Menu' });
    await expect(sheet).toContainText(PARTNER.name);
    await sheet.getByRole('link', { name: 'Profile' }).click();
    await expect(page).toHaveTitle(`Profile · ${PARTNER.name}`);
    await expect(sheet).toBeHidden();
  }
});

test('the palette that a reader chose is there before the first paint, and after a reload', async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await signIn(page, PARTNER);
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.addInitScript(() => {
    // Reads the palette as soon as there is a body, long before the app has run.
    new MutationObserver((_, observer) => {
      if (!document.body) return;
      observer.disconnect();
      Object.assign(globalThis, { themeAtFirst: document.documentElement.dataset['theme'] });
    }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(await page.evaluate(() => Reflect.get(globalThis, 'themeAtFirst'))).toBe('dark');
  expect(await background()).toBe(dark);
});
