/** ICO: of its pictures the largest, a PNG or a bitmap without compression. */
import { refuse } from '../../../contract/result.ts';
import { accepted, join, type ReadImage, startsWith, viewOf } from './image-file.ts';
import { isPng, readPng } from './png-file.ts';

const HEADER_BYTES = 6;
const ENTRY_BYTES = 16;
const BITMAP_HEADER_BYTES = 40;
const MAX_PICTURES = 64;
const DEPTHS = [1, 4, 8, 24, 32];

export function isIco(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0, 0, 1, 0]);
}

export function readIco(bytes: Uint8Array): ReadImage {
  if (bytes.length < HEADER_BYTES) return refuse('unreadable');
  const view = viewOf(bytes);
  const count = view.getUint16(4, true);
  if (count < 1 || count > MAX_PICTURES || bytes.length < HEADER_BYTES + count * ENTRY_BYTES) {
    return refuse('unreadable');
  }
  const entries = Array.from({ length: count }, (_, index) => {
    const at = HEADER_BYTES + index * ENTRY_BYTES;
    const edge = (value: number) => (value === 0 ? 256 : value);
    const length = view.getUint32(at + 8, true);
    const offset = view.getUint32(at + 12, true);
    const area = edge(bytes[at] ?? 0) * edge(bytes[at + 1] ?? 0);
    return { at, area, depth: view.getUint16(at + 6, true), length, offset };
  });
  const [best] = entries.toSorted((a, b) => b.area - a.area || b.depth - a.depth);
  if (best === undefined || best.offset + best.length > bytes.length) return refuse('unreadable');
  const content = bytes.subarray(best.offset, best.offset + best.length);
  if (isPng(content)) return readPng(content);
  return readBitmap(content, bytes.subarray(best.at, best.at + ENTRY_BYTES));
}

/** BITMAPINFOHEADER, palette, rows; then a mask, for which its height counts twice. */
function readBitmap(content: Uint8Array, entry: Uint8Array): ReadImage {
  if (content.length < BITMAP_HEADER_BYTES) return refuse('unreadable');
  const view = viewOf(content);
  const width = view.getInt32(4, true);
  const height = view.getInt32(8, true) / 2;
  const depth = view.getUint16(14, true);
  const colors = view.getUint32(32, true);
  if (view.getUint32(0, true) !== BITMAP_HEADER_BYTES || view.getUint32(16, true) !== 0)
    return refuse('type');
  if (!DEPTHS.includes(depth)) return refuse('type');
  if (!Number.isInteger(height) || width < 1 || height < 1 || width > 256 || height > 256)
    return refuse('unreadable');
  if (width !== (entry[0] || 256) || height !== (entry[1] || 256)) return refuse('unreadable');
  if (colors > 256) return refuse('unreadable');
  const palette = depth <= 8 ? (colors === 0 ? 2 ** depth : colors) * 4 : colors * 4;
  const row = (bits: number) => Math.ceil((width * bits) / 32) * 4;
  const needed = BITMAP_HEADER_BYTES + palette + row(depth) * height + (depth < 32 ? row(1) * height : 0);
  if (content.length < needed) return refuse('unreadable');
  const directory = new Uint8Array(HEADER_BYTES + ENTRY_BYTES);
  directory.set([0, 0, 1, 0, 1, 0]);
  directory.set(entry, HEADER_BYTES);
  viewOf(directory).setUint32(HEADER_BYTES + 12, directory.length, true);
  return accepted(width, height, join([directory, content]));
}
