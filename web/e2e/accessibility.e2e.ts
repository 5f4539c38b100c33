/** Everybody can use a portal: axe finds nothing serious on any page, in any brand, in either palette; it fits 320 px. */
import { findSerious, showPalette } from './axe.ts';
import { enter, expect, originOf, PARTNER, PORTALS, signIn, test } from './portals.ts';

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

const SCHEMES = ['light', 'dark'] as const;

for (const portal of PORTALS) {
  test(`${portal.name}, light and dark: axe finds nothing serious`, async ({ page }) => {
    test.slow();
    const expectAccessible = async (face: string) => {
      for (const scheme of SCHEMES) {
        await showPalette(page, scheme);
        const rules = portal === PARTNER && scheme === 'light' ? null : OF_COLOURS;
        expect(await findSerious(page, rules), `${face}, ${scheme}`).toEqual([]);
      }
    };
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    const origin = originOf(portal.hostname);
    await page.goto(`${origin}/sign-in?error=email_unverified`);
    await expect(page.getByRole('alert')).toBeVisible();
    await expectAccessible('sign-in');

    await enter(page, portal);
    await expect(page.getByText('This device')).toBeVisible();
    await expectAccessible('dashboard');

    await page.getByRole('button', { name: /^Account of/ }).click();
    await expect(page.getByRole('menu')).toBeVisible();
    await expectAccessible('account menu');
    await page.keyboard.press('Escape');

    await page.keyboard.press('Control+k');
    await expect(page.getByRole('option').first()).toBeVisible();
    await expectAccessible('palette');

    // Each page loads in the palette in which the one before was left, the dark one, and is seen in both.
    for (const path of PAGES) {
      await page.goto(origin + path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.getByRole('main').getByRole('status')).toHaveCount(0);
      await expectAccessible(path);
    }
    await page.goto(`${origin}/branding`);
    await page.getByLabel('Terms').fill('nowhere');
    await page.getByLabel('Primary, light', { exact: true }).fill('#fefefe');
    await page.getByRole('button', { name: 'What changes' }).click();
    await page.getByRole('button', { name: 'Phone' }).click();
    await expectAccessible('a draft with mistakes');
    page.once('dialog', (dialog) => void dialog.accept());
    await page.goto(`${origin}/sessions`);
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await expect(page.getByRole('alertdialog')).toBeVisible();
    await expectAccessible('dialog');
  });
}

test('axe finds what is planted, in the page and in the preview in it', async ({ page }) => {
  await enter(page, PARTNER, { path: '/branding' });
  await expect(page.getByRole('main').getByRole('status')).toHaveCount(0);
  await page.getByRole('heading', { level: 1 }).evaluate((heading) => {
    heading.style.cssText = 'color: #eee; background: #fff';
  });
  const preview = page.getByRole('img', { name: /^Preview of/ }).frameLocator('iframe');
  await preview.locator('body').evaluate((body) => body.append(body.ownerDocument.createElement('img')));
  const findings = await findSerious(page, [...OF_COLOURS, 'image-alt']);
  expect(findings.map(({ id, where }) => [id, where.map((text) => text.split(':')[0])])).toEqual([
    ['color-contrast', [expect.stringContaining('h1')]],
    ['image-alt', [expect.stringMatching(/iframe.* img$/)]],
  ]);
});

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
  await enter(page, PARTNER);
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
