/** Pictures to be looked at, in artifacts/screenshots: taken when somebody asks for them (`npm run pictures`). */
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';

const FOLDER = fileURLToPath(new URL('../../artifacts/screenshots/', import.meta.url));

/** Kept as `<name>.png`; nothing is taken in a run that only tests. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (!process.env['MARQUEE_PICTURES']) return;
  await page.screenshot({ path: `${FOLDER}${name}.png`, fullPage: true });
}
