/** What a link to a portal is shown with, from publishing a brand to the picture that a crawler gets. Over HTTP. */
import { beforeAll, describe, expect, it } from 'vitest';
import { brandingSchema } from '../../../contract/brand-versions.ts';
import type { BrandConfig } from '../../../contract/branding.ts';
import { type Browser, HOSTS, hostOf } from '../../tests/browser.ts';
import { expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal();
const HOST = HOSTS.partnerOne;

let ada: Browser;
beforeAll(async () => {
  ada = test.browser();
  expectSignedIn(await ada.signIn(HOST, 'github', 'ada'));
}, 60_000);

async function publish(config: BrandConfig): Promise<number> {
  const before = brandingSchema.parse(await (await ada.request(HOST, '/api/branding')).json());
  const basedOn = before.published.number;
  const saved = await ada.change(HOST, 'PUT', '/api/branding', {
    config,
    revision: before.revision,
    basedOn,
  });
  const { revision } = (await saved.json()) as { revision: number };
  const response = await ada.change(HOST, 'POST', '/api/branding/publish', { revision, basedOn });
  expect(response.status).toBe(200);
  return ((await response.json()) as { number: number }).number;
}

/** As a crawler asks: nobody it remembers, no fetch metadata, and it takes whatever comes. */
function crawl(host: string, path: string): Promise<Response> {
  return test.browser().request(host, path, { headers: { 'user-agent': 'crawler/1.0', accept: '*/*' } });
}

/** Address of the card that a portal's page names. */
async function cardAddress(host: string): Promise<string | null> {
  const html = await (await crawl(host, '/')).text();
  return /<meta property="og:image" content="([^"]+)">/.exec(html)?.[1] ?? null;
}

describe('a link to a portal', () => {
  it('is shown with a card from the first publish on, and no other portal’s is', async () => {
    expect(await cardAddress(HOST)).toBeNull();
    expect((await crawl(HOST, '/brand/og.png')).status).toBe(404);

    const first = await publish({ name: 'First look', colors: { light: { primary: '#0f4c81' } } });
    const address = new URL((await cardAddress(HOST)) ?? '');
    expect([hostOf(address), address.pathname]).toEqual([HOST, '/brand/og.png']);
    const response = await crawl(HOST, address.pathname + address.search);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(response.headers.getSetCookie()).toEqual([]);
    const png = new DataView(await response.arrayBuffer());
    expect([png.getUint32(0), png.getUint32(16), png.getUint32(20)]).toEqual([0x89504e47, 1200, 630]);

    expect(await cardAddress(HOSTS.partnerSeo)).toBeNull();
    expect((await crawl(HOSTS.partnerSeo, address.pathname + address.search)).status).toBe(404);

    const second = await publish({ name: 'Second look' });
    const changed = await cardAddress(HOST);
    expect(changed).not.toBe(address.href);
    const restored = await ada.change(HOST, 'POST', `/api/branding/versions/${first}/restore`, {
      published: second,
    });
    expect(restored.status).toBe(200);
    expect(await cardAddress(HOST)).toBe(address.href);
  });
});
