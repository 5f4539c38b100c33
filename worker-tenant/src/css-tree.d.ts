/** The parts of css-tree that brand/custom-css.ts uses: the whole package brings 400 kB of syntax tables along. */
declare module 'css-tree/parser' {
  import type { CssNode, ParseOptions } from 'css-tree';
  // biome-ignore lint/style/noDefaultExport: it is how the package exports.
  export default function parse(text: string, options?: ParseOptions): CssNode;
}
declare module 'css-tree/generator' {
  import type { CssNode } from 'css-tree';
  // biome-ignore lint/style/noDefaultExport: it is how the package exports.
  export default function generate(node: CssNode): string;
}
declare module 'css-tree/tokenizer' {
  export function tokenize(text: string, onToken: (type: number, start: number, end: number) => void): void;
  export const tokenTypes: Readonly<Record<string, number>>;
}
