/** WebP (RFC 9649): one still picture, with its alpha channel and without its metadata. Animations are not taken. */
import { refuse } from '../../../contract/result.ts';
import { accepted, join, type ReadImage, startsWith, viewOf } from './image-file.ts';

const ALPHA_FLAG = 0x10;

export function isWebp(bytes: Uint8Array): boolean {
  return startsWith(bytes, [...ascii('RIFF')]) && startsWith(bytes, [...ascii('WEBP')], 8);
}

export function readWebp(bytes: Uint8Array): ReadImage {
  const view = viewOf(bytes);
  const riffEnd = 8 + view.getUint32(4, true);
  if (riffEnd > bytes.length + 1) return refuse('unreadable');
  let canvas: readonly [number, number] | null = null;
  let alpha: Uint8Array | null = null;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (content.length < length) return refuse('unreadable');
    if (type === 'ANIM' || type === 'ANMF') return refuse('type');
    if (type === 'VP8X') {
      if (canvas !== null || length < 10) return refuse('unreadable');
      if (((content[0] ?? 0) & 2) !== 0) return refuse('type');
      canvas = [uint24(content, 4) + 1, uint24(content, 7) + 1];
    } else if (type === 'ALPH') {
      alpha = content;
    } else if (type === 'VP8 ' || type === 'VP8L') {
      const size = type === 'VP8L' ? losslessSize(content) : lossySize(content);
      if (size === null) return refuse('unreadable');
      const [width, height] = size;
      if (canvas !== null && (canvas[0] !== width || canvas[1] !== height)) return refuse('unreadable');
      const picture = chunk(type, content);
      if (alpha === null || type === 'VP8L') return accepted(width, height, riff([picture]));
      const header = new Uint8Array(10);
      header[0] = ALPHA_FLAG;
      header.set(littleEndian(width - 1, 3), 4);
      header.set(littleEndian(height - 1, 3), 7);
      return accepted(width, height, riff([chunk('VP8X', header), chunk('ALPH', alpha), picture]));
    }
    at += 8 + length + (length % 2);
  }
  return refuse('unreadable');
}

/** RFC 6386 §9.1: a key frame begins with its size. */
function lossySize(content: Uint8Array): readonly [number, number] | null {
  if (content.length < 10 || ((content[0] ?? 1) & 1) !== 0) return null;
  if (!startsWith(content, [0x9d, 0x01, 0x2a], 3)) return null;
  const view = viewOf(content);
  return [view.getUint16(6, true) & 0x3fff, view.getUint16(8, true) & 0x3fff];
}

/** RFC 9649 §3.4: fourteen bits each. */
function losslessSize(content: Uint8Array): readonly [number, number] | null {
  if (content.length < 5 || content[0] !== 0x2f) return null;
  const bits = viewOf(content).getUint32(1, true);
  return bits >>> 29 === 0 ? [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1] : null;
}

function uint24(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 0x100 + (bytes[at + 2] ?? 0) * 0x10000;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const padding = new Uint8Array(content.length % 2);
  return join([ascii(type), littleEndian(content.length, 4), content, padding]);
}

function riff(chunks: readonly Uint8Array[]): Uint8Array {
  const content = join([ascii('WEBP'), ...chunks]);
  return join([ascii('RIFF'), littleEndian(content.length, 4), content]);
}

function littleEndian(value: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (value >>> (8 * index)) & 0xff);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
