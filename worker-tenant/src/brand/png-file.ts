/** PNG (https://www.w3.org/TR/png-3/): the chunks that make the picture, and none that describe or animate it. */
import { Unzlib } from 'fflate';
import { refuse } from '../../../contract/result.ts';
import { accepted, acceptSize, join, type ReadImage, startsWith, viewOf } from './image-file.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Bit depths by colour type (§11.2.1). */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Adam7 (§8.1): where each pass begins, and its steps. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
/** Deflate makes at most about a thousand bytes of one: what a step adds is bounded. */
const STEP_BYTES = 1024;
const PICTURE = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
const CHUNK_OVERHEAD = 12;

export function isPng(bytes: Uint8Array): boolean {
  return startsWith(bytes, SIGNATURE);
}

/** Of an animation the picture that viewers without animations show. */
export function readPng(bytes: Uint8Array): ReadImage {
  const view = viewOf(bytes);
  const kept: Uint8Array[] = [bytes.subarray(0, SIGNATURE.length)];
  let size: readonly [number, number] | null = null;
  let rawBytes = 0;
  const data: Uint8Array[] = [];
  for (let at = SIGNATURE.length; at + CHUNK_OVERHEAD <= bytes.length; ) {
    const length = view.getUint32(at);
    const end = at + CHUNK_OVERHEAD + length;
    if (end > bytes.length) return refuse('unreadable');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if ((type === 'IHDR') !== (size === null)) return refuse('unreadable');
    if (type === 'IHDR') {
      if (length !== 13) return refuse('unreadable');
      const [depth, color, compression, filter, interlace] = bytes.subarray(at + 16, at + 21);
      if (!DEPTHS[color ?? -1]?.includes(depth ?? 0)) return refuse('unreadable');
      if (compression !== 0 || filter !== 0 || (interlace ?? 2) > 1) return refuse('unreadable');
      size = [view.getUint32(at + 8), view.getUint32(at + 12)];
      const refused = acceptSize(...size);
      if (refused !== null) return refuse(refused);
      const bits = (SAMPLES[color ?? 0] ?? 0) * (depth ?? 0);
      rawBytes = interlace === 1 ? interlacedBytes(...size, bits) : passBytes(...size, bits);
    }
    if (type === 'IDAT') data.push(bytes.subarray(at + 8, end - 4));
    if (PICTURE.has(type)) kept.push(bytes.subarray(at, end));
    if (type === 'IEND') {
      // A decoder would stop at the last row, and never tell that there was more than the header says.
      if (size === null || !inflatesTo(rawBytes, data)) return refuse('unreadable');
      return accepted(...size, join(kept));
    }
    at = end;
  }
  return refuse('unreadable');
}

function interlacedBytes(width: number, height: number, bits: number): number {
  return PASSES.reduce((sum, [x, y, stepX, stepY]) => {
    const size = [Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY)] as const;
    return sum + (size[0] > 0 && size[1] > 0 ? passBytes(...size, bits) : 0);
  }, 0);
}

/** Each row begins with the number of its filter. */
function passBytes(width: number, height: number, bits: number): number {
  return height * (1 + Math.ceil((width * bits) / 8));
}

function inflatesTo(wanted: number, parts: readonly Uint8Array[]): boolean {
  let made = 0;
  let ended = false;
  const inflate = new Unzlib((piece, final) => {
    made += piece.length;
    ended ||= final;
  });
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length && made <= wanted; at += STEP_BYTES) {
        inflate.push(part.subarray(at, at + STEP_BYTES));
      }
    }
    if (made <= wanted) inflate.push(new Uint8Array(), true);
  } catch {
    return false;
  }
  return ended && made === wanted;
}
