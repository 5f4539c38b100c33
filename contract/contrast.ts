/**
 * The contrast gate: which colours of a brand cannot be published because people could not read what stands in them
 * (WCAG 2.2 AA: 1.4.3 for text, 1.4.11 for controls and focus). Pure; the tenant Worker refuses by it, the branding page
 * shows it while one types.
 *
 * Judged is what a brand sets. The theme moves a colour that cannot be read until it can, so nothing unreadable is ever
 * sent; but a brand that picks a colour is to see that colour. Text on the primary needs no line here: the theme picks
 * black or white for it, and one of the two can always be read.
 */
import { type BrandConfig, resolveBrand } from './branding.ts';
import { CONTROL, contrast, nearestReadable, type Scheme, surfacesOf, TEXT } from './theme.ts';

/** What is judged in each palette: text, and the primary as edge of buttons, as link and as focus ring. */
const PAIRS = [
  { key: 'text', pair: 'text-on-surface', need: TEXT },
  { key: 'primary', pair: 'primary-on-surface', need: CONTROL },
] as const;

export interface ContrastFailure {
  /** JSON Pointer into the brand: `/colors/dark/primary`. */
  readonly pointer: `/colors/${Scheme}/${(typeof PAIRS)[number]['key']}`;
  readonly pair: (typeof PAIRS)[number]['pair'];
  readonly scheme: Scheme;
  readonly color: string;
  /** The least ratio on page, card and well, cut to two digits so that it never reads as enough. */
  readonly ratio: number;
  readonly need: number;
  /** Same hue, another lightness; passes. */
  readonly nearest: string;
}

export function contrastFailures(config: BrandConfig): ContrastFailure[] {
  const { colors } = resolveBrand('', config);
  return (['light', 'dark'] as const).flatMap((scheme) => {
    const surfaces = surfacesOf(colors[scheme].surface, scheme);
    return PAIRS.flatMap(({ key, pair, need }) => {
      const color = config.colors?.[scheme]?.[key];
      if (color === undefined) return [];
      const least = Math.min(...surfaces.map((surface) => contrast(color, surface)));
      if (least >= need) return [];
      const nearest = nearestReadable(color, surfaces, need, scheme);
      const ratio = Math.floor(least * 100) / 100;
      return [{ pointer: `/colors/${scheme}/${key}` as const, pair, scheme, color, ratio, need, nearest }];
    });
  });
}

/** For people: what is wrong and what would be right. */
export function contrastDetail({ ratio, need, nearest }: ContrastFailure): string {
  return `Contrast with the surface is ${ratio}:1 and needs ${need}:1; the nearest passing colour is ${nearest}`;
}
