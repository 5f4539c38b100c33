/**
 * A brand's palettes as CSS variables, light and dark. Called by the dispatcher for what it sends, by contrast.ts for
 * what may be published, and by the branding page for its preview: what is judged and previewed is what is sent.
 *
 * All arithmetic is in OKLCH (hue and chroma stay the brand's, lightness moves) and every contrast is measured on the
 * rounded `#rrggbb` that is sent, so that what is promised is what the browser shows: text pairs ≥ 4.5:1, borders and
 * focus rings of controls ≥ 3:1 (WCAG 2.2, 1.4.3 and 1.4.11). Surfaces are kept light in the light palette and dark
 * in the dark one; between them no colour could be read on page, card and well alike.
 */
import {
  clampChroma,
  converter,
  formatHex,
  modeLrgb,
  modeOklab,
  modeOklch,
  modeRgb,
  type Oklch,
  useMode,
  wcagContrast,
} from 'culori/fn';
import type { Brand, Font, Palette } from './branding.ts';

// culori/fn registers nothing by itself, which keeps the forty other colour spaces out of the Worker.
useMode(modeRgb);
useMode(modeLrgb);
useMode(modeOklab);
useMode(modeOklch);
const toOklch = converter('oklch');
const toOklab = converter('oklab');

/** WCAG 2.2, 1.4.3 for text and 1.4.11 for what is no text. */
export const TEXT = 4.5;
export const CONTROL = 3;
/** Where the brand leaves room, body text reads better than the minimum. */
const BODY = 7;
const MUTED = 4.8;
const NOTICEABLE = 1.06;
const DARK_FIELD_LIGHTNESS = 0.38;

export type Scheme = 'light' | 'dark';

interface SchemeRules {
  readonly surface: { readonly min: number; readonly max: number; readonly chroma: number };
  readonly raise: number;
  readonly sink: number;
  /** Where foregrounds move to until they can be read: 0 is black, 1 is white. */
  readonly away: 0 | 1;
  /** Least contrast of the brand's own colour with the page; below it a button would not be seen at all. */
  readonly visible: number;
}

const RULES: Record<Scheme, SchemeRules> = {
  light: { surface: { min: 0.955, max: 1, chroma: 0.02 }, raise: 0.02, sink: -0.028, away: 0, visible: 1.3 },
  dark: {
    surface: { min: 0.15, max: 0.25, chroma: 0.035 },
    raise: 0.035,
    sink: -0.03,
    away: 1,
    visible: 2.2,
  },
};

export const THEME_VARIABLES = [
  'primary',
  'on-primary',
  'primary-hover',
  'primary-edge',
  'primary-soft',
  'on-primary-soft',
  'link',
  'accent',
  'on-accent',
  'surface',
  'surface-raised',
  'surface-sunken',
  'border',
  'border-strong',
  'text',
  'text-muted',
  'focus',
  'selection',
  'field',
  'on-field',
] as const;
export type ThemeVariable = (typeof THEME_VARIABLES)[number];
/** `#rrggbb` for each `--brand-<name>`. */
export type SchemeColors = Readonly<Record<ThemeVariable, string>>;

const FONT_FAMILIES: Record<Font, string> = {
  'instrument-sans': `'Instrument Sans Variable','Instrument Sans Fallback',system-ui,sans-serif`,
  geist: `'Geist Variable','Geist Fallback',system-ui,sans-serif`,
  figtree: `'Figtree Variable','Figtree Fallback',system-ui,sans-serif`,
  system: `system-ui,-apple-system,'Segoe UI',Roboto,sans-serif`,
  inter: `'Inter Variable','Inter Fallback',system-ui,sans-serif`,
  manrope: `'Manrope Variable','Manrope Fallback',system-ui,sans-serif`,
  'dm-sans': `'DM Sans Variable','DM Sans Fallback',system-ui,sans-serif`,
  'plus-jakarta-sans': `'Plus Jakarta Sans Variable','Plus Jakarta Sans Fallback',system-ui,sans-serif`,
  'space-grotesk': `'Space Grotesk Variable','Space Grotesk Fallback',system-ui,sans-serif`,
  'source-serif-4': `'Source Serif 4 Variable','Source Serif 4 Fallback',ui-serif,serif`,
  lora: `'Lora Variable','Lora Fallback',ui-serif,serif`,
};

export function fontFamily(font: Font): string {
  return FONT_FAMILIES[font];
}

/** The whole theme as CSS text, safe inside `<style>`: it is made of hex colours, numbers and our own font names. */
export function themeCss(brand: Brand): string {
  const light = declarations(schemeColors(brand.colors.light, 'light'));
  const dark = declarations(schemeColors(brand.colors.dark, 'dark'));
  return [
    `:root{color-scheme:light;--brand-radius:${brand.radius}px;--brand-font:${fontFamily(brand.font)};${light}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme='light']){color-scheme:dark;${dark}}}`,
    `:root[data-theme='dark']{color-scheme:dark;${dark}}`,
  ].join('\n');
}

function declarations(colors: SchemeColors): string {
  return THEME_VARIABLES.map((name) => `--brand-${name}:${colors[name]}`).join(';');
}

