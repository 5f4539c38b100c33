/**
 * The fonts that social cards are set in, loaded when there is a card to set. Their files are written by
 * scripts/card-fonts.ts; a font that has none here is set in the default one. Called by social-card.ts.
 */
import { DEFAULT_FONT, type Font } from '../../../contract/branding.ts';
import { Typeface } from './typeface.ts';

type CardFontFile = () => Promise<{ readonly default: ArrayBuffer }>;

const DEFAULT: CardFontFile = () => import('./fonts/instrument-sans.bin');
const FILES: Partial<Record<Font, CardFontFile>> = {
  [DEFAULT_FONT]: DEFAULT,
  geist: () => import('./fonts/geist.bin'),
  figtree: () => import('./fonts/figtree.bin'),
};

export interface CardFont {
  readonly medium: Typeface;
  readonly semibold: Typeface;
  /** TrueType, for the renderer. */
  readonly files: readonly Uint8Array[];
}

export async function loadCardFont(font: Font): Promise<CardFont> {
  const load = FILES[font] ?? DEFAULT;
  const files = unpack((await load()).default);
  const [latin500, more500, latin600, more600] = files;
  if (!(latin500 && more500 && latin600 && more600)) throw new Error('a font of the card lacks a face');
  return {
    medium: new Typeface(500, { 'latin-500': latin500, 'latin-ext-500': more500 }),
    semibold: new Typeface(600, { 'latin-600': latin600, 'latin-ext-600': more600 }),
    files,
  };
}

/** How many, the length of each, then they themselves. */
function unpack(packed: ArrayBuffer): Uint8Array[] {
  const view = new DataView(packed);
  const count = view.getUint32(0);
  let offset = 4 + count * 4;
  return Array.from({ length: count }, (_, index) => {
    const file = new Uint8Array(packed, offset, view.getUint32(4 + index * 4));
    offset += file.length;
    return file;
  });
}
