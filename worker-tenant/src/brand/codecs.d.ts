/** WebAssembly that a build puts beside the Worker, and the parts of codecs that come without types of their own. */
declare module '@cf-wasm/photon/photon.wasm' {
  const module: WebAssembly.Module;
  // biome-ignore lint/style/noDefaultExport: it is how the package exports.
  export default module;
}
declare module '@jsquash/webp/codec/dec/webp_dec.wasm' {
  const module: WebAssembly.Module;
  // biome-ignore lint/style/noDefaultExport: it is how the package exports.
  export default module;
}
declare module '@jsquash/webp/codec/dec/webp_dec.js' {
  interface Decoder {
    decode(file: Uint8Array): {
      readonly width: number;
      readonly height: number;
      readonly data: Uint8ClampedArray<ArrayBuffer>;
    } | null;
  }
  interface Options {
    readonly noInitialRun: true;
    readonly instantiateWasm: (
      imports: Record<string, Record<string, () => unknown>>,
      done: (instance: WebAssembly.Instance) => void,
    ) => object;
  }
  // biome-ignore lint/style/noDefaultExport: it is how the package exports.
  export default function start(options: Options): Promise<Decoder>;
}
