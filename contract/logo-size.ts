/** How large a logo is shown, wherever it is: by the web and by the dispatcher's own pages. */
import type { BrandImage } from './branding.ts';

/**
 * For a place where a mark would be `size` pixels high. Long logos get lower and square ones higher, so that all have
 * about the same weight; none is shown larger than it is.
 */
export function logoSize(
  { width, height }: Pick<BrandImage, 'width' | 'height'>,
  size: number,
): { width: number; height: number } {
  const aspect = width / height;
  const shown = Math.min(height, size * 1.25, (size * 2.6) / Math.sqrt(aspect));
  return { width: Math.ceil(shown * aspect), height: Math.ceil(shown) };
}
