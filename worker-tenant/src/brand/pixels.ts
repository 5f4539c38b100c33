/** Turning, fitting and framing of decoded pictures. Pure; called by brand-image.ts. */
import type { Orientation } from './image-file.ts';
import type { Pixels } from './photon.ts';

/** Turns and mirrors what a camera stored, so that up is up. */
export function upright({ width, height, data }: Pixels, orientation: Orientation): Pixels {
  if (orientation === 1) return { width, height, data };
  const turned = orientation >= 5;
  const [outWidth, outHeight] = turned ? [height, width] : [width, height];
  const from = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const to = new Uint32Array(outWidth * outHeight);
  for (let y = 0; y < outHeight; y += 1) {
    for (let x = 0; x < outWidth; x += 1) {
      const [column, row] = turned ? [y, x] : [x, y];
      const sourceX = [2, 3, 7, 8].includes(orientation) ? width - 1 - column : column;
      const sourceY = [3, 4, 6, 7].includes(orientation) ? height - 1 - row : row;
      to[y * outWidth + x] = from[sourceY * width + sourceX] ?? 0;
    }
  }
  return { width: outWidth, height: outHeight, data: new Uint8Array(to.buffer) };
}

/** The largest size of the same shape within the frame; never larger than it was. */
export function fitWithin(
  { width, height }: Pick<Pixels, 'width' | 'height'>,
  frame: { readonly width: number; readonly height: number },
): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, frame.width / width, frame.height / height);
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/**
 * Scales down by the mean of what each pixel covers, weighted by alpha: what is transparent has no colour to give to an
 * edge. Two passes, so that a picture costs a few sums for each of its pixels.
 */
export function scaleDown(pixels: Pixels, size: { readonly width: number; readonly height: number }): Pixels {
  if (size.width === pixels.width && size.height === pixels.height) return pixels;
  const columns = sharesOf(pixels.width, size.width);
  const rows = sharesOf(pixels.height, size.height);
  const wide = new Float32Array(size.width * pixels.height * 4);
  for (let y = 0; y < pixels.height; y += 1) {
    for (const { target, source, share } of columns) {
      const from = (y * pixels.width + source) * 4;
      const to = (y * size.width + target) * 4;
      const alpha = ((pixels.data[from + 3] ?? 0) / 255) * share;
      wide[to] = (wide[to] ?? 0) + (pixels.data[from] ?? 0) * alpha;
      wide[to + 1] = (wide[to + 1] ?? 0) + (pixels.data[from + 1] ?? 0) * alpha;
      wide[to + 2] = (wide[to + 2] ?? 0) + (pixels.data[from + 2] ?? 0) * alpha;
      wide[to + 3] = (wide[to + 3] ?? 0) + alpha;
    }
  }
  const small = new Float32Array(size.width * size.height * 4);
  for (const { target, source, share } of rows) {
    const from = source * size.width * 4;
    const to = target * size.width * 4;
    for (let index = 0; index < size.width * 4; index += 1) {
      small[to + index] = (small[to + index] ?? 0) + (wide[from + index] ?? 0) * share;
    }
  }
  const data = new Uint8Array(small.length);
  for (let at = 0; at < small.length; at += 4) {
    const alpha = small[at + 3] ?? 0;
    if (alpha <= 0) continue;
    for (let channel = 0; channel < 3; channel += 1) {
      data[at + channel] = Math.min(255, Math.round((small[at + channel] ?? 0) / alpha));
    }
    data[at + 3] = Math.min(255, Math.round(alpha * 255));
  }
  return { ...size, data };
}

interface Share {
  readonly target: number;
  readonly source: number;
  /** How much of the target this source is. */
  readonly share: number;
}

/** Which source pixels each target pixel covers. */
function sharesOf(from: number, to: number): Share[] {
  const shares: Share[] = [];
  const step = from / to;
  for (let target = 0; target < to; target += 1) {
    const start = target * step;
    const end = Math.min(from, start + step);
    for (let source = Math.floor(start); source < end; source += 1) {
      const share = (Math.min(end, source + 1) - Math.max(start, source)) / step;
      if (share > 0) shares.push({ target, source, share });
    }
  }
  return shares;
}

/** In the middle of a transparent square. */
export function squared({ width, height, data }: Pixels): Pixels {
  if (width === height) return { width, height, data };
  const edge = Math.max(width, height);
  const left = Math.floor((edge - width) / 2);
  const top = Math.floor((edge - height) / 2);
  const square = new Uint8Array(edge * edge * 4);
  for (let y = 0; y < height; y += 1) {
    square.set(data.subarray(y * width * 4, (y + 1) * width * 4), ((y + top) * edge + left) * 4);
  }
  return { width: edge, height: edge, data: square };
}
