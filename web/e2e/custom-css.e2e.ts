/** An admin restyles the portal beyond the tokens, is told what cannot be, and nobody else's portal changes. */
import type { FrameLocator, Page } from '@playwright/test';
import fc from 'fast-check';
import { keepPicture } from './pictures.ts';
import { CUSTOM, enter, expect, originOf, PARTNER, signIn, test } from './portals.ts';

const CSS = `/* Rounder, and in the brand's colour. */
:scope button {
  border-radius: 999px;
}
h1 {
  color: var(--brand-primary);
  letter-spacing: 0.01em;
}
`;

/** Of style sheets, good and bad. */
const PIECES = [
  ...'h1 .card :scope html body :root * a:hover { } { } ( ) ; : , & > @media(width>1px){ @supports(color:red){'.split(
    ' ',
  ),
  ...'color:red; color:navy} {color:red} background:linear-gradient(red,navy); position:fixed; --x:1; /* */ " \' !'.split(
    ' ',
  ),
  'h1{color:red}',
  '.card{padding:1rem}',
  ' ',
];

async function openBranding(page: Page, arrive = enter): Promise<void> {
  await arrive(page, CUSTOM);
  await page.getByRole('link', { name: 'Branding', exact: true }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Custom CSS' })).toBeVisible();
}

async function pictures(page: Page, name: string): Promise<void> {
  for (const width of [390, 1440]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      await keepPicture(page, `${name}-${width}-${colorScheme}`);
    }
  }
}

/** What the computed style says of `inert` alone. */
const OF_INERT = ['interactivity', 'user-select', 'cursor'];

/** Everything that a browser makes of the headline and of the first button, once nothing moves any more. */
async function looks(page: Page | FrameLocator): Promise<Record<string, Record<string, string>>> {
  return await page.locator('html').evaluate(async ({ ownerDocument }, without) => {
    await ownerDocument.fonts.ready;
    await Promise.all(ownerDocument.getAnimations().map(({ finished }) => finished.catch(() => {})));
    const found = ['h1', 'button'].map((name) => {
      const element = ownerDocument.querySelector(`main ${name}`);
      const style = element === null ? undefined : ownerDocument.defaultView?.getComputedStyle(element);
      const properties = [...(style ?? [])].filter((property) => !without.includes(property));
      return [name, Object.fromEntries(properties.map((key) => [key, style?.getPropertyValue(key) ?? '']))];
    });
    return Object.fromEntries(found);
  }, OF_INERT);
}

const radiusOfButton = (page: Page) =>
  page
    .getByRole('button', { name: 'Continue with GitHub' })
    .evaluate((button) => getComputedStyle(button).borderRadius);

