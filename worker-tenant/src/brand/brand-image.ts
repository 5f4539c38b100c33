/**
 * From an uploaded file to what is stored: a PNG of our own making, in the size of its slot, with nothing of the file
 * but its pixels. Called by routes/brand-images.ts.
 */
import type { ImageSlot } from '../../../contract/branding.ts';
import { ok, type Result, refuse } from '../../../contract/result.ts';
import { isIco, readIco } from './ico-file.ts';
import type { ImageRefusal, ReadImage } from './image-file.ts';
import { isJpeg, readJpeg } from './jpeg-file.ts';
import { decodeWebp } from './libwebp.ts';
import { decode, encodePng, type Pixels } from './photon.ts';
import { fitWithin, scaleDown, squared, upright } from './pixels.ts';
import { isPng, readPng } from './png-file.ts';
import { isWebp, readWebp } from './webp-file.ts';

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly square: boolean;
}

/** Twice what is shown, for dense screens. */
const LOGO: Frame = { width: 1280, height: 320, square: false };
const FAVICON: Frame = { width: 64, height: 64, square: true };
const FRAMES: Readonly<Record<ImageSlot, Frame>> = {
  logo: LOGO,
  logoDark: LOGO,
  favicon: FAVICON,
  faviconDark: FAVICON,
  appIcon: { width: 512, height: 512, square: true },
};

export interface MadeImage {
  readonly png: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

export async function makeBrandImage(
  slot: ImageSlot,
  file: Uint8Array,
): Promise<Result<MadeImage, ImageRefusal>> {
  const read = readImageFile(file);
  if (!read.ok) return read;
  const { bare, width, height, orientation } = read.value;
  const decoded = isWebp(bare) ? await decodeWebp(bare) : decode(bare);
  // What the header promised, and nothing else.
  if (decoded === null || decoded.width !== width || decoded.height !== height) return refuse('unreadable');
  const picture = frame(upright(decoded, orientation), FRAMES[slot]);
  return ok({ png: encodePng(picture), width: picture.width, height: picture.height });
}

export function readImageFile(file: Uint8Array): ReadImage {
  if (isPng(file)) return readPng(file);
  if (isJpeg(file)) return readJpeg(file);
  if (isWebp(file)) return readWebp(file);
  if (isIco(file)) return readIco(file);
  return refuse('type');
}

function frame(pixels: Pixels, { square, ...size }: Frame): Pixels {
  const fitted = scaleDown(pixels, fitWithin(pixels, size));
  return square ? squared(fitted) : fitted;
}
