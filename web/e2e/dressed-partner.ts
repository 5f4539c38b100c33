/** A partner that has made everything of its brand its own: pictures that say how they were made, CSS, a published card. */
import type { Browser } from '@playwright/test';
import type { BrandConfig, BrandImages, ImageSlot } from '../../contract/branding.ts';
import { JPEG, png, textChunk, withExif } from '../../contract/testing-images.ts';
import { openPartner } from './fresh-partner.ts';
import { type DemoPortal, originOf, signIn } from './portals.ts';

/** What the files say of themselves; nobody may find it at the portal. */
const SOFTWARE = 'Made with Marquee for Cozyartz';
const CSS = 'h1 { letter-spacing: 0.02em }';

export async function openDressedPartner(browser: Browser): Promise<DemoPortal> {
  const partner = await openPartner({}, [], 'growth');
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, partner, { origin: originOf(partner.hostname) });
  const chunks = [textChunk(SOFTWARE)];
  const square = (edge: number) => png({ width: edge, height: edge, chunks });
  const files: Record<ImageSlot, Uint8Array> = {
    logo: await png({ width: 400, height: 100, chunks }),
    logoDark: withExif(JPEG, 1, SOFTWARE),
    favicon: await square(128),
    faviconDark: await square(96),
    appIcon: await square(600),
  };
  const images: BrandImages = {};
  const ask = (method: string, path: string, body: number[] | object) =>
    page.evaluate(
      async ([method, path, body]) => {
        const file = Array.isArray(body);
        const answer = await fetch(path, {
          method,
          headers: file ? {} : { 'content-type': 'application/json' },
          body: file ? new Uint8Array(body) : JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
        return (await answer.json()) as never;
      },
      [method, path, body] as const,
    );
  for (const slot of Object.keys(files) as ImageSlot[]) {
    images[slot] = await ask('PUT', `/api/branding/assets/${slot}`, [...files[slot]]);
  }
  const config: BrandConfig = { tagline: 'All our own', images, customCss: CSS };
  await ask('PUT', '/api/branding', { config, revision: 0, basedOn: 1 });
  await ask('POST', '/api/branding/publish', { revision: 1, basedOn: 1 });
  await context.close();
  return partner;
}