test('custom CSS is written, mended by its line, published, and seen here alone', async ({
  page,
  browser,
}) => {
  test.slow();
  await openBranding(page);
  const editor = page.getByRole('textbox', { name: 'Custom CSS' });
  await editor.fill(`${CSS}button {\n  position: fixed;\n}\n`);
  await expect(
    page.getByRole('listitem').filter({ hasText: 'Line 10: position: fixed is not allowed' }),
  ).toBeVisible();
  await expect(editor).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('· 1 to mend before publishing')).toBeVisible();
  const publish = page.getByRole('button', { name: 'Publish', exact: true });
  await expect(publish).toHaveAttribute('aria-disabled', 'true');
  // The tab key leads on, as everywhere.
  await editor.press('Tab');
  await expect(editor).not.toBeFocused();
  await page.getByLabel('Say who this portal is powered by').check();
  await pictures(page, 'custom-css-panel');

  await editor.fill(CSS);
  await expect(page.getByText('One line is not allowed')).toHaveCount(0);
  const preview = page.getByRole('img', { name: /^Preview of/ }).frameLocator('iframe');
  await page.getByLabel('Sign-in headline').fill('Seen before it is published');
  await expect(preview.locator('h1')).toHaveText('Seen before it is published');
  await expect.poll(async () => (await looks(preview)).button?.['border-top-left-radius']).toBe('999px');
  await expect(preview.getByText('Powered by')).toBeHidden();
  const previewed = { light: await looks(preview), dark: {} };
  expect(Object.keys(previewed.light['h1'] ?? {}).length, 'properties').toBeGreaterThan(100);
  await page.getByRole('button', { name: 'Dark', exact: true }).click();
  await expect.poll(async () => (await looks(preview)).h1?.['color']).not.toBe(previewed.light.h1?.['color']);
  previewed.dark = await looks(preview);
  await expect(page.getByText('Draft · 3 changes · saved')).toBeVisible();
  await publish.click();
  await expect(page.getByText(/Version \d+ is published/)).toBeVisible();

  // The panel keeps its own look, whatever it published.
  await page.reload();
  await expect(editor).toHaveValue(CSS);
  expect(
    await publish.evaluate((button) => getComputedStyle(button).borderRadius),
    'no rule reaches the panel',
  ).not.toBe('999px');

  const context = await browser.newContext();
  const visitor = await context.newPage();
  await expect(async () => {
    await visitor.goto(`${originOf(CUSTOM.hostname)}/sign-in`);
    await expect(visitor.getByText('Powered by')).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  expect(await radiusOfButton(visitor)).toBe('999px');
  // The page is what its preview was, on a screen of the same size.
  await visitor.setViewportSize({ width: 1280, height: 800 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await visitor.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await visitor.evaluate(() => document.fonts.ready);
    expect(await looks(visitor), colorScheme).toEqual(previewed[colorScheme]);
  }
  const by = visitor.getByRole('contentinfo').getByRole('link', { name: 'Cozyartz Media Group' });
  await expect(by).toHaveAttribute('href', 'https://cozyartzmedia.com');
  await expect(by).toHaveAttribute('rel', 'noopener');
  await pictures(visitor, 'custom-css-sign-in');
  await page.goto(`${originOf(CUSTOM.hostname)}/`);
  await expect(page.getByText('This device')).toBeVisible();
  await expect(page.getByText('Powered by')).toBeVisible();
  await pictures(page, 'custom-css-dashboard');

  await visitor.goto(`${originOf(PARTNER.hostname)}/sign-in`);
  await expect(visitor.getByRole('heading', { level: 1 })).toBeVisible();
  expect(await radiusOfButton(visitor)).not.toBe('999px');
  await expect(visitor.getByText('Powered by')).toHaveCount(0);

  await page.goto(`${originOf(CUSTOM.hostname)}/branding`);
  await page.getByRole('button', { name: 'Restore version 1' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Restore and publish' }).click();
  await expect(page.getByText(/Version \d+ is published/)).toBeVisible();
  await expect(async () => {
    await visitor.goto(`${originOf(CUSTOM.hostname)}/sign-in`);
    await expect(visitor.getByRole('heading', { level: 1 })).toBeVisible();
    expect(await radiusOfButton(visitor)).not.toBe('999px');
  }).toPass({ timeout: 20_000 });
  await context.close();
});

test('what hides, loads or reaches out is not in a browser’s sheet, however it is written', async ({
  page,
}) => {
  test.slow();
  await openBranding(page);
  const requested: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('evil')) requested.push(request.url());
  });
  const hostile = [
    '@import "//evil.test/a.css";',
    'h1 { background: url(//evil.test/b) }',
    'h1 { background: \\75 rl(//evil.test/c) }',
    'h1 { background: image-set("//evil.test/d" 1x) }',
    'h1 { color: red } } @layer x { html { color: red',
    'html, :root, h1 { color: red }',
    ':not(#root *) { color: red }',
    'h1 { --x: url(//evil.test/e); background: var(--x) }',
    '</style><img src="//evil.test/f">',
  ];
  const samples = fc.sample(
    fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.constantFrom(...hostile)), { maxLength: 25 }),
    { numRuns: 200 },
  );
  const sheets = await page.evaluate(
    async (texts) => {
      const results = [];
      for (const css of texts) {
        const answer = await fetch('/api/branding/custom-css', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ css }),
        });
        const out = ((await answer.json()) as { css: string }).css;
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(`@scope (#root) to ([data-plain]){${out}}`);
        const around = [document.documentElement, document.body];
        const look = () => around.map((element) => JSON.stringify(Object.values(getComputedStyle(element))));
        const before = look().join();
        document.adoptedStyleSheets.push(sheet);
        const reached = look().join() !== before;
        document.adoptedStyleSheets.pop();
        results.push({ css, out, reached, rules: [...sheet.cssRules].map(({ cssText }) => cssText) });
      }
      return results;
    },
    [...hostile, hostile.join('\n'), ...samples.map((pieces) => pieces.join('')).filter(Boolean)],
  );
  for (const { css, out, reached, rules } of sheets) {
    expect(rules, css).toHaveLength(1);
    expect(rules[0], css).toMatch(/^@scope \(#root\) to \(\[data-plain\]\) \{/);
    expect(`${out}${rules[0]}`, css).not.toMatch(/url|import|evil|<|@layer|position|--x:/);
    expect(reached, css).toBe(false);
  }
  expect(sheets.filter(({ out }) => out !== '').length, 'some of it passes').toBeGreaterThan(5);
  expect(requested).toEqual([]);
});

test('a font is fetched where it is worn, and nowhere else', async ({ page }) => {
  test.slow();
  const fonts: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'font') fonts.push(new URL(request.url()).pathname);
  });
  await openBranding(page, signIn);
  expect(fonts.length).toBeGreaterThan(0);
  expect(fonts.filter((path) => !/^\/assets\/geist-/.test(path))).toEqual([]);
  await page.getByLabel('Font', { exact: true }).selectOption('Lora');
  await expect.poll(() => fonts.some((path) => /^\/assets\/lora-latin-/.test(path))).toBe(true);
  await expect(page.getByText('Draft · 1 change · saved')).toBeVisible();
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByText('No changes')).toBeVisible();
});
