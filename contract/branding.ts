/**
 * A tenant's brand: `brandConfigSchema` is `tenants.whitelabel_config` as stored (every key optional; the database
 * checks the same keys and bounds), `Brand` is the brand with everything filled in. What a tenant leaves out comes
 * from the neutral default here, never from another tenant.
 */
import { z } from 'zod';

/** Fonts that ship with the app; a brand names one of them, so that no page asks a third party for a font. */
export const FONTS = [
  'instrument-sans',
  'geist',
  'figtree',
  'system',
  'inter',
  'manrope',
  'dm-sans',
  'plus-jakarta-sans',
  'space-grotesk',
  'source-serif-4',
  'lora',
] as const;
export type Font = (typeof FONTS)[number];

export const MAX_RADIUS_PX = 16;
/** Of a stylesheet in UTF-8. */
export const MAX_CUSTOM_CSS_BYTES = 64 * 1024;

/** Pictures of a brand, each uploaded by itself. What has no dark one shows the light one there, too. */
export const IMAGE_SLOTS = ['logo', 'logoDark', 'favicon', 'faviconDark', 'appIcon'] as const;
export type ImageSlot = (typeof IMAGE_SLOTS)[number];
/** Longest edge of a stored picture in pixels. */
export const MAX_IMAGE_EDGE_PX = 2048;

