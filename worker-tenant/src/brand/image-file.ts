/**
 * What an uploaded file is, by its content alone: type, size in pixels, and the file again with nothing in it but the
 * picture. Nothing is decoded here, and nothing is decoded that did not pass here. Called by brand-image.ts.
 */
import { ok, type Result, refuse } from '../../../contract/result.ts';

export const MAX_UPLOAD_BYTES = 2 * 1024 * 1024;
/** A decoded pixel takes four bytes, and a Worker has 128 MB. */
export const MAX_PIXELS = 4_000_000;
export const MAX_EDGE_PX = 4096;

/** EXIF's: 1 is upright, 2–8 are turned or mirrored. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export interface ImageFile {
  /** As they are stored; `orientation` may still exchange them. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** The file without metadata, further frames and further pictures. */
  readonly bare: Uint8Array;
}

/** `type`: none of PNG, JPEG, WebP and ICO, or a kind of them that is not taken. */
export type ImageRefusal = 'type' | 'too_large' | 'unreadable';
export type ReadImage = Result<ImageFile, ImageRefusal>;

export function acceptSize(width: number, height: number): 'too_large' | 'unreadable' | null {
  if (width < 1 || height < 1) return 'unreadable';
  return width > MAX_EDGE_PX || height > MAX_EDGE_PX || width * height > MAX_PIXELS ? 'too_large' : null;
}

export function accepted(
  width: number,
  height: number,
  bare: Uint8Array,
  orientation: Orientation = 1,
): ReadImage {
  const refused = acceptSize(width, height);
  return refused === null ? ok({ width, height, orientation, bare }) : refuse(refused);
}

export function startsWith(bytes: Uint8Array, start: readonly number[], at = 0): boolean {
  return bytes.length >= at + start.length && start.every((byte, index) => bytes[at + index] === byte);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
