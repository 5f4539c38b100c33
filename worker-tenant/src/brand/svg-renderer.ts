/**
 * SVG to PNG. Two and a half megabytes of WebAssembly are instantiated with the first picture that an isolate renders,
 * and not before: no other request pays for them. Called by social-card.ts.
 */
import { initWasm, Resvg } from '@resvg/resvg-wasm';

let ready: Promise<void> | undefined;

function start(): Promise<void> {
  ready ??= import('@resvg/resvg-wasm/index_bg.wasm').then(({ default: module }) => initWasm(module));
  return ready;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each; colours are multiplied by opacity. */
  readonly rgba: Uint8Array;
}

export async function renderPng(svg: string, fonts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  await start();
  return render(svg, fonts, (image) => new Uint8Array(image.asPng()));
}

export async function renderPixels(svg: string): Promise<Pixels> {
  await start();
  return render(svg, [], ({ width, height, pixels }) => ({ width, height, rgba: new Uint8Array(pixels) }));
}

type Rendered = ReturnType<InstanceType<typeof Resvg>['render']>;

/** What it holds is outside of the collector's reach and is freed here. */
function render<Picture>(
  svg: string,
  fonts: readonly Uint8Array[],
  take: (image: Rendered) => Picture,
): Picture {
  const document = new Resvg(svg, { font: { fontBuffers: [...fonts] } });
  try {
    const image = document.render();
    try {
      return take(image);
    } finally {
      image.free();
    }
  } finally {
    document.free();
  }
}
