/** JPEG (ITU-T T.81): the tables and scans of the one picture; of its metadata the orientation is read, none is kept. */
import { refuse } from '../../../contract/result.ts';
import {
  accepted,
  acceptSize,
  join,
  type Orientation,
  type ReadImage,
  startsWith,
  viewOf,
} from './image-file.ts';

const [SOI, EOI, SOS, DHT, DQT, DRI, EXIF, ADOBE] = [0xd8, 0xd9, 0xda, 0xc4, 0xdb, 0xdd, 0xe1, 0xee];
/** Each scan goes over the whole picture, however few bytes it has; encoders write about ten. */
const MAX_SCANS = 64;
const ORIENTATION_TAG = 0x0112;
const MAX_TAGS = 256;

export function isJpeg(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0xff, SOI, 0xff]);
}

export function readJpeg(bytes: Uint8Array): ReadImage {
  const view = viewOf(bytes);
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  let size: readonly [number, number] | null = null;
  let orientation: Orientation = 1;
  let scans = 0;
  for (let at = 2; at + 1 < bytes.length; ) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) {
      // Only between a scan's header and the next marker there is anything that is no segment.
      if (scans === 0) return refuse('unreadable');
      const next = bytes.indexOf(0xff, at);
      if (next < 0) return refuse('unreadable');
      kept.push(bytes.subarray(at, next));
      at = next;
    } else if (marker === 0xff) {
      at += 1;
    } else if (scans > 0 && (marker === 0 || isRestart(marker))) {
      kept.push(bytes.subarray(at, at + 2));
      at += 2;
    } else if (marker === EOI) {
      kept.push(bytes.subarray(at, at + 2));
      return size !== null && scans > 0 ? accepted(...size, join(kept), orientation) : refuse('unreadable');
    } else {
      if (at + 4 > bytes.length) return refuse('unreadable');
      const length = view.getUint16(at + 2);
      const end = at + 2 + length;
      if (length < 2 || end > bytes.length) return refuse('unreadable');
      if (isFrame(marker)) {
        // Baseline, extended and progressive; two frames would leave it open which one is decoded.
        if (marker > 0xc2) return refuse('type');
        if (size !== null || length < 11) return refuse('unreadable');
        const components = bytes[at + 9] ?? 0;
        // Pictures for print come in four colours, which no browser shows as they are meant.
        if (bytes[at + 4] !== 8 || (components !== 1 && components !== 3)) return refuse('type');
        size = [view.getUint16(at + 7), view.getUint16(at + 5)];
        const refused = acceptSize(...size);
        if (refused !== null) return refuse(refused);
      }
      if (marker === SOS) {
        scans += 1;
        if (size === null || scans > MAX_SCANS) return refuse('unreadable');
      }
      if (marker === EXIF) orientation = readOrientation(bytes.subarray(at + 4, end)) ?? orientation;
      if (isFrame(marker) || [SOS, DHT, DQT, DRI, ADOBE].includes(marker)) kept.push(bytes.subarray(at, end));
      at = end;
    }
  }
  return refuse('unreadable');
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== 0xc8 && marker !== 0xcc;
}

/** EXIF 2.32, §4.6: a TIFF of which the first directory may say which way is up. */
function readOrientation(segment: Uint8Array): Orientation | null {
  if (!startsWith(segment, [0x45, 0x78, 0x69, 0x66, 0, 0]) || segment.length < 16) return null;
  const tiff = viewOf(segment.subarray(6));
  const little = tiff.getUint16(0) === 0x4949;
  const directory = tiff.getUint32(4, little);
  if (directory + 2 > tiff.byteLength) return null;
  const tags = Math.min(tiff.getUint16(directory, little), MAX_TAGS);
  for (let tag = 0; tag < tags; tag += 1) {
    const at = directory + 2 + tag * 12;
    if (at + 12 > tiff.byteLength) return null;
    if (tiff.getUint16(at, little) !== ORIENTATION_TAG) continue;
    const value = tiff.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? (value as Orientation) : null;
  }
  return null;
}
