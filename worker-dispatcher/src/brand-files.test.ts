import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { bootSchema } from '../../contract/boot.ts';
import { BRAND_FILES, type BrandFile, brandFileAddress, brandFileKey } from '../../contract/brand-files.ts';
import { IMAGE_SLOTS } from '../../contract/branding.ts';
import type { TenantId } from '../../contract/tenants.ts';
import { openPortalWorld } from './testing.ts';

const OWNER = 'partner-seo' as TenantId;
const OTHER = 'partner1' as TenantId;

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
});

/** A hash that no other test has stored: the bucket is shared by the tests of a file. */
function freshHash(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex();
}

/** Whatever its content type says: the stand-ins for pictures are words. */
async function textOf(response: Response): Promise<string> {
  return new TextDecoder().decode(await response.arrayBuffer());
}

const image = (hash: string) => ({ hash, width: 320, height: 80 });

describe('A file of the brand', () => {
  test.each([...IMAGE_SLOTS, 'socialCard', 'stylesheet'] as BrandFile[])(
    '%s is served by its content',
    async (file) => {
      const hash = freshHash();
      const { path, extension, contentType } = BRAND_FILES[file];
      await env.BRAND_FILES.put(brandFileKey(OWNER, hash, extension), `the ${file}`);
      const world = await openPortalWorld({
        brandAdditions:
          file === 'socialCard' || file === 'stylesheet'
            ? { [file]: hash }
            : { images: { [file]: image(hash) } },
      });
      const { response } = await world.visit(`${world.origin}${brandFileAddress(file, hash)}`);
      expect(response.status).toBe(200);
      expect(await textOf(response)).toBe(`the ${file}`);
      expect(response.headers.get('content-type')).toBe(contentType);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      // Other sites show the card of a link, and nothing else of a brand.
      expect(response.headers.get('cross-origin-resource-policy')).toBe(
        file === 'socialCard' ? 'cross-origin' : 'same-origin',
      );
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');

      const plain = (await world.visit(`${world.origin}${path}`)).response;
      expect(plain.headers.get('cache-control')).toBe('public, no-cache');
      expect(await textOf(plain)).toBe(`the ${file}`);
      const etag = plain.headers.get('etag') ?? '';
      const again = await world.visit(`${world.origin}${path}`, { headers: { 'if-none-match': etag } });
      expect(again.response.status).toBe(304);
      const head = await world.visit(`${world.origin}${path}`, { method: 'HEAD' });
      expect(head.response.headers.get('content-length')).toBe(String(`the ${file}`.length));
      expect(await head.response.text()).toBe('');
    },
  );

  test('that another tenant stored is nobody else’s, whatever a brand names', async () => {
    const hash = freshHash();
    await env.BRAND_FILES.put(brandFileKey(OTHER, hash, 'png'), 'theirs');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const world = await openPortalWorld({ brandAdditions: { images: { logo: image(hash) } } });
    const { response } = await world.visit(`${world.origin}/brand/logo.png?v=${hash.slice(0, 16)}`);
    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('brand_file_missing'));
  });

  test('that the published brand does not name is not there, though it is stored', async () => {
    const hash = freshHash();
    await env.BRAND_FILES.put(brandFileKey(OWNER, hash, 'png'), 'a draft');
    const world = await openPortalWorld();
    for (const path of [
      '/brand/logo.png',
      `/brand/logo.png?v=${hash.slice(0, 16)}`,
      `/brand/${hash}.png`,
      '/brand/',
    ]) {
      const { response } = await world.visit(`${world.origin}${path}`, {
        headers: { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      });
      expect(response.status, path).toBe(404);
    }
  });
});

describe('The page', () => {
  test('links what was uploaded, for both palettes', async () => {
    const image = (letter: string, edge: number) => ({ hash: letter.repeat(64), width: edge, height: edge });
    const images = {
      logo: image('a', 320),
      logoDark: image('b', 320),
      favicon: image('c', 64),
      faviconDark: image('d', 64),
      appIcon: image('e', 512),
    };
    const linksOf = async (additions: object) => {
      const world = await openPortalWorld({ brandAdditions: { images: additions } });
      const { response } = await world.visit(`${world.origin}/`, { navigate: true });
      const html = await response.text();
      const [, boot = ''] = /id="boot"[^>]*>([^<]*)</.exec(html) ?? [];
      expect(bootSchema.parse(JSON.parse(boot)).brand.images).toEqual(additions);
      return [...html.matchAll(/<link rel="(?:icon|apple-touch-icon|preload)"[^>]*>/g)].map(([link]) => link);
    };
    const address = (name: string, letter: string) => `href="/brand/${name}.png?v=${letter.repeat(16)}"`;
    const [light, dark] = ['media="(prefers-color-scheme: light)"', 'media="(prefers-color-scheme: dark)"'];
    expect(await linksOf(images)).toEqual([
      `<link rel="icon" ${address('favicon', 'c')} type="image/png" sizes="64x64" ${light}>`,
      `<link rel="icon" type="image/png" sizes="64x64" ${dark} ${address('favicon-dark', 'd')}>`,
      `<link rel="apple-touch-icon" sizes="512x512" ${address('app-icon', 'e')}>`,
      `<link rel="preload" as="image" ${light} ${address('logo', 'a')}>`,
      `<link rel="preload" as="image" ${dark} ${address('logo-dark', 'b')}>`,
    ]);
    expect(await linksOf({ logo: images.logo, favicon: images.favicon })).toEqual([
      `<link rel="icon" ${address('favicon', 'c')} type="image/png" sizes="64x64">`,
      `<link rel="preload" as="image" ${address('logo', 'a')}>`,
    ]);
  });
});
