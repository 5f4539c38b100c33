/** What the runtime makes of files that are no scripts: by their ending, in wrangler, Vite and the tests alike. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  // biome-ignore lint/style/noDefaultExport: what the runtime gives
  export default module;
}
declare module '*.bin' {
  const content: ArrayBuffer;
  // biome-ignore lint/style/noDefaultExport: what the runtime gives
  export default content;
}
