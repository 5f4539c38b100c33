import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BrandConfig, brandConfigSchema, resolveBrand } from './branding.ts';
import { contrastDetail, contrastFailures } from './contrast.ts';
import { contrast, schemeColors, surfacesOf } from './theme.ts';

const color = fc.oneof(
  fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`),
  fc.constantFrom('#000000', '#ffffff', '#808080', '#777777', '#ffff00', '#0000ff', '#fefefe', '#010101'),
);
const palette = fc.record(
  { primary: color, accent: color, surface: color, text: color },
  { requiredKeys: [] },
);
const colors = fc.record({ light: palette, dark: palette }, { requiredKeys: [] });

/** The brand with every failing colour replaced by what the gate proposes. */
function mended(config: BrandConfig): BrandConfig {
  const next = structuredClone(config);
  for (const { scheme, pointer, nearest } of contrastFailures(config)) {
    const key = pointer.endsWith('text') ? 'text' : 'primary';
    next.colors = { ...next.colors, [scheme]: { ...next.colors?.[scheme], [key]: nearest } };
  }
  return next;
}

describe('The contrast gate', () => {
  test('lets a brand through that sets nothing', () => {
    expect(contrastFailures({})).toEqual([]);
    expect(contrastFailures({ colors: { light: {}, dark: {} } })).toEqual([]);
  });

  test('names each colour that cannot be read, by how much, and what could', () => {
    const failures = contrastFailures({
      colors: {
        light: { text: '#bbbbbb', primary: '#facc15', surface: '#ffffff' },
        dark: { primary: '#101010' },
      },
    });
    expect(failures.map(({ pointer, need }) => [pointer, need])).toEqual([
      ['/colors/light/text', 4.5],
      ['/colors/light/primary', 3],
      ['/colors/dark/primary', 3],
    ]);
    expect(failures[0]?.ratio).toBeLessThan(2);
    expect(failures.map(contrastDetail).join()).toMatch(
      /needs 4\.5:1; the nearest passing colour is #[0-9a-f]{6}/,
    );
  });

  test('does not ask for a dark primary that was left to the theme', () => {
    expect(contrastFailures({ colors: { light: { primary: '#0b1f4b' } } })).toEqual([]);
  });

  test('proposes only what passes, for any colours', () => {
    fc.assert(
      fc.property(colors, (set) => {
        const next = mended({ colors: set });
        expect(brandConfigSchema.safeParse(next).success).toBe(true);
        expect(contrastFailures(next)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('proposes nothing for what passes, and a ratio that is too small for what does not', () => {
    fc.assert(
      fc.property(colors, (set) => {
        for (const { ratio, need, color: chosen, nearest } of contrastFailures({ colors: set })) {
          expect(ratio).toBeLessThan(need);
          expect(nearest).not.toBe(chosen);
        }
      }),
    );
  });

  test('what passes is shown as it was chosen', () => {
    fc.assert(
      fc.property(colors, fc.constantFrom('light' as const, 'dark' as const), (set, scheme) => {
        const config = mended({ colors: set });
        const chosen = config.colors?.[scheme]?.primary;
        if (chosen === undefined) return;
        const brand = resolveBrand('Acme', config);
        const shown = schemeColors(brand.colors[scheme], scheme);
        expect(shown['primary-edge']).toBe(shown.primary);
        expect(shown.focus).toBe(shown.primary);
        for (const surface of surfacesOf(brand.colors[scheme].surface, scheme)) {
          expect(contrast(shown.primary, surface)).toBeGreaterThanOrEqual(3);
        }
      }),
    );
  });

  test('text on the primary can always be read', () => {
    fc.assert(
      fc.property(color, fc.constantFrom('light' as const, 'dark' as const), (primary, scheme) => {
        const shown = schemeColors(
          resolveBrand('Acme', { colors: { [scheme]: { primary } } }).colors[scheme],
          scheme,
        );
        expect(contrast(shown['on-primary'], shown.primary)).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });
});
