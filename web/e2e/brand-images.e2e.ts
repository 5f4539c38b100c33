/** An admin brings a logo and a favicon: seen in the preview, and at this portal alone once they are published. */
import type { Page } from '@playwright/test';
import { png, pngChunks, textChunk, WEBP_ALPHA } from '../../contract/testing-images.ts';
import { CUSTOM, enter, expect, originOf, PLATFORM_NAME, PRIMARY, test } from './portals.ts';

const file = async (name: string, parts: Parameters<typeof png>[0]) => ({
  name,
  mimeType: 'image/png',
  buffer: Buffer.from(await png(parts)),
});

async function openBranding(page: Page): Promise<void> {
  await enter(page, PRIMARY, { path: '/branding' });
  await expect(page.getByRole('heading', { level: 2, name: 'Images' })).toBeVisible();
}

/** From within the page: Node does not know the hostnames of this machine. */
function fetchIn(
  page: Page,
  path: string,
): Promise<{ status: number; type: string | null; bytes: number[] }> {
  return page.evaluate(async (asked) => {
    const response = await fetch(asked);
    const bytes = [...new Uint8Array(await response.arrayBuffer())];
    return { status: response.status, type: response.headers.get('content-type'), bytes };
  }, path);
}

test('a logo and icons are uploaded, published, and seen here and nowhere else', async ({
  page,
  browser,
  consoleWatch,
}) => {
  test.slow();
  consoleWatch.expectConsoleErrors(/415|404/);
  await openBranding(page);
  await page.getByLabel('File for Logo', { exact: true }).setInputFiles({
    name: 'logo.png',
    mimeType: 'image/png',
    buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  });
  const logo = page.getByRole('listitem', { name: 'Logo', exact: true });
  await expect(logo.getByRole('alert')).toContainText('This kind of file is not taken');

  const described = [textChunk('Made with Marquee')];
  await page
    .getByLabel('File for Logo', { exact: true })
    .setInputFiles(await file('logo.png', { width: 1200, height: 300, chunks: described }));
  await expect(logo.getByRole('img', { name: 'Logo, on light ground' })).toBeVisible();
  await expect(logo).toContainText('1200 × 300 pixels');
  await page
    .getByLabel('File for Favicon', { exact: true })
    .setInputFiles(await file('icon.png', { width: 256, height: 256, color: [190, 24, 93, 255] }));
  await page
    .getByLabel('File for App icon', { exact: true })
    .setInputFiles(await file('app.png', { width: 600, height: 600 }));
  await expect(page.getByText('Draft · 3 changes · saved')).toBeVisible();
  const preview = page.getByRole('img', { name: /^Preview of/ }).frameLocator('iframe');
  await expect
    .poll(() => preview.locator('header img').evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(1200);

  await page.getByRole('button', { name: 'Remove App icon' }).click();
  await page.getByRole('button', { name: 'Undo removing App icon' }).click();
  await expect(page.getByText('Draft · 3 changes · saved')).toBeVisible();
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(page.getByText(/Version \d+ is published/)).toBeVisible();

  await page.goto(`${originOf(PRIMARY.hostname)}/`);
  await expect(page.getByRole('link', { name: PRIMARY.name }).getByRole('img')).toBeVisible();

  const context = await browser.newContext();
  const visitor = await context.newPage();
  // Others may see the previous brand for as long as an entry is fresh.
  await expect(async () => {
    await visitor.goto(`${originOf(PRIMARY.hostname)}/sign-in`);
    await expect(visitor.getByRole('img', { name: PRIMARY.name })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  const shown = await visitor
    .getByRole('img', { name: PRIMARY.name })
    .evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight, image.clientHeight]);
  expect(shown).toEqual([1200, 300, 45]);
  const linked = await visitor.evaluate(() =>
    [...document.querySelectorAll('link[rel=icon], link[rel=apple-touch-icon]')].map((link) =>
      (link.getAttribute('href') ?? '').replace(/\?v=[0-9a-f]{16}$/, ''),
    ),
  );
  expect(linked).toEqual(['/brand/favicon.png', '/brand/app-icon.png']);
  for (const path of ['/brand/logo.png', '/brand/favicon.png', '/favicon.ico', '/brand/app-icon.png']) {
    const { status, type, bytes } = await fetchIn(visitor, path);
    expect([path, status, type]).toEqual([path, 200, 'image/png']);
    const kinds = new Set(pngChunks(Uint8Array.from(bytes)).map((chunk) => chunk.type));
    expect([...kinds], path).toEqual(['IHDR', 'IDAT', 'IEND']);
    expect(new TextDecoder('latin1').decode(Uint8Array.from(bytes)), path).not.toMatch(PLATFORM_NAME);
  }
  const manifest = await fetchIn(visitor, '/manifest.webmanifest');
  expect(JSON.parse(new TextDecoder().decode(Uint8Array.from(manifest.bytes)))).toMatchObject({
    icons: [{ sizes: '512x512', type: 'image/png' }, {}],
  });

  await visitor.goto(`${originOf(CUSTOM.hostname)}/sign-in`);
  await expect(visitor.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(visitor.getByRole('img', { name: CUSTOM.name })).toHaveCount(0);
  expect((await fetchIn(visitor, '/brand/logo.png')).status).toBe(404);
  await context.close();

  // The other tests know this portal as it was.
  await page.goto(`${originOf(PRIMARY.hostname)}/branding`);
  const stamp = page.getByRole('listitem').filter({ hasText: 'Version 2' }).locator('svg image');
  await expect(stamp, 'history shows the logo').toHaveAttribute('href', /^\/api\/branding\/assets\/logo\//);
  await expect(page.getByRole('listitem').filter({ hasText: 'Version 1' }).locator('svg image')).toHaveCount(
    0,
  );
  await page.getByRole('button', { name: 'Restore version 1' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Restore and publish' }).click();
  await expect(page.getByText(/Version \d+ is published/)).toBeVisible();
});

test('an upload shows its progress, can be cancelled, and works by keyboard', async ({ page }) => {
  await openBranding(page);
  // The answer waits, so that there is something to cancel.
  await page.route('**/api/branding/assets/logo', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue().catch(() => {});
  });
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Upload Logo in the dark' }).focus();
  await page.keyboard.press('Enter');
  await (await choosing).setFiles({
    name: 'dark.webp',
    mimeType: 'image/webp',
    buffer: Buffer.from(WEBP_ALPHA),
  });
  await expect(page.getByRole('button', { name: 'Replace Logo in the dark' })).toBeVisible();

  await page
    .getByLabel('File for Logo', { exact: true })
    .setInputFiles(await file('logo.png', { width: 90, height: 30 }));
  await expect(page.getByRole('progressbar', { name: 'Uploading Logo' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel uploading Logo' }).click();
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^(Upload|Replace) Logo$/ })).toBeVisible();
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByText('No changes')).toBeVisible();
});
