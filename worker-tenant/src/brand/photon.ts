/**
 * Photon (Rust's `image` as WebAssembly), and the only file that knows it. Called by brand-image.ts.
 *
 * The package's own JavaScript keeps one instance for ever. Photon panics at a file that it cannot read, which leaves an
 * instance that nobody should use again, and WebAssembly never gives memory back: so each call has an instance of its
 * own and leaves all of it to the garbage collector. Everything here is synchronous: an isolate decodes one picture at
 * a time.
 */
import photon from '@cf-wasm/photon/photon.wasm';

/** Four bytes a pixel: red, green, blue, alpha; row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** wasm-bindgen's names for what the pinned version exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  __wbindgen_malloc(length: number, alignment: number): number;
  photonimage_new_from_byteslice(pointer: number, length: number): number;
  photonimage_new(pointer: number, length: number, width: number, height: number): number;
  photonimage_get_width(image: number): number;
  photonimage_get_height(image: number): number;
  photonimage_get_raw_pixels(image: number): readonly [pointer: number, length: number];
  photonimage_get_bytes(image: number): readonly [pointer: number, length: number];
}

/** Null for what Photon cannot read. */
export function decode(file: Uint8Array): Pixels | null {
  const instance = start();
  try {
    const image = instance.photonimage_new_from_byteslice(put(instance, file), file.length);
    return {
      width: instance.photonimage_get_width(image) >>> 0,
      height: instance.photonimage_get_height(image) >>> 0,
      data: take(instance, instance.photonimage_get_raw_pixels(image)),
    };
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return null;
    throw error;
  }
}

export function encodePng({ width, height, data }: Pixels): Uint8Array<ArrayBuffer> {
  const instance = start();
  const image = instance.photonimage_new(put(instance, data), data.length, width, height);
  return take(instance, instance.photonimage_get_bytes(image));
}

function start(): Exports {
  const imports: Record<string, Record<string, () => never>> = {};
  for (const { module, name } of WebAssembly.Module.imports(photon)) {
    imports[module] ??= {};
    // What Photon wants of a page (canvases, the console) is not there.
    imports[module][name] = () => {
      throw new WebAssembly.RuntimeError(name);
    };
  }
  return new WebAssembly.Instance(photon, imports).exports as unknown as Exports;
}

function put(instance: Exports, bytes: Uint8Array): number {
  const pointer = instance.__wbindgen_malloc(bytes.length, 1) >>> 0;
  new Uint8Array(instance.memory.buffer, pointer, bytes.length).set(bytes);
  return pointer;
}

function take(instance: Exports, [pointer, length]: readonly [number, number]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(instance.memory.buffer, pointer >>> 0, length >>> 0).slice();
}
