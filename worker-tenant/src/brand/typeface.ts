/**
 * One weight of a font, as the social card needs it: which characters it has, and how wide they are. Setting them is the
 * renderer's; it draws what a font lacks as an empty box, and this is how social-card.ts knows beforehand.
 * Tables as in OpenType 1.9 (https://learn.microsoft.com/typography/opentype/spec/).
 */

/** Width of a character in units of the font size; undefined where the file has none. */
type Advance = (codePoint: number) => number | undefined;

/** Characters in a row that are in the same file. */
export interface Run {
  /** As the file calls itself, by which the renderer finds it. */
  readonly family: string;
  readonly text: string;
}

export class Typeface {
  readonly weight: number;
  readonly #files: readonly { readonly family: string; readonly advance: Advance }[];

  /** The files, by family, are subsets of one face: a character is looked for in one after the other. */
  constructor(weight: number, files: Readonly<Record<string, Uint8Array>>) {
    this.weight = weight;
    this.#files = Object.entries(files).map(([family, file]) => ({ family, advance: advancesOf(file) }));
  }

  has(character: string): boolean {
    return this.#advance(character) !== undefined;
  }

  /** Without kerning, which seldom makes a line longer. */
  widthOf(text: string, size: number): number {
    return [...text].reduce((sum, character) => sum + (this.#advance(character) ?? 1) * size, 0);
  }

  runsOf(text: string): Run[] {
    const runs: Run[] = [];
    for (const character of text) {
      const family = this.#fileOf(character)?.family ?? '';
      const run = runs.at(-1);
      if (run?.family === family) runs[runs.length - 1] = { family, text: run.text + character };
      else runs.push({ family, text: character });
    }
    return runs;
  }

  #advance(character: string): number | undefined {
    return this.#fileOf(character)?.advance(codePointOf(character));
  }

  #fileOf(character: string) {
    return this.#files.find(({ advance }) => advance(codePointOf(character)) !== undefined);
  }
}

function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

const UNICODE_BMP = 4;

function advancesOf(file: Uint8Array): Advance {
  const tables = tablesOf(file);
  const unitsPerEm = tables('head').getUint16(18);
  const widths = tables('hhea').getUint16(34);
  const hmtx = tables('hmtx');
  const glyphOf = glyphsOf(tables('cmap'));
  return (codePoint) => {
    const glyph = glyphOf(codePoint);
    // The last width serves all glyphs after it.
    return glyph === 0 ? undefined : hmtx.getUint16(Math.min(glyph, widths - 1) * 4) / unitsPerEm;
  };
}

function tablesOf(file: Uint8Array): (tag: string) => DataView {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found = new Map<string, DataView>();
  for (let index = 0; index < view.getUint16(4); index++) {
    const at = 12 + index * 16;
    const tag = String.fromCharCode(...file.subarray(at, at + 4));
    const [offset, length] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    found.set(tag, new DataView(file.buffer, file.byteOffset + offset, length));
  }
  return (tag) => {
    const table = found.get(tag);
    if (table === undefined) throw new Error(`the font has no table ${tag}`);
    return table;
  };
}

/** Glyph of a code point, 0 where there is none. Our fonts have nothing beyond the basic plane: format 4 says it all. */
function glyphsOf(cmap: DataView): (codePoint: number) => number {
  let at = -1;
  for (let index = 0; index < cmap.getUint16(2); index++) {
    const offset = cmap.getUint32(4 + index * 8 + 4);
    if (cmap.getUint16(offset) === UNICODE_BMP) at = offset;
  }
  if (at === -1) throw new Error('the font has no character map that we read');
  const doubled = cmap.getUint16(at + 6);
  const [ends, starts] = [at + 14, at + 16 + doubled];
  const [deltas, ranges] = [starts + doubled, starts + 2 * doubled];
  return (codePoint) => {
    if (codePoint > 0xffff) return 0;
    let segment = 0;
    while (segment < doubled && cmap.getUint16(ends + segment) < codePoint) segment += 2;
    if (segment >= doubled || cmap.getUint16(starts + segment) > codePoint) return 0;
    const delta = cmap.getUint16(deltas + segment);
    const range = cmap.getUint16(ranges + segment);
    if (range === 0) return (codePoint + delta) & 0xffff;
    const glyph = cmap.getUint16(
      ranges + segment + range + 2 * (codePoint - cmap.getUint16(starts + segment)),
    );
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  };
}
