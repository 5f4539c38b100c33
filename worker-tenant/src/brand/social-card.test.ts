import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { brandFileKey } from '../../../contract/brand-files.ts';
import { type BrandConfig, FONTS } from '../../../contract/branding.ts';
import type { TenantId } from '../../../contract/tenants.ts';
import { makeBrandAssets } from './brand-assets.ts';
import { BrandFiles } from './brand-files.ts';
import { renderPixels, renderPng } from './svg-renderer.ts';

const TENANT = 'partner1' as TenantId;
const files = new BrandFiles(env.BRAND_FILES, TENANT);
const log = vi.spyOn(console, 'log');
// Machines that build are busy ones.
vi.setConfig({ testTimeout: 30_000 });

beforeEach(() => {
  log.mockReset().mockImplementation(() => {});
});

async function hashOf(tenantName: string, config: BrandConfig = {}): Promise<string | undefined> {
  return (await makeBrandAssets(files, { tenantName, config, requestId: 'request-1' })).socialCard;
}

async function cardOf(tenantName: string, config: BrandConfig = {}): Promise<Uint8Array<ArrayBuffer>> {
  const hash = await hashOf(tenantName, config);
  expect(log).not.toHaveBeenCalled();
  const stored = await env.BRAND_FILES.get(brandFileKey(TENANT, hash ?? '', 'png'));
  if (stored === null) throw new Error('the card is not stored');
  return new Uint8Array(await stored.arrayBuffer());
}

interface Picture {
  readonly chunks: string[];
  readonly width: number;
  readonly height: number;
  /** `#rrggbb` at a place. */
  at(x: number, y: number): string;
  /** How many pixels from a corner to another are not as the first of them. */
  drawn(left: number, top: number, right: number, bottom: number): number;
}

async function look(png: Uint8Array<ArrayBuffer>): Promise<Picture> {
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(png.buffer);
  const chunks: string[] = [];
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at))
    chunks.push(String.fromCharCode(...png.subarray(at + 4, at + 8)));
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const image = `<image width="${width}" height="${height}" href="data:image/png;base64,${png.toBase64()}"/>`;
  const { rgba } = await renderPixels(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${image}</svg>`,
  );
  const at = (x: number, y: number) => {
    const index = (y * width + x) * 4;
    return `#${rgba.slice(index, index + 3).toHex()}`;
  };
  const drawn = (left: number, top: number, right: number, bottom: number) => {
    let count = 0;
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) if (at(x, y) !== at(left, top)) count++;
    return count;
  };
  return { chunks, width, height, at, drawn };
}

const COLORS = { light: { primary: '#0b6e4f', accent: '#f2b134', surface: '#ffffff' } };
/** Where name and tagline are. */
const WORDS = [60, 320, 760, 600] as const;

