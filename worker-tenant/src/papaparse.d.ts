/** The part of papaparse that invitation-list.ts uses; the published types bring Node's globals along. */
declare module 'papaparse' {
  interface Options {
    readonly delimitersToGuess?: readonly string[];
    readonly preview?: number;
  }
  const Papa: { parse(text: string, options: Options): { readonly data: string[][] } };
  // biome-ignore lint/style/noDefaultExport: it is how the package exports.
  export default Papa;
}
