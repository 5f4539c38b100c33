/** Breaks a brand's words into lines that fit, as large as they can be. Called by card-picture.ts. */
import type { Typeface } from './typeface.ts';

export interface TextBlock {
  readonly face: Typeface;
  readonly size: number;
  readonly lineHeight: number;
  readonly lines: readonly string[];
}

interface TextSize {
  readonly size: number;
  readonly lines: number;
}

/** Emoji and their joiners, directions, and whatever else has no width: left out where the font has nothing for it. */
const ORNAMENT =
  /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\p{Cf}|\p{Variation_Selector}|\u20e3)$/u;

/** What of a text this font can show; null where it lacks a letter, because half a name is none. */
export function settable(text: string, face: Typeface): string | null {
  const characters = [...text.normalize('NFC').replace(/\s/gu, ' ')];
  const kept = characters.filter((character) => face.has(character) || !ORNAMENT.test(character));
  if (!kept.every((character) => face.has(character))) return null;
  return kept.join('').replace(/ {2,}/g, ' ').trim() || null;
}

/** The first size at which the text needs no more lines than it may have; words are broken where no size saves them. */
export function setText(text: string, face: Typeface, width: number, sizes: readonly TextSize[]): TextBlock {
  const words = text.split(' ');
  for (const { size, lines: most } of sizes) {
    if (words.some((word) => face.widthOf(word, size) > width)) continue;
    const lines = wrap(words, face, size, width);
    if (lines.length <= most) {
      return {
        face,
        size,
        lineHeight: leading(size),
        lines: balance(words, face, size, width, lines.length),
      };
    }
  }
  const broken = sizes.map(({ size, lines: most }) => {
    const parts = words.flatMap((word) => breakWord(word, face, size, width));
    return { size, most, lines: wrap(parts, face, size, width) };
  });
  const chosen = broken.find(({ lines, most }) => lines.length <= most) ?? broken.at(-1);
  if (chosen === undefined) throw new Error('there is no size to set text in');
  const { size, lines, most } = chosen;
  return { face, size, lineHeight: leading(size), lines: shorten(lines, most) };
}

function leading(size: number): number {
  return Math.round(size * (size >= 48 ? 1.08 : 1.36));
}

function wrap(words: readonly string[], face: Typeface, size: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    const longer = `${line} ${word}`;
    if (line !== undefined && face.widthOf(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The narrowest lines of the same number, so that none ends with a single word. */
function balance(
  words: readonly string[],
  face: Typeface,
  size: number,
  width: number,
  count: number,
): string[] {
  const widest = Math.max(...words.map((word) => face.widthOf(word, size)));
  let [narrow, wide] = [widest, width];
  for (let step = 0; step < 8; step++) {
    const middle = (narrow + wide) / 2;
    if (wrap(words, face, size, middle).length <= count) wide = middle;
    else narrow = middle;
  }
  return wrap(words, face, size, wide);
}

function breakWord(word: string, face: Typeface, size: number, width: number): string[] {
  const parts: string[] = [];
  for (const character of word) {
    const part = parts.at(-1);
    if (part !== undefined && face.widthOf(part + character, size) <= width)
      parts[parts.length - 1] = part + character;
    else parts.push(character);
  }
  return parts;
}

function shorten(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), `${lines[most - 1]?.slice(0, -2).trimEnd()}…`];
}
