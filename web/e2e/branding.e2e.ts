/** An admin makes the portal theirs: a draft that nobody sees, colours that can be read, published, and taken back. */
import type { Page } from '@playwright/test';
import { CUSTOM, enter, expect, originOf, PARTNER, signIn, test } from './portals.ts';

const BRANDING = `${originOf(PARTNER.hostname)}/branding`;

async function openBranding(page: Page, arrive = enter): Promise<void> {
  await arrive(page, PARTNER);
  await page.getByRole('link', { name: 'Branding', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Branding' })).toBeVisible();
}

const primaryOf = (page: Page) =>
  page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--brand-primary').trim());

async function widthOfPicture(address: string | null): Promise<number> {
  const image = new Image();
  image.src = address ?? '';
  await image.decode();
  return image.naturalWidth;
}

test('a brand is drafted, mended, published, seen, and taken back', async ({ page, browser }) => {
  test.slow();
  const context = await browser.newContext();
  const visitor = await context.newPage();
  const headlineSeen = async (headline: string) => {
    // Others may see the previous brand for as long as an entry is fresh.
    await expect(async () => {
      await visitor.goto(`${originOf(PARTNER.hostname)}/sign-in`);
      await expect(visitor.getByRole('heading', { level: 1, name: headline })).toBeVisible({
        timeout: 1_000,
      });
    }).toPass({ timeout: 20_000 });
  };
  await openBranding(page);
  await page.getByLabel('Sign-in headline').fill('A fresh start');
  await expect(page.getByText('Draft · 1 change · saved')).toBeVisible();
  await headlineSeen(PARTNER.headline);

  await page.getByLabel('Primary, light', { exact: true }).fill('#fde047');
  await expect(page.getByText(/Contrast with the surface is 1\.\d+:1, it needs 3:1/)).toBeVisible();
  await expect(page.getByText('1 to mend before publishing')).toBeVisible();
  const publish = page.getByRole('button', { name: 'Publish', exact: true });
  await expect(publish).toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('button', { name: /^Use nearest passing/ }).click();
  const chosen = await page.getByLabel('Primary, light', { exact: true }).inputValue();
  await expect(page.getByText('Draft · 2 changes · saved')).toBeVisible();
  await page.getByRole('button', { name: 'What changes' }).click();
  const changes = page.getByRole('region', { name: 'What changes' });
  await expect(changes).toContainText('Sign-in headline');
  await expect(changes).toContainText(chosen);
  await page.getByLabel('Note for the history').fill('A fresher green');
  await publish.click();
  await expect(page.getByText('Version 2 is published')).toBeVisible();

  await page.goto(BRANDING);
  expect(await primaryOf(page), 'the publisher sees it on the next page').toBe(chosen);
  await headlineSeen('A fresh start');
  const card = await visitor.locator('meta[property="og:image"]').getAttribute('content');
  expect(await visitor.evaluate(widthOfPicture, card), 'the card of a link to it').toBe(1200);
  await visitor.goto(`${originOf(CUSTOM.hostname)}/sign-in`);
  await expect(visitor.getByRole('heading', { level: 1, name: CUSTOM.headline })).toBeVisible();

  const second = page.getByRole('listitem').filter({ hasText: 'Version 2' });
  await expect(second).toContainText('A fresher green');
  await expect(second).toContainText('Ada Lovelace');
  await page.getByRole('button', { name: 'What changed in version 2' }).click();
  await expect(second.getByRole('definition').filter({ hasText: chosen })).toBeVisible();
  await expect(second).toContainText('A fresh start');

  await page.getByRole('button', { name: 'Restore version 1' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Restore and publish' }).click();
  await expect(page.getByText('Version 3 is published')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Restored from 1' })).toBeVisible();
  await headlineSeen(PARTNER.headline);
  await context.close();
});

test('a restore keeps what was typed a moment ago, and the draft can be published after it', async ({
  page,
}) => {
  await openBranding(page);
  const tagline = page.getByLabel('Tagline');
  await tagline.fill('One');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(page.getByText(/^Version \d+ is published$/)).toBeVisible();
  const title = (await page.getByText(/^Version \d+ is published$/).textContent()) ?? '';
  const number = Number(title.match(/\d+/)?.[0]);
  await expect(page.getByText('No changes')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Restore version 1', exact: true })).toBeVisible();

  await tagline.fill('Typed a moment ago');
  await page.getByRole('button', { name: 'Restore version 1', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Restore and publish' }).click();
  await expect(page.getByText(`Version ${number + 1} is published`, { exact: true })).toBeVisible();
  await expect(tagline).toHaveValue('Typed a moment ago');
  await expect(
    page.getByText(`Version ${number + 1} was published after this draft was begun`),
  ).toBeVisible();

  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(page.getByText(`Version ${number + 2} is published`, { exact: true })).toBeVisible();
  await expect(page.getByText('in the meantime')).toHaveCount(0);
  await page.getByRole('button', { name: 'Restore version 1', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Restore and publish' }).click();
  await expect(page.getByText(`Version ${number + 3} is published`, { exact: true })).toBeVisible();
});

test('the preview shows both pages, in both palettes, on both devices', async ({ page }) => {
  await openBranding(page);
  const preview = page.getByRole('img', { name: /^Preview of/ });
  await expect(preview).toHaveAccessibleName('Preview of the sign-in page, light, on a desktop');
  const wide = await preview.boundingBox();
  await page.getByRole('button', { name: 'Phone' }).click();
  await page.getByRole('button', { name: 'Dashboard', exact: true }).click();
  await page.getByRole('button', { name: 'Dark', exact: true }).click();
  await expect(preview).toHaveAccessibleName('Preview of the dashboard page, dark, on a phone');
  const seen = preview.frameLocator('iframe');
  await expect(seen.locator('h1')).toContainText('Ada');
  await expect(seen.getByText('This device'), 'with what the member sees there').toBeVisible();
  const screen = await preview.boundingBox();
  expect((screen?.width ?? 0) / (screen?.height ?? 1)).toBeCloseTo(390 / 844, 2);
  expect(screen?.width).toBeLessThan(wide?.width ?? 0);
  const inside = () =>
    seen.locator('html').evaluate(({ ownerDocument: { defaultView, compatMode, activeElement } }) => ({
      width: defaultView?.innerWidth,
      compatMode,
      focused: activeElement?.tagName,
    }));
  expect(await inside(), 'a window of its own').toEqual({
    width: 390,
    compatMode: 'CSS1Compat',
    focused: 'BODY',
  });
  await expect(seen.getByText('Go to…'), 'the rail of wide screens').toBeHidden();
  await page.getByRole('button', { name: 'Desktop' }).click();
  await expect(seen.getByText('Go to…')).toBeVisible();

  // Only seen: no hand, no key and no shortcut reaches the pages in it.
  await preview.click({ position: { x: 20, y: 60 } });
  await page.getByRole('button', { name: 'Desktop' }).focus();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('IFRAME');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toHaveCount(1);
  await expect(seen.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(BRANDING);
  await expect(page.getByRole('heading', { level: 1, name: 'Branding' })).toBeVisible();
});

test('the preview that did not come says so, and the draft is kept', async ({ page, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/ERR_FAILED/);
  await openBranding(page);
  await expect(page.getByRole('img', { name: /^Preview of/ })).toBeVisible();
  const shell = /\/assets\/sign-in-(?!wording)[\w-]+\.js$/;
  await page.route(shell, (route) => route.abort());
  await page.reload();
  await expect(page.getByText('The preview could not be drawn')).toBeVisible();
  await page.getByLabel('Tagline').fill('Kept');
  await expect(page.getByText('Draft · 1 change · saved')).toBeVisible();
  await page.unroute(shell);
  await page.getByRole('button', { name: 'Load this page again' }).click();
  const seen = page.getByRole('img', { name: /^Preview of/ }).frameLocator('iframe');
  await expect(seen.getByText('Kept')).toBeVisible();
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByText('No changes')).toBeVisible();
});

test('of two admins the second one is told, and loses nothing', async ({ page, browser, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/409/);
  await openBranding(page);
  const context = await browser.newContext();
  const other = await context.newPage();
  await openBranding(other, signIn);
  await other.getByLabel('Tagline').fill('Theirs');
  await expect(other.getByText('Draft · 1 change · saved')).toBeVisible();

  await page.getByLabel('Tagline').fill('Mine');
  await expect(page.getByText('Ada Lovelace changed the brand in the meantime')).toBeVisible();
  await expect(page.getByLabel('Tagline')).toHaveValue('Mine');
  await page.getByRole('button', { name: 'Keep my draft' }).click();
  await expect(page.getByText('Draft · 1 change · saved')).toBeVisible();
  await other.reload();
  await expect(other.getByLabel('Tagline')).toHaveValue('Mine');

  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByText('No changes')).toBeVisible();
  await context.close();
});

test('what is not saved is not left by accident', async ({ page }) => {
  await openBranding(page);
  await page.getByLabel('Terms').fill('ftp://nowhere');
  await expect(page.getByText('not saved, some fields are not valid')).toBeVisible();
  await page.getByRole('link', { name: 'Dashboard', exact: true }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Leave without saving?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByLabel('Terms')).toHaveValue('ftp://nowhere');
  await page.getByRole('link', { name: 'Dashboard', exact: true }).click();
  await dialog.getByRole('button', { name: 'Leave' }).click();
  await expect(page).toHaveTitle(`Dashboard · ${PARTNER.name}`);
});

test('a client is not offered it, and is refused', async ({ page }) => {
  await enter(page, PARTNER, { person: 'Grace Hopper' });
  await expect(page.getByRole('link', { name: 'Branding', exact: true })).toHaveCount(0);
  await page.goto(BRANDING);
  await expect(page.getByText('You cannot open this')).toBeVisible();
});
