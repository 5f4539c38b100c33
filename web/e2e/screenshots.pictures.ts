/** Keeps pictures of the main pages in three brands, to be looked at: artifacts/screenshots. */
import { keepPicture } from './pictures.ts';
import { expect, originOf, PORTALS, signIn, test } from './portals.ts';

const SIZES = [
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
] as const;

for (const portal of PORTALS) {
  test(`pictures of ${portal.name}`, async ({ page }) => {
    test.slow();
    const origin = originOf(portal.hostname);
    const slug = portal.name.toLowerCase().replaceAll(' ', '-');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const take = async (face: string) => {
      await page.evaluate(() => document.fonts.ready);
      for (const size of SIZES) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.setViewportSize(size);
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          // Two frames: the first one may still be painted in the palette before.
          await page.evaluate(
            () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
          );
          await keepPicture(page, `${slug}-${face}-${size.width}-${colorScheme}`);
        }
      }
    };
    await page.goto(`${origin}/sign-in`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await take('sign-in');
    await signIn(page, portal);
    await expect(page.getByText('This device')).toBeVisible();
    await take('dashboard');
    for (const face of ['profile', 'sessions', 'members', 'invitations', 'branding', 'settings/sign-in']) {
      await page.goto(`${origin}/${face}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.getByRole('main').getByRole('status')).toHaveCount(0);
      await take(face.replaceAll('/', '-'));
    }
  });
}
