/** The generated mark of a brand: its monogram on its colour. Used for icons and on system pages. */
import type { Brand } from '../../contract/branding.ts';
import { schemeColors } from '../../contract/theme.ts';
import { escapeMarkup } from './markup.ts';

const SIZE = 64;

/** A square SVG, also legible at 16 px. As an icon it loads nothing, so that letters are set in the system's font. */
export function markSvg(brand: Brand): string {
  const { primary, 'on-primary': onPrimary } = schemeColors(brand.colors.light, 'light');
  const letters = [...brand.monogram];
  const fontSize = letters.length > 1 ? 28 : 36;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}">` +
    `<rect width="${SIZE}" height="${SIZE}" rx="${cornerRadius(brand)}" fill="${primary}"/>` +
    `<text x="50%" y="50%" dy=".36em" text-anchor="middle" fill="${onPrimary}" font-family="system-ui,sans-serif" ` +
    `font-size="${fontSize}" font-weight="600" letter-spacing="-.5">${escapeMarkup(brand.monogram)}</text></svg>`
  );
}

/** The brand's radius, which is meant for buttons, on the scale of the mark: 0 stays square, 16 is nearly a circle. */
function cornerRadius(brand: Brand): number {
  return Math.round((brand.radius / 16) * 26);
}

export function svgDataUrl(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
