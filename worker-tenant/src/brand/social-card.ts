/**
 * The picture that a link to a portal is shown with (Open Graph), made when a brand is published. Called by
 * brand-assets.ts.
 */
import { type Brand, type BrandImage, resolveBrand } from '../../../contract/branding.ts';
import { contrast, schemeColors } from '../../../contract/theme.ts';
import { logEvent } from '../log.ts';
import type { BrandToPublish } from './brand-assets.ts';
import type { BrandFiles } from './brand-files.ts';
import { loadCardFont } from './card-fonts.ts';
import { type CardLogo, cardSvg } from './card-picture.ts';
import { type Pixels, renderPixels, renderPng } from './svg-renderer.ts';

/** Hash of the stored card; null when there is none: a brand is worth publishing without its card. */
export async function makeSocialCard(files: BrandFiles, brand: BrandToPublish): Promise<string | null> {
  try {
    return await files.store(
      'socialCard',
      await drawCard(files, resolveBrand(brand.tenantName, brand.config)),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    logEvent('social_card_failed', { requestId: brand.requestId, reason });
    return null;
  }
}

async function drawCard(files: BrandFiles, brand: Brand): Promise<Uint8Array<ArrayBuffer>> {
  const [font, logo] = await Promise.all([loadCardFont(brand.font), readLogo(files, brand)]);
  return renderPng(cardSvg(brand, font, logo), font.files);
}

async function readLogo(files: BrandFiles, brand: Brand): Promise<CardLogo | null> {
  const image = brand.images.logo;
  if (image === undefined) return null;
  const stored = await files.read('logo', image.hash);
  if (stored === null) return null;
  const dataUrl = `data:image/png;base64,${new Uint8Array(await stored.arrayBuffer()).toBase64()}`;
  const color = await colorOf(dataUrl, image);
  // Empty, or no picture: the mark is better than a gap.
  if (color === null) return null;
  const { width, height } = image;
  return { dataUrl, width, height, needsPlate: vanishesOnSurface(color, brand) };
}

/** Edge of what a logo is judged by. */
const SAMPLE_PX = 48;
/** Below this a shape is hardly told from what it stands on. */
const SEEN = 1.5;

async function colorOf(dataUrl: string, { width, height }: BrandImage): Promise<string | null> {
  const scale = SAMPLE_PX / Math.max(width, height);
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}"><image width="${w}" height="${h}" href="${dataUrl}"/></svg>`;
  return meanColor(await renderPixels(svg));
}

/** Whether a logo, white ones above all, is better seen on the brand's colour than on its surface. */
function vanishesOnSurface(color: string, brand: Brand): boolean {
  const { surface, field } = schemeColors(brand.colors.light, 'light');
  return contrast(color, surface) < SEEN && contrast(color, field) > contrast(color, surface);
}

/** Of what can be seen; null where nothing can. */
function meanColor({ rgba }: Pixels): string | null {
  const sums = [0, 0, 0, 0];
  for (let index = 0; index < rgba.length; index++)
    sums[index % 4] = (sums[index % 4] ?? 0) + (rgba[index] ?? 0);
  const [red = 0, green = 0, blue = 0, opacity = 0] = sums;
  if (opacity === 0) return null;
  // Colours come multiplied by opacity: divided by its sum they are weighted by it.
  const channel = (sum: number) =>
    Math.min(255, Math.round((sum / opacity) * 255))
      .toString(16)
      .padStart(2, '0');
  return `#${channel(red)}${channel(green)}${channel(blue)}`;
}