/** Every colour of one palette. Pure: the same palette gives the same colours. */
export function schemeColors(palette: Palette, scheme: Scheme): SchemeColors {
  const rules = RULES[scheme];
  const surfaces = surfacesOf(palette.surface, scheme);
  const [page, raised, sunken] = surfaces;

  const primary = readable(palette.primary, surfaces, rules.visible, rules.away);
  const soft = tint(page, primary, 0.12);
  const text = readable(palette.text, [...surfaces, soft], BODY, rules.away);
  const onPrimary = foreground(primary);
  const field = fieldColor(primary, scheme);
  const accent = readable(palette.accent, surfaces, rules.visible, rules.away);

  return {
    primary,
    'on-primary': onPrimary,
    'primary-hover': hover(primary, onPrimary),
    'primary-edge': readable(primary, surfaces, CONTROL, rules.away),
    'primary-soft': soft,
    'on-primary-soft': readable(primary, [soft], TEXT, rules.away),
    link: readable(primary, surfaces, TEXT, rules.away),
    accent,
    'on-accent': foreground(accent),
    surface: page,
    'surface-raised': raised,
    'surface-sunken': sunken,
    border: tint(page, text, 0.12),
    'border-strong': readable(tint(page, text, 0.45), surfaces, CONTROL, rules.away),
    text,
    'text-muted': readable(tint(page, text, 0.6), surfaces, MUTED, rules.away),
    focus: readable(primary, surfaces, CONTROL, rules.away),
    selection: selection(page, primary, text),
    field,
    'on-field': foreground(field),
  };
}

/** Page, card and well, as a surface of this colour is shown. */
export function surfacesOf(color: string, scheme: Scheme): readonly [string, string, string] {
  const rules = RULES[scheme];
  const page = pageSurface(color, rules);
  return [page, moveLightness(page, rules.raise), moveLightness(page, rules.sink)];
}

/** The colour itself if it reaches the ratio on all surfaces, else the nearest of its hue that does. */
export function nearestReadable(
  color: string,
  surfaces: readonly string[],
  ratio: number,
  scheme: Scheme,
): string {
  return readable(color, surfaces, ratio, RULES[scheme].away);
}

/** The sign-in page's field of colour: the brand's own in light, a deep shade of it in dark, where it must not glare. */
function fieldColor(primary: string, scheme: Scheme): string {
  const { l, c, h } = oklch(primary);
  return scheme === 'light' ? primary : hex({ l: Math.min(l, DARK_FIELD_LIGHTNESS), c, h });
}

function pageSurface(color: string, { surface }: SchemeRules): string {
  const { l, c, h } = oklch(color);
  return hex({ l: Math.min(surface.max, Math.max(surface.min, l)), c: Math.min(surface.chroma, c), h });
}

/** The colour itself if it stands out against all backgrounds, else the nearest lightness towards `away` that does. */
function readable(color: string, backgrounds: readonly string[], ratio: number, away: 0 | 1): string {
  const passes = (candidate: string) =>
    backgrounds.every((background) => contrast(candidate, background) >= ratio);
  // As it was chosen, not as it comes back from another colour space: the last digit of a dark colour may differ.
  const original = color.toLowerCase();
  if (passes(original)) return original;
  const { l, c, h } = oklch(color);
  const end = away === 0 ? '#000000' : '#ffffff';
  let near = l;
  let far: number = away;
  let found = end;
  for (let step = 0; step < 12; step += 1) {
    const middle = (near + far) / 2;
    const candidate = hex({ l: middle, c, h });
    if (passes(candidate)) {
      found = candidate;
      far = middle;
    } else {
      near = middle;
    }
  }
  return found;
}

/** White or near-black, whichever can be read; white is preferred, one of the two always can. */
function foreground(background: string): string {
  if (contrast('#ffffff', background) >= TEXT) return '#ffffff';
  return contrast('#16181d', background) >= TEXT ? '#16181d' : '#000000';
}

/** A step away from the text on it; at the ends of the scale a step back, while the text can still be read. */
function hover(color: string, on: string): string {
  const direction = on === '#ffffff' ? -1 : 1;
  const steps = [0.05, 0.1, -0.05, -0.1, -0.2].map((step) => moveLightness(color, direction * step));
  const seen = (candidate: string) =>
    contrast(candidate, color) >= NOTICEABLE && contrast(on, candidate) >= TEXT;
  return steps.find(seen) ?? color;
}

function selection(page: string, primary: string, text: string): string {
  const shares = [0.3, 0.25, 0.2, 0.15, 0.1, 0.05];
  return shares.map((share) => tint(page, primary, share)).find((mix) => contrast(text, mix) >= TEXT) ?? page;
}

/** `share` of `color` over `base`, mixed in OKLab so that a tint of blue does not turn grey or violet. */
function tint(base: string, color: string, share: number): string {
  const from = toOklab(base);
  const to = toOklab(color);
  if (!from || !to) throw new TypeError('not a colour');
  const mix = (a: number, b: number) => a + (b - a) * share;
  return formatHex(
    clampChroma({ mode: 'oklab', l: mix(from.l, to.l), a: mix(from.a, to.a), b: mix(from.b, to.b) }, 'oklch'),
  );
}

function moveLightness(color: string, by: number): string {
  const { l, c, h } = oklch(color);
  return hex({ l: Math.min(1, Math.max(0, l + by)), c, h });
}

interface Lch {
  readonly l: number;
  readonly c: number;
  readonly h: number;
}

function oklch(color: string): Lch {
  const parsed = toOklch(color);
  if (!parsed) throw new TypeError('not a colour');
  // Greys have no hue; any will do, since their chroma is nothing.
  return { l: parsed.l, c: parsed.c, h: parsed.h ?? 0 };
}

function hex({ l, c, h }: Lch): string {
  return formatHex(clampChroma({ mode: 'oklch', l, c, h } satisfies Oklch, 'oklch'));
}

export function contrast(a: string, b: string): number {
  return wcagContrast(a, b);
}
