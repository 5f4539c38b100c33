/**
 * Writes the fonts of the social card (worker-tenant/src/brand/fonts) from the packages that have them. Run it by hand
 * after a font was added or updated: `npx node scripts/card-fonts.ts`; card-fonts.test.ts tells when that was forgotten.
 *
 * The card's renderer reads TrueType; the packages have it compressed (WOFF 1.0, https://www.w3.org/TR/WOFF/), and the
 * runtime of Workers takes binaries that are called `.bin`. So each font becomes one file of its four faces: how many,
 * the length of each, then the faces, all numbers 32 bit, big-endian. Each is renamed to its subset and weight, since the
 * renderer tells two files of one name apart by nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';

export const CARD_FONTS = [
  'figtree',
  'geist',
  'instrument-sans',
  'inter',
  'manrope',
  'dm-sans',
  'plus-jakarta-sans',
  'space-grotesk',
  'source-serif-4',
  'lora',
] as const;
const FACES = ['latin-500', 'latin-ext-500', 'latin-600', 'latin-ext-600'] as const;

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

export function cardFontPath(font: string): string {
  return path(`worker-tenant/src/brand/fonts/${font}.bin`);
}

export function packCardFont(font: string): Buffer {
  const faces = FACES.map((face) =>
    trueTypeOf(
      readFileSync(path(`node_modules/@fontsource/${font}/files/${font}-${face}-normal.woff`)),
      nameTable(face),
    ),
  );
  return Buffer.concat([uint32(faces.length), ...faces.map(({ length }) => uint32(length)), ...faces]);
}

const WOFF_HEADER_BYTES = 44;
const WOFF_ENTRY_BYTES = 20;
const SFNT_ENTRY_BYTES = 16;

/** The tables of a WOFF file as they were before it, except for the names. */
function trueTypeOf(woff: Buffer, names: Buffer): Buffer {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new Error('not a WOFF file');
  const count = woff.readUInt16BE(12);
  const power = 2 ** Math.floor(Math.log2(count));
  const header = Buffer.alloc(12);
  woff.copy(header, 0, 4, 8);
  header.writeUInt16BE(count, 4);
  header.writeUInt16BE(power * 16, 6);
  header.writeUInt16BE(Math.log2(power), 8);
  header.writeUInt16BE(count * 16 - power * 16, 10);
  const entries: Buffer[] = [];
  const tables: Buffer[] = [];
  let offset = header.length + count * SFNT_ENTRY_BYTES;
  for (let index = 0; index < count; index++) {
    const entry = woff.subarray(WOFF_HEADER_BYTES + index * WOFF_ENTRY_BYTES);
    const [at, packed, unpacked] = [entry.readUInt32BE(4), entry.readUInt32BE(8), entry.readUInt32BE(12)];
    const stored = woff.subarray(at, at + packed);
    const isNames = entry.toString('latin1', 0, 4) === 'name';
    const table = isNames ? names : packed < unpacked ? inflateSync(stored) : stored;
    const { length } = table;
    entries.push(
      Buffer.concat([entry.subarray(0, 4), entry.subarray(16, 20), uint32(offset), uint32(length)]),
    );
    tables.push(table, Buffer.alloc(-length & 3));
    offset += length + (-length & 3);
  }
  return Buffer.concat([header, ...entries, ...tables]);
}

const FAMILY = 1;
const POSTSCRIPT_NAME = 6;

/** One name for everything, in Windows' encoding and American English, which is what is looked for. */
function nameTable(name: string): Buffer {
  const text = Buffer.from(name, 'utf16le').swap16();
  const records = [FAMILY, POSTSCRIPT_NAME].map((id) => uint16s(3, 1, 0x409, id, text.length, 0));
  const header = uint16s(0, records.length, 6 + records.length * 12);
  return Buffer.concat([header, ...records, text]);
}

function uint16s(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const font of CARD_FONTS) writeFileSync(cardFontPath(font), packCardFont(font));
}
