/**
 * libwebp as WebAssembly, and the only file that knows it: what Photon makes of lossy WebP has other colours. Called by
 * brand-image.ts. As in photon.ts, each picture has an instance of its own, whose memory goes with it.
 */
import start from '@jsquash/webp/codec/dec/webp_dec.js';
import libwebp from '@jsquash/webp/codec/dec/webp_dec.wasm';
import type { Pixels } from './photon.ts';

/** The codec hands its pixels over in one, and a Worker has none. */
class Handover {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }
}

/** Null for what libwebp cannot read. */
export async function decodeWebp(file: Uint8Array): Promise<Pixels | null> {
  if (!('ImageData' in globalThis)) Object.assign(globalThis, { ImageData: Handover });
  const decoder = await start({
    noInitialRun: true,
    instantiateWasm(imports, done) {
      const instance = new WebAssembly.Instance(libwebp, imports);
      done(instance);
      return instance.exports;
    },
  });
  try {
    const image = decoder.decode(file);
    if (image === null) return null;
    const { width, height, data } = image;
    return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return null;
    throw error;
  }
}
