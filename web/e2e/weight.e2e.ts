/** A first visit is light: what a page needs before it can be used stays within its budget. */
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { enter, expect, originOf, PARTNER, test } from './portals.ts';

const FIRST_VISIT_BYTES = 130_000;
/** The frame, its navigation and one page; what floats comes when it is asked for. */
const MEMBERS_PAGE_BYTES = 132_000;
/** The contract's schemas and an admin's checklist come when the page is idle; nothing waits for them. */
const WHEN_IDLE = /ZodError|\{offset:!0\}|Finish setting up/;

/** Gzipped bytes of all scripts that `visit` loads, for a browser that has none of them yet. */
async function weighScripts(page: Page, visit: () => Promise<void>): Promise<number> {
  const weights: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return;
    weights.push(
      response
        .body()
        .then((body) => (WHEN_IDLE.test(body.toString('latin1')) ? 0 : gzipSync(body, { level: 9 }).length)),
    );
  });
  await visit();
  const total = (await Promise.all(weights)).reduce((sum, weight) => sum + weight, 0);
  page.removeAllListeners('response');
  return total;
}

test('the sign-in page needs at most 130 kB of script', async ({ page }) => {
  const weight = await weighScripts(page, async () => {
    await page.goto(originOf(PARTNER.hostname));
    await expect(page.getByRole('button', { name: 'Continue with GitHub' })).toBeVisible();
  });
  expect(weight).toBeGreaterThan(50_000);
  expect(weight).toBeLessThanOrEqual(FIRST_VISIT_BYTES);
});

test('each page for members needs at most 132 kB of script', async ({ page, browser }) => {
  await enter(page, PARTNER);
  const storageState = await page.context().storageState();
  for (const path of ['/', '/profile', '/sessions']) {
    const fresh = await browser.newContext({ storageState });
    const visitor = await fresh.newPage();
    const weight = await weighScripts(visitor, async () => {
      await visitor.goto(originOf(PARTNER.hostname) + path);
      await expect(visitor.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(visitor.getByRole('button', { name: /^Account of/ })).toBeVisible();
    });
    expect(weight, path).toBeGreaterThan(50_000);
    expect(weight, path).toBeLessThanOrEqual(MEMBERS_PAGE_BYTES);
    await fresh.close();
  }
});