const color = z.string().regex(/^#[0-9a-fA-F]{6}$/);
const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u);
export const httpsUrlSchema = z
  .string()
  .max(2048)
  .regex(/^https:\/\/[^\s"'<>\\^`{|}\u0000-\u001f\u007f]+$/);
const email = z
  .string()
  .max(254)
  .regex(/^[^\s@"'<>]+@[^\s@"'<>]+\.[^\s@"'<>]+$/);

/** SHA-256 of what is stored, in hex: its name in the store, and what its address changes with. */
export const contentHashSchema = z.string().regex(/^[0-9a-f]{64}$/);
const edge = z.number().int().min(1).max(MAX_IMAGE_EDGE_PX);
/** A stored PNG of the tenant's own; its size in pixels, so that nothing moves when it has loaded. */
export const brandImageSchema = z.strictObject({ hash: contentHashSchema, width: edge, height: edge });
export type BrandImage = z.infer<typeof brandImageSchema>;

export const brandImagesSchema = z.strictObject({
  logo: brandImageSchema.optional(),
  logoDark: brandImageSchema.optional(),
  favicon: brandImageSchema.optional(),
  faviconDark: brandImageSchema.optional(),
  appIcon: brandImageSchema.optional(),
} satisfies Record<ImageSlot, unknown>);
export type BrandImages = z.infer<typeof brandImagesSchema>;

export const customCssSchema = z
  .string()
  .min(1)
  .max(MAX_CUSTOM_CSS_BYTES)
  .regex(/^[^\u0000]*$/)
  .refine((text) => new TextEncoder().encode(text).length <= MAX_CUSTOM_CSS_BYTES);

const paletteConfigSchema = z.strictObject({
  primary: color.optional(),
  accent: color.optional(),
  surface: color.optional(),
  text: color.optional(),
});
export type PaletteConfig = z.infer<typeof paletteConfigSchema>;

export const brandConfigSchema = z.strictObject({
  /** Shown name; the tenant's name when absent. */
  name: line(60).optional(),
  tagline: line(120).optional(),
  description: line(200).optional(),
  signInHeadline: line(120).optional(),
  /** Who mails come from, in words; the shown name when absent. No page shows it. */
  mailSenderName: line(60).optional(),
  /** One or two characters for the generated mark; the name's initials when absent. */
  monogram: line(2).optional(),
  colors: z
    .strictObject({ light: paletteConfigSchema.optional(), dark: paletteConfigSchema.optional() })
    .optional(),
  /** Corner radius in CSS pixels. */
  radius: z.number().int().min(0).max(MAX_RADIUS_PX).optional(),
  font: z.enum(FONTS).optional(),
  supportEmail: email.optional(),
  supportUrl: httpsUrlSchema.optional(),
  termsUrl: httpsUrlSchema.optional(),
  privacyUrl: httpsUrlSchema.optional(),
  images: brandImagesSchema.optional(),
  /** As its author wrote it; what pages get is what remains of it after checking (the branding routes). */
  customCss: customCssSchema.optional(),
  /** Whether pages name the platform. Plans without the choice always do, whatever stands here. */
  poweredBy: z.boolean().optional(),
});
export type BrandConfig = z.infer<typeof brandConfigSchema>;

export const paletteSchema = z.object({ primary: color, accent: color, surface: color, text: color });
export type Palette = z.infer<typeof paletteSchema>;

export const brandSchema = z.object({
  name: z.string(),
  tagline: z.string().nullable(),
  description: z.string(),
  signInHeadline: z.string(),
  monogram: z.string(),
  colors: z.object({ light: paletteSchema, dark: paletteSchema }),
  radius: z.number(),
  font: z.enum(FONTS),
  supportEmail: z.string().nullable(),
  supportUrl: z.string().nullable(),
  termsUrl: z.string().nullable(),
  privacyUrl: z.string().nullable(),
  images: brandImagesSchema.default({}),
});
/** A brand with everything filled in. Colours are `#rrggbb`, the radius is in CSS pixels. */
export type Brand = z.infer<typeof brandSchema>;

const NEUTRAL_LIGHT: Palette = { primary: '#3b4252', accent: '#5b6472', surface: '#fafafa', text: '#1c1e21' };
const NEUTRAL_DARK: Palette = { primary: '#c3c9d4', accent: '#98a1b0', surface: '#131416', text: '#eceef1' };

/** The neutral default, worn by a tenant that has configured nothing. */
export const DEFAULT_FONT: Font = 'instrument-sans';
export const DEFAULT_RADIUS_PX = 8;

/** Fills in what a tenant left out. A dark palette inherits the brand's own light primary and accent. */
export function resolveBrand(tenantName: string, config: BrandConfig): Brand {
  const name = config.name ?? tenantName;
  const light = config.colors?.light ?? {};
  const dark = config.colors?.dark ?? {};
  return {
    name,
    tagline: config.tagline ?? null,
    description: config.description ?? config.tagline ?? `Sign in to ${name}.`,
    signInHeadline: config.signInHeadline ?? `Sign in to ${name}`,
    monogram: config.monogram ?? initials(name),
    colors: {
      light: palette(light, NEUTRAL_LIGHT),
      dark: palette(
        {
          ...(light.primary === undefined ? {} : { primary: light.primary }),
          ...(light.accent === undefined ? {} : { accent: light.accent }),
          ...dark,
        },
        NEUTRAL_DARK,
      ),
    },
    radius: config.radius ?? DEFAULT_RADIUS_PX,
    font: config.font ?? DEFAULT_FONT,
    supportEmail: config.supportEmail ?? null,
    supportUrl: config.supportUrl ?? null,
    termsUrl: config.termsUrl ?? null,
    privacyUrl: config.privacyUrl ?? null,
    images: config.images ?? {},
  };
}

function palette(config: PaletteConfig, fallback: Palette): Palette {
  const primary = config.primary ?? fallback.primary;
  return {
    primary,
    accent: config.accent ?? config.primary ?? fallback.accent,
    surface: config.surface ?? fallback.surface,
    text: config.text ?? fallback.text,
  };
}

/** The first letters of the first two words: `Partner One` → `PO`, `Acme` → `A`. */
function initials(name: string): string {
  const words = name.split(/[\s–-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.slice(0, 2).map((word) => [...word].find((c) => /[\p{L}\p{N}]/u.test(c)) ?? '');
  return letters.join('').toUpperCase() || '•';
}
