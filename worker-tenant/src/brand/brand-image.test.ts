/** What becomes of uploaded files, real ones and those that lie. In workerd, with Photon. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImageSlot } from '../../../contract/branding.ts';
import {
  bitmap,
  ico,
  JPEG,
  join,
  png,
  pngChunks,
  textChunk,
  WEBP_ALPHA,
  WEBP_ANIMATED,
  WEBP_LOSSLESS,
  WEBP_LOSSY,
  withExif,
  withJpegSize,
} from '../../../contract/testing-images.ts';
import { makeBrandImage, readImageFile } from './brand-image.ts';
import { MAX_EDGE_PX, MAX_PIXELS } from './image-file.ts';
import { decode, type Pixels } from './photon.ts';

async function made(slot: ImageSlot, file: Uint8Array): Promise<Pixels> {
  const result = await makeBrandImage(slot, file);
  if (!result.ok) throw new Error(result.error);
  const pixels = decode(result.value.png);
  if (pixels === null) throw new Error('what was made cannot be read');
  expect([pixels.width, pixels.height]).toEqual([result.value.width, result.value.height]);
  return pixels;
}

function at({ data, width }: Pixels, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
}

const isRed = ([red = 0, green = 0, blue = 0]: number[]) => red > 200 && green < 60 && blue < 60;
const isBlue = ([red = 0, green = 0, blue = 0]: number[]) => red < 60 && green < 60 && blue > 200;

describe('a picture', () => {
  it.each([
    ['JPEG', JPEG],
    ['lossy WebP', WEBP_LOSSY],
    ['lossless WebP', WEBP_LOSSLESS],
    ['WebP with transparency', WEBP_ALPHA],
  ])('of type %s is read', async (_type, file) => {
    const pixels = await made('logo', file);
    expect([pixels.width, pixels.height]).toEqual([16, 8]);
    expect(isRed(at(pixels, 2, 4))).toBe(true);
    expect(isBlue(at(pixels, 13, 4))).toBe(true);
  });

  it('keeps its transparency', async () => {
    expect(at(await made('logo', WEBP_ALPHA), 13, 4)[3]).toBe(128);
  });

  it('of an ICO is the largest, PNG or bitmap', async () => {
    const large = await png({ width: 48, height: 48, color: [200, 0, 0, 255] });
    const pixels = await made(
      'favicon',
      ico([
        { edge: 16, content: bitmap(16) },
        { edge: 48, content: large },
      ]),
    );
    expect([pixels.width, at(pixels, 24, 24)]).toEqual([48, [200, 0, 0, 255]]);
    const drawn = await made('favicon', ico([{ edge: 32, content: bitmap(32) }]));
    expect([drawn.width, at(drawn, 16, 16)]).toEqual([32, [15, 118, 110, 255]]);
  });

  it.each([
    ['logo', 4000, 500, 1280, 160],
    ['logo', 300, 900, 107, 320],
    ['logo', 200, 50, 200, 50],
    ['logoDark', 4096, 1, 1280, 1],
    ['favicon', 300, 100, 64, 64],
    ['faviconDark', 16, 16, 16, 16],
    ['appIcon', 1024, 1024, 512, 512],
  ] as const)('for %s of %i × %i is stored as %i × %i', async (slot, width, height, toWidth, toHeight) => {
    const pixels = await made(slot, await png({ width, height }));
    expect([pixels.width, pixels.height]).toEqual([toWidth, toHeight]);
    expect(at(pixels, toWidth >> 1, toHeight >> 1)).toEqual([15, 118, 110, 255]);
  });

  it('is framed by transparency where it is not square', async () => {
    const pixels = await made('favicon', await png({ width: 300, height: 100 }));
    expect(at(pixels, 32, 2)).toEqual([0, 0, 0, 0]);
  });

  it.each([
    [1, 'left'],
    [2, 'right'],
    [3, 'right'],
    [4, 'left'],
    [5, 'top'],
    [6, 'top'],
    [7, 'bottom'],
    [8, 'bottom'],
  ] as const)('with the orientation %i has red on the %s', async (orientation, red) => {
    const pixels = await made('logo', withExif(JPEG, orientation, 'Marquee'));
    expect([pixels.width, pixels.height]).toEqual(orientation >= 5 ? [8, 16] : [16, 8]);
    const places = { left: [1, 4], right: [14, 4], top: [4, 1], bottom: [4, 14] } as const;
    const [x, y] = places[red];
    expect(isRed(at(pixels, x, y))).toBe(true);
  });

  it('has nothing of its file but the pixels', async () => {
    const described = await png({ width: 20, height: 20, chunks: [textChunk('Marquee')] });
    for (const file of [described, withExif(JPEG, 1, 'Marquee')]) {
      expect(new TextDecoder('latin1').decode(file)).toContain('Marquee');
      const result = await makeBrandImage('logo', file);
      if (!result.ok) throw new Error(result.error);
      expect(new TextDecoder('latin1').decode(result.value.png)).not.toContain('Marquee');
      expect([...new Set(pngChunks(result.value.png).map(({ type }) => type))]).toEqual([
        'IHDR',
        'IDAT',
        'IEND',
      ]);
    }
  });

  it('of four megapixels in sixteen bits is read', async () => {
    const pixels = await made('logo', await png({ width: 2000, height: 2000, depth: 16 }));
    expect([pixels.width, pixels.height]).toEqual([320, 320]);
  });

  it('of an animated PNG is the one that stands still', async () => {
    const control = new Uint8Array(8);
    const frame = new Uint8Array(40);
    const file = await png({
      width: 20,
      height: 20,
      chunks: [
        ['acTL', control],
        ['fdAT', frame],
      ],
    });
    expect((await made('logo', file)).width).toBe(20);
  });
});

describe('refused is', () => {
  const text = (content: string) => new TextEncoder().encode(content);
  it.each([
    ['an empty file', new Uint8Array()],
    ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['GIF', text('GIF89a\u0001\u0000\u0001\u0000')],
    ['HTML', text('<!doctype html>')],
    ['an animated WebP', WEBP_ANIMATED],
  ])('%s, by its type', async (_what, file) => {
    expect(await makeBrandImage('logo', file)).toEqual({ ok: false, error: 'type' });
  });

  it.each([
    [MAX_EDGE_PX + 1, 1],
    [1, MAX_EDGE_PX + 1],
    [2001, 2000],
    [0xffffffff, 0xffffffff],
  ])('%i × %i, by its size', async (width, height) => {
    const file = await png({ width: 1, height: 1 });
    new DataView(file.buffer).setUint32(16, width);
    new DataView(file.buffer).setUint32(20, height);
    expect(await makeBrandImage('logo', file)).toEqual({ ok: false, error: 'too_large' });
  });

  it('a JPEG of a size that is too much', async () => {
    expect(await makeBrandImage('logo', withJpegSize(JPEG, 4096, 4096))).toEqual({
      ok: false,
      error: 'too_large',
    });
  });

  it('a PNG that has more rows than its header says, or fewer', async () => {
    for (const dataHeight of [9, 11, 100_000]) {
      const file = await png({ width: 100, height: 10, dataHeight });
      expect(await makeBrandImage('logo', file)).toEqual({ ok: false, error: 'unreadable' });
    }
  });

  it('a bomb, soon', async () => {
    const file = await png({ width: 100, height: 2000, dataHeight: 150_000 });
    expect(file.length).toBeLessThan(400_000);
    expect(await makeBrandImage('logo', file)).toEqual({ ok: false, error: 'unreadable' });
  });

  it('a JPEG with more scans than a picture needs', async () => {
    const scan = JPEG.findIndex((byte, index) => byte === 0xff && JPEG[index + 1] === 0xda);
    const scans = Array.from({ length: 100 }, () => JPEG.subarray(scan, -2));
    const file = join([JPEG.subarray(0, scan), ...scans, JPEG.subarray(-2)]);
    expect(await makeBrandImage('logo', file)).toEqual({ ok: false, error: 'unreadable' });
  });

  it('whatever ends too early', async () => {
    const files = [await png({ width: 40, height: 40 }), JPEG, WEBP_LOSSY, WEBP_LOSSLESS];
    for (const file of [...files, ico([{ edge: 32, content: bitmap(32) }])]) {
      for (const share of [0.3, 0.7, 0.95]) {
        const cut = file.subarray(0, Math.floor(file.length * share));
        expect(await makeBrandImage('logo', cut)).toMatchObject({ ok: false });
      }
    }
  });

  it('what only its header makes a picture, again and again', async () => {
    const file = await png({ width: 2000, height: 2000, dataHeight: 1 });
    const jpeg = withJpegSize(JPEG, 2000, 2000);
    const broken = JPEG.slice();
    broken.fill(0x11, JPEG.length - 40, JPEG.length - 2);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(await makeBrandImage('logo', file)).toEqual({ ok: false, error: 'unreadable' });
      await makeBrandImage('logo', jpeg);
      await makeBrandImage('logo', broken);
    }
    expect((await made('logo', JPEG)).width).toBe(16);
  });
});

describe('whatever is sent', () => {
  it('is read or refused, and never accepted beyond the bounds', async () => {
    const seeds = [
      await png({ width: 9, height: 7, chunks: [textChunk('x')] }),
      withExif(JPEG, 6, 'x'),
      WEBP_LOSSY,
      WEBP_LOSSLESS,
      WEBP_ALPHA,
      WEBP_ANIMATED,
      ico([{ edge: 8, content: bitmap(8) }]),
    ];
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 });
    const changed = fc.tuple(fc.constantFrom(...seeds), changes, fc.nat()).map(([seed, bytes, cut]) => {
      const file = seed.slice(0, bytes.length % 2 === 0 ? seed.length : cut % seed.length);
      for (const [where, value] of bytes) if (file.length > 0) file[where % file.length] = value;
      return file;
    });
    const anything = fc
      .tuple(fc.constantFrom(...seeds), fc.nat(30), fc.uint8Array({ maxLength: 300 }))
      .map(([seed, kept, rest]) => join([seed.subarray(0, kept), rest]));
    fc.assert(
      fc.property(fc.oneof(changed, anything), (file) => {
        const read = readImageFile(file);
        if (!read.ok) return;
        const { width, height, bare } = read.value;
        expect(Math.max(width, height)).toBeLessThanOrEqual(MAX_EDGE_PX);
        expect(width * height).toBeLessThanOrEqual(MAX_PIXELS);
        expect(bare.length).toBeLessThanOrEqual(file.length + 64);
      }),
      { numRuns: 3000 },
    );
    await fc.assert(
      fc.asyncProperty(changed, async (file) => {
        await makeBrandImage('logo', file);
      }),
      { numRuns: 60 },
    );
  });
});
