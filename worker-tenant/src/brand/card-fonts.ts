/**
 * The fonts that social cards are set in, loaded when there is a card to set. Their files are written by
 * scripts/card-fonts.ts. Called by social-card.ts.
 */
import type { Font } from '../../../contract/branding.ts';
import { Typeface } from './typeface.ts';

type CardFontFile = () => Promise<{ readonly default: ArrayBuffer }>;

const DEFAULT: CardFontFile = () => import('./fonts/instrument-sans.bin');
const FILES: Readonly<Record<Exclude<Font, 'system'>, CardFontFile>> = {
  'instrument-sans': DEFAULT,
  geist: () => import('./fonts/geist.bin'),
  figtree: () => import('./fonts/figtree.bin'),
  inter: () => import('./fonts/inter.bin'),
  manrope: () => import('./fonts/manrope.bin'),
  'dm-sans': () => import('./fonts/dm-sans.bin'),
  'plus-jakarta-sans': () => import('./fonts/plus-jakarta-sans.bin'),
  'space-grotesk': () => import('./fonts/space-grotesk.bin'),
  'source-serif-4': () => import('./fonts/source-serif-4.bin'),
  lora: () => import('./fonts/lora.bin'),
};

export interface CardFont {
  readonly medium: Typeface;
  readonly semibold: Typeface;
  /** TrueType, for the renderer. */
  readonly files: readonly Uint8Array[];
}

export async function loadCardFont(font: Font): Promise<CardFont> {
  // Which font a reader's system has is not known here.
  const load = font === 'system' ? DEFAULT : FILES[font];
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
