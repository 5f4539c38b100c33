import { describe, expect, test } from 'vitest';
import { brandConfigSchema, brandSchema, resolveBrand } from './branding.ts';

describe('a brand', () => {
  test('that configures nothing wears the neutral default under its own name', () => {
    const brand = resolveBrand('Partner One', {});
    expect(brandSchema.parse(brand)).toEqual(brand);
    expect(brand).toMatchObject({
      name: 'Partner One',
      monogram: 'PO',
      signInHeadline: 'Sign in to Partner One',
      description: 'Sign in to Partner One.',
      radius: 8,
      font: 'instrument-sans',
      termsUrl: null,
    });
  });

  test('keeps its own primary in the dark palette, and what it sets for dark alone', () => {
    const brand = resolveBrand('Acme', {
      colors: { light: { primary: '#aa0000', surface: '#ffffff' }, dark: { surface: '#000000' } },
    });
    expect(brand.colors.light).toMatchObject({ primary: '#aa0000', accent: '#aa0000', surface: '#ffffff' });
    expect(brand.colors.dark).toMatchObject({ primary: '#aa0000', surface: '#000000' });
  });

  test('of one word, of symbols, or of another script has a monogram', () => {
    expect(resolveBrand('Acme', {}).monogram).toBe('A');
    expect(resolveBrand('株式会社 東京', {}).monogram).toBe('株東');
    expect(resolveBrand('— —', {}).monogram).toBe('•');
  });

  test.each([
    [{ colors: { light: { primary: 'red' } } }],
    [{ colors: { light: { primary: '#fff' } } }],
    [{ colors: { light: { primary: '#ffffff;}' } } }],
    [{ radius: 17 }],
    [{ radius: 1.5 }],
    [{ font: 'comic-sans' }],
    [{ name: '' }],
    [{ name: 'x'.repeat(61) }],
    [{ name: 'two\nlines' }],
    [{ termsUrl: 'http://example.com' }],
    [{ termsUrl: 'javascript:alert(1)' }],
    [{ termsUrl: 'https://example.com/"onload=' }],
    [{ supportEmail: 'nobody' }],
    [{ unknown: true }],
    [{ images: { logo: { hash: '../other/secret', width: 1, height: 1 } } }],
    [{ images: { logo: { hash: 'a'.repeat(64), width: 4096, height: 1 } } }],
    [{ customCss: 'é'.repeat(32_769) }],
  ])('refuses %j', (config) => {
    expect(brandConfigSchema.safeParse(config).success).toBe(false);
  });
});