describe('The card of a link', () => {
  test('is a PNG of 1200 × 630 without a word beside its picture', async () => {
    const card = await look(await cardOf('Partner One', { tagline: 'Found first', colors: COLORS }));
    expect([card.width, card.height]).toEqual([1200, 630]);
    expect([...new Set(card.chunks)]).toEqual(['IHDR', 'IDAT', 'IEND']);
  });

  test('wears the brand’s surface, colour and accent', async () => {
    const card = await look(await cardOf('Partner One', { colors: COLORS, radius: 0 }));
    expect(card.at(10, 10)).toBe('#ffffff');
    expect(card.at(84, 84)).toBe('#0b6e4f');
    const field = [];
    for (let y = 10; y < 630; y += 21) for (let x = 785; x < 1200; x += 21) field.push(card.at(x, y));
    expect(field).toContain('#0b6e4f');
    expect(field).toContain('#f2b134');
  });

  test('is the same for the same brand, and another one for another', async () => {
    const first = await hashOf('Partner One', { colors: COLORS });
    expect(await hashOf('Partner One', { colors: COLORS })).toBe(first);
    const others = [
      await hashOf('Partner Two', { colors: COLORS }),
      await hashOf('Partner One', { colors: COLORS, tagline: 'Found first' }),
      await hashOf('Partner One', { colors: COLORS, radius: 0 }),
      await hashOf('Partner One', { colors: COLORS, font: 'geist' }),
      await hashOf('Partner One', { colors: COLORS, monogram: 'X' }),
      await hashOf('Partner One', {}),
    ];
    expect(new Set([first, ...others]).size).toBe(others.length + 1);
  });

  test.each(FONTS)('sets words in %s', async (font) => {
    const card = await look(await cardOf('Żółw & <Söhne>', { tagline: 'Čas, ďábel, ťok', font }));
    expect(card.drawn(60, 390, 760, 500), 'the name').toBeGreaterThan(3000);
    expect(card.drawn(60, 516, 760, 570), 'the tagline').toBeGreaterThan(500);
  });

  test.each([
    ['of sixty letters without a space', 'W'.repeat(60)],
    ['of sixty letters in words', 'Königsberger Gesellschaft für nachhaltige Unternehmensführu'],
    ['with emoji, which are left out', '🚀 Café 👩🏽‍🚀🇨🇭'],
    ['of letters and accents that are two characters', 'Cafe\u0301'],
    ['with directions that nobody sees', 'Acme\u200f\u2066 Ltd\u2069'],
  ])('sets a name %s, inside its column', async (_what, name) => {
    const card = await look(await cardOf(name, { tagline: `${'m'.repeat(80)} ${'w'.repeat(39)}` }));
    expect(card.drawn(...WORDS)).toBeGreaterThan(3000);
    expect(card.drawn(200, 20, 770, 190), 'beside the mark').toBe(0);
    expect(card.drawn(750, 0, 779, 630), 'before the field').toBe(0);
    expect(card.drawn(60, 565, 779, 630), 'the lower margin').toBe(0);
  });

  test.each([
    ['Japanese', '株式会社さくら'],
    ['Arabic', 'شركة النور'],
    ['Hebrew', 'חברה בע״מ'],
    ['half of it', 'Acme 株式会社'],
    ['emoji alone', '🚀🚀'],
    ['nothing that is seen', '\u200b\u2060'],
    ['a lone surrogate', 'Acme \ud83d'],
  ])('of a name that the font has no letters for (%s) is mark and field alone', async (_what, name) => {
    const card = await look(await cardOf(name, { monogram: 'S', radius: 0, colors: COLORS }));
    expect(card.at(500, 210)).toBe('#ffffff');
    expect(card.drawn(560, 260, 640, 370), 'the monogram').toBeGreaterThan(500);
    const bare = await look(await cardOf(name, { monogram: '株', colors: COLORS }));
    expect(bare.at(600, 315)).not.toBe('#ffffff');
  });

  test('has no tagline that the font has no letters for', async () => {
    expect(await hashOf('Acme', { tagline: 'はじめに' })).toBe(await hashOf('Acme'));
  });
});

describe('A logo', () => {
  const logoOf = async (color: string) => {
    const png = await renderPng(
      `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100"><circle cx="50" cy="50" r="50" fill="${color}"/></svg>`,
      [],
    );
    return { logo: { hash: await files.store('logo', png), width: 300, height: 100 } };
  };

  test('stands where the mark would', async () => {
    const card = await look(await cardOf('Acme', { colors: COLORS, images: await logoOf('#b3261e') }));
    expect(card.at(136, 136)).toBe('#b3261e');
    expect(card.at(300, 136)).toBe('#ffffff');
  });

  test('that cannot be seen on the surface stands on the brand’s colour', async () => {
    const card = await look(await cardOf('Acme', { colors: COLORS, images: await logoOf('#fefefe') }));
    expect(card.at(300, 140)).toBe('#0b6e4f');
    expect(card.at(140, 140)).toBe('#fefefe');
  });

  test('that is not stored is the mark instead', async () => {
    const images = { logo: { hash: 'ab'.repeat(32), width: 10, height: 10 } };
    expect(await hashOf('Acme', { images })).toBe(await hashOf('Acme'));
  });

  test('that is no picture is the mark instead', async () => {
    const hash = await files.store('logo', new Uint8Array([1, 2, 3]));
    expect(await hashOf('Acme', { images: { logo: { hash, width: 10, height: 10 } } })).toBe(
      await hashOf('Acme'),
    );
  });
});

describe('A card that cannot be made', () => {
  test('is left out, and the log knows whose request it was', async () => {
    const full = {
      ...env.BRAND_FILES,
      put: () => Promise.reject(new Error('the store is full')),
    } as unknown as R2Bucket;
    const assets = await makeBrandAssets(new BrandFiles(full, TENANT), {
      tenantName: 'Acme',
      config: {},
      requestId: 'request-7',
    });
    expect(assets).toEqual({});
    expect(log).toHaveBeenCalledTimes(1);
    expect(JSON.parse(String(log.mock.calls[0]?.[0]))).toMatchObject({
      event: 'social_card_failed',
      requestId: 'request-7',
      reason: 'the store is full',
    });
  });
});
