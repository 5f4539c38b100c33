/** Pictures for the tests of all parts, written byte by byte, so that each of them can lie in a way of its own. */
const TEXT = new TextEncoder();

export interface PngParts {
  readonly width: number;
  readonly height: number;
  /** What the data has, if not what the header says: red, green, blue, alpha of each pixel. */
  readonly dataHeight?: number;
  readonly color?: readonly [number, number, number, number];
  readonly depth?: 8 | 16;
  /** Put in before the data. */
  readonly chunks?: readonly (readonly [type: string, content: Uint8Array])[];
}

export async function png({
  width,
  height,
  dataHeight = height,
  color = [15, 118, 110, 255],
  depth = 8,
  chunks = [],
}: PngParts): Promise<Uint8Array<ArrayBuffer>> {
  const row = new Uint8Array(1 + width * 4 * (depth / 8));
  for (let at = 0; at < width * 4; at += 1) {
    const value = color[at % 4] ?? 0;
    if (depth === 8) row[1 + at] = value;
    else row.set([value, value], 1 + at * 2);
  }
  const raw = new Uint8Array(row.length * dataHeight);
  for (let y = 0; y < dataHeight; y += 1) raw.set(row, y * row.length);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([depth, 6], 8);
  return join([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    pngChunk('IHDR', header),
    ...chunks.map(([type, content]) => pngChunk(type, content)),
    pngChunk('IDAT', await deflate(raw)),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

/** A PNG's text chunk. */
export function textChunk(text: string): readonly [string, Uint8Array] {
  return ['tEXt', TEXT.encode(`Software\0${text}`)];
}

/** Type and content of each chunk. */
export function pngChunks(file: Uint8Array): { readonly type: string; readonly content: Uint8Array }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const chunks = [];
  for (let at = 8; at + 12 <= file.length; ) {
    const length = view.getUint32(at);
    const type = new TextDecoder().decode(file.subarray(at + 4, at + 8));
    chunks.push({ type, content: file.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

/** 16 × 8 pixels, the left half red and the right half blue. */
export const JPEG = fromBase64(
  '/9j/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCj/wAARCAAIABADAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABgf/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAACAb/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCdI4kQAwhWf//Z',
);
/** 16 × 8 pixels, lossy and lossless. */
export const WEBP_LOSSY = fromBase64(
  'UklGRkQAAABXRUJQVlA4IDgAAAAwAgCdASoQAAgAAMASJaACdLoB+AH4gARoAAD+/Suf/9+gm/93m/10S8z/60c//rRlcH9aOb+gAA==',
);
export const WEBP_LOSSLESS = fromBase64('UklGRiYAAABXRUJQVlA4TBkAAAAvD8ABAA8Q87//8x8OxILJ/KU7U4jof+QAAA==');
export const WEBP_ALPHA = fromBase64(
  'UklGRm4AAABXRUJQVlA4WAoAAAAQAAAADwAABwAAQUxQSBMAAAABD/DA/4iIIBZM5i/dmUJE/0MHAFZQOCA0AAAAkAEAnQEqEAAIAAFAJiWgAnS6AAOYAP74o///ECP/5sD/9Lg/BH/pcH/6XA4f/0uBmgAAAA==',
);
/** Two frames. */
export const WEBP_ANIMATED = fromBase64(
  'UklGRogAAABXRUJQVlA4WAoAAAASAAAADwAABwAAQU5JTQYAAAD/////AABBTk1GKgAAAAAAAAAAAA8AAAcAAGQAAAJWUDhMEQAAAC8PwAEAB9D//ve//4GI6H8AAEFOTUYqAAAAAAAAAAAADwAABwAAZAAAAlZQOEwRAAAALw/AARAHUK1qVatagYjofwAA',
);

/** As a camera writes it: which way is up, and who made it. */
export function withExif(jpeg: Uint8Array, orientation: number, software: string): Uint8Array<ArrayBuffer> {
  const text = TEXT.encode(`${software}\0`);
  const tiff = new Uint8Array(38 + text.length);
  const view = new DataView(tiff.buffer);
  tiff.set(TEXT.encode('MM\0*'));
  view.setUint32(4, 8);
  view.setUint16(8, 2);
  for (const [at, tag, type, count] of [
    [10, 0x0112, 3, 1],
    [22, 0x0131, 2, text.length],
  ] as const) {
    view.setUint16(at, tag);
    view.setUint16(at + 2, type);
    view.setUint32(at + 4, count);
  }
  view.setUint16(18, orientation);
  view.setUint32(30, 38);
  tiff.set(text, 38);
  const length = 2 + 6 + tiff.length;
  const segment = join([
    Uint8Array.of(0xff, 0xe1, length >> 8, length & 0xff),
    TEXT.encode('Exif\0\0'),
    tiff,
  ]);
  return join([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

/** The size in the frame's header, whatever the data is. */
export function withJpegSize(jpeg: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(jpeg);
  const frame = changed.findIndex(
    (byte, at) => byte === 0xff && (changed[at + 1] === 0xc0 || changed[at + 1] === 0xc2),
  );
  new DataView(changed.buffer).setUint16(frame + 5, height);
  new DataView(changed.buffer).setUint16(frame + 7, width);
  return changed;
}

/** Each entry a PNG, or a bitmap of one colour. */
export function ico(
  entries: readonly { readonly edge: number; readonly content: Uint8Array }[],
): Uint8Array<ArrayBuffer> {
  const directory = new Uint8Array(6 + 16 * entries.length);
  const view = new DataView(directory.buffer);
  view.setUint16(2, 1, true);
  view.setUint16(4, entries.length, true);
  let offset = directory.length;
  entries.forEach(({ edge, content }, index) => {
    const at = 6 + 16 * index;
    directory.set([edge, edge, 0, 0, 1, 0, 32, 0], at);
    view.setUint32(at + 8, content.length, true);
    view.setUint32(at + 12, offset, true);
    offset += content.length;
  });
  return join([directory, ...entries.map(({ content }) => content)]);
}

export function bitmap(edge: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(40 + edge * edge * 4 + Math.ceil(edge / 32) * 4 * edge);
  const view = new DataView(file.buffer);
  view.setUint32(0, 40, true);
  view.setInt32(4, edge, true);
  view.setInt32(8, edge * 2, true);
  view.setUint16(12, 1, true);
  view.setUint16(14, 32, true);
  for (let pixel = 0; pixel < edge * edge; pixel += 1) file.set([0x6e, 0x76, 0x0f, 0xff], 40 + pixel * 4);
  return file;
}

export function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function deflate(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const CRC = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function pngChunk(type: string, content: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + content.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length);
  chunk.set(TEXT.encode(type), 4);
  chunk.set(content, 8);
  let crc = 0xffffffff;
  for (const byte of chunk.subarray(4, 8 + content.length)) {
    crc = (CRC[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  view.setUint32(8 + content.length, (crc ^ 0xffffffff) >>> 0);
  return chunk;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
