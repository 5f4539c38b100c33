import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CARD_FONTS, cardFontPath, packCardFont } from './card-fonts.ts';

test.each(CARD_FONTS)('the card’s %s is that of its package', (font) => {
  expect(readFileSync(cardFontPath(font)).equals(packCardFont(font))).toBe(true);
});
