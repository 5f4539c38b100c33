import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brandConfigSchema, type Palette, resolveBrand } from './branding.ts';
import {
  contrast,
  type SchemeColors,
  schemeColors,
  THEME_VARIABLES,
  type ThemeVariable,
  themeCss,
} from './theme.ts';

const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);
/** Also the colours at which arithmetic goes wrong: black, white, pure channels, greys, hairs from the end. */
const anyColor = fc.oneof(
  color,
  fc.constantFrom(
    '#000000',
    '#ffffff',
    '#777777',
    '#808080',
    '#ffff00',
    '#0000ff',
    '#00ff00',
    '#ff0000',
    '#fefefe',
    '#010101',
  ),
);
const palette = fc.record<Palette>({
  primary: anyColor,
  accent: anyColor,
  surface: anyColor,
  text: anyColor,
});
const scheme = fc.constantFrom('light' as const, 'dark' as const);

type Pair = readonly [ThemeVariable, ThemeVariable];
const SURFACES = ['surface', 'surface-raised', 'surface-sunken'] as const;

const TEXT_PAIRS: readonly Pair[] = [
  ['on-primary', 'primary'],
  ['on-primary', 'primary-hover'],
  ['on-primary-soft', 'primary-soft'],
  ['on-accent', 'accent'],
  ['on-field', 'field'],
  ['text', 'primary-soft'],
  ['text', 'selection'],
  ...SURFACES.flatMap((surface): Pair[] => [
    ['text', surface],
    ['text-muted', surface],
    ['link', surface],
  ]),
];
const CONTROL_PAIRS: readonly Pair[] = SURFACES.flatMap((surface): Pair[] => [
  ['border-strong', surface],
  ['focus', surface],
  ['primary-edge', surface],
]);

function expectContrast(colors: SchemeColors, pairs: readonly Pair[], least: number): void {
  for (const [foreground, background] of pairs) {
    const ratio = contrast(colors[foreground], colors[background]);
    expect(
      ratio,
      `${foreground} ${colors[foreground]} on ${background} ${colors[background]}`,
    ).toBeGreaterThanOrEqual(least);
  }
}

describe('Palettes', () => {
  test('whatever a brand chooses, text can be read (WCAG 2.2, 1.4.3)', () => {
    fc.assert(
      fc.property(palette, scheme, (chosen, kind) =>
        expectContrast(schemeColors(chosen, kind), TEXT_PAIRS, 4.5),
      ),
      { numRuns: 400 },
    );
  });

  test('whatever a brand chooses, controls and focus can be seen (WCAG 2.2, 1.4.11)', () => {
    fc.assert(
      fc.property(palette, scheme, (chosen, kind) =>
        expectContrast(schemeColors(chosen, kind), CONTROL_PAIRS, 3),
      ),
      { numRuns: 400 },
    );
  });

  test('every value is a colour that a style sheet can carry', () => {
    fc.assert(
      fc.property(palette, scheme, (chosen, kind) => {
        const colors = schemeColors(chosen, kind);
        expect(Object.keys(colors).sort()).toEqual([...THEME_VARIABLES].sort());
        for (const value of Object.values(colors)) expect(value).toMatch(/^#[0-9a-f]{6}$/);
      }),
    );
  });

  test('the light palette stays light and the dark one dark, whatever the surface', () => {
    fc.assert(
      fc.property(palette, (chosen) => {
        expect(contrast(schemeColors(chosen, 'light').surface, '#000000')).toBeGreaterThan(15);
        expect(contrast(schemeColors(chosen, 'dark').surface, '#ffffff')).toBeGreaterThan(13);
      }),
    );
  });

  test('a brand’s own colour is left alone where it can be seen', () => {
    const chosen = { primary: '#facc15', accent: '#7c3aed', surface: '#ffffff', text: '#111111' };
    expect(schemeColors(chosen, 'light')).toMatchObject({
      primary: '#facc15',
      accent: '#7c3aed',
      surface: '#ffffff',
      text: '#111111',
    });
  });

  test('a colour that would vanish is moved until it shows', () => {
    const chosen = { primary: '#fefefe', accent: '#ffffff', surface: '#ffffff', text: '#ffffff' };
    const { primary, surface, text } = schemeColors(chosen, 'light');
    expect(contrast(primary, surface)).toBeGreaterThanOrEqual(1.3);
    expect(contrast(text, surface)).toBeGreaterThanOrEqual(7);
  });

  test('hovering a filled button is seen', () => {
    fc.assert(
      fc.property(palette, scheme, (chosen, kind) => {
        const colors = schemeColors(chosen, kind);
        expect(contrast(colors['primary-hover'], colors.primary)).toBeGreaterThan(1.05);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('The style sheet', () => {
  const css = themeCss(resolveBrand('Partner', brandConfigSchema.parse({ radius: 12, font: 'geist' })));

  test('has the light palette on the root, the dark one by preference and by choice', () => {
    const blocks = css.split('\n');
    expect(blocks[0]).toMatch(/^:root\{color-scheme:light;/);
    expect(blocks[1]).toMatch(
      /^@media \(prefers-color-scheme:dark\)\{:root:not\(\[data-theme='light'\]\)\{color-scheme:dark;/,
    );
    expect(blocks[2]).toMatch(/^:root\[data-theme='dark'\]\{color-scheme:dark;/);
  });

  test('names every variable, the radius and the font', () => {
    for (const name of THEME_VARIABLES) expect(css.split(`--brand-${name}:`)).toHaveLength(4);
    expect(css).toContain('--brand-radius:12px');
    expect(css).toContain("--brand-font:'Geist Variable'");
  });

  test('holds nothing that could end a style element', () => {
    expect(css).not.toMatch(/[<>&]/);
  });
});
