/**
 * The Worker that all requests of the edge meet first: hands each to the version that edge.ts chose, and tells an
 * exception from an answer. Used by edge-workers.ts.
 */
import type { MiniflareWorker } from './edge-runtime.ts';

/** Which Worker; no Worker sees it. */
export const WORKER_HEADER = 'edge-worker';
/** Of an answer: the Worker threw. */
export const EXCEPTION_HEADER = 'edge-exception';

const SOURCE = `
export default {
  async fetch(request, env) {
    const headers = new Headers(request.headers);
    const name = headers.get('${WORKER_HEADER}');
    headers.delete('${WORKER_HEADER}');
    // Read whole: workerd closes the connection of a request that was answered before it was read.
    const body = request.body === null ? null : await request.arrayBuffer();
    try {
      return await env[name].fetch(new Request(request.url, { method: request.method, headers, body, redirect: 'manual' }));
    } catch (error) {
      console.error(error);
      return new Response(null, { status: 500, headers: { '${EXCEPTION_HEADER}': '1' } });
    }
  },
};
`;

export function frontWorker(workers: readonly string[]): MiniflareWorker {
  return {
    name: 'edge-front',
    modulesRoot: '/',
    modules: [{ type: 'ESModule', path: '/index.js', contents: Buffer.from(SOURCE) }],
    compatibilityDate: '2026-10-20',
    compatibilityFlags: [],
    serviceBindings: Object.fromEntries(workers.map((name) => [name, { name }])),
  };
}
