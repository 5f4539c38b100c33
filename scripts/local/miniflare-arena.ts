/**
 * Miniflare writes the configuration of workerd, all modules in it, into a buffer that it copies whole each time it
 * grows by 4 kB: seven Workers cost five seconds of processor and gigabytes of copies at every start. Doubling the
 * buffer instead makes that 0.2 s (https://github.com/cloudflare/workers-sdk/issues/15271). Loaded by portal.ts before
 * it starts Miniflare; a version that has no such line any more stops here, so that this file goes away with the bug.
 */
import { registerHooks } from 'node:module';

const GROWS_BY_THE_LEAST = 's.buffer = new ArrayBuffer(srcBuffer.byteLength + minSize);';
const DOUBLES = 's.buffer = new ArrayBuffer(srcBuffer.byteLength + Math.max(minSize, srcBuffer.byteLength));';

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith('/miniflare/dist/src/index.js')) return loaded;
    const source = String(loaded.source);
    if (!source.includes(GROWS_BY_THE_LEAST)) {
      throw new Error('This Miniflare needs no larger steps: delete scripts/local/miniflare-arena.ts.');
    }
    return { ...loaded, source: source.replace(GROWS_BY_THE_LEAST, DOUBLES) };
  },
});
