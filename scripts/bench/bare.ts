/** The baselines: the least that Workers can do in the same places. And what workerd lacks of Cloudflare. Used by edge.ts. */

/** Forwards to one Worker of a namespace, and nothing else. */
export const BARE_DISPATCHER = `
export default {
  async fetch(request, env) {
    const worker = await env.DISPATCHER.get('partner-tenant');
    return worker.fetch(request);
  },
};`;

/** Answers what /api/health answers, and nothing else. */
export const BARE_TENANT = `
const tenant = { tenantId: 'partner1', name: 'Partner One', type: 'partner-subdomain' };
const requestId = '00000000-0000-4000-8000-000000000000';
export default {
  fetch() {
    return Response.json({ status: 'ok', tenant, worker: 'partner-tenant', requestId });
  },
};`;

/** Serves the page as it was built. */
export const BARE_ASSET = `
export default {
  fetch(request, env) {
    return env.ASSETS.fetch('http://assets/index.html');
  },
};`;

/** A dispatch namespace as a wrapped binding: \`get\` hands out the Worker without a hop, as in production. */
export const NAMESPACE_MODULE = `export default (env) => ({ get: (name) => env[name] });`;

/** The rate-limit binding: a fixed window per key, in memory. */
export const RATE_LIMIT_MODULE = `
const LIMIT = 60;
const PERIOD = 10_000;
export default () => {
  let start = 0;
  let counts = new Map();
  return {
    async limit({ key }) {
      const now = Date.now();
      if (now - start >= PERIOD) {
        start = now;
        counts = new Map();
      }
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return { success: count <= LIMIT };
    },
  };
};`;

/** Workers KV behind workerd's kvNamespace binding, in memory. */
export const KV_WORKER = `
const entries = new Map();
export default {
  async fetch(request) {
    const key = new URL(request.url).pathname;
    if (request.method === 'PUT') {
      entries.set(key, await request.text());
      return new Response(null);
    }
    const value = entries.get(key);
    return value === undefined ? new Response(null, { status: 404 }) : new Response(value);
  },
};`;

/** Workers Assets over a folder: content types and nothing else. */
export const ASSETS_WORKER = `
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', woff2: 'font/woff2', svg: 'image/svg+xml' };
export default {
  async fetch(request, env) {
    const path = new URL(request.url).pathname;
    const file = await env.FOLDER.fetch('http://folder' + (path === '/' ? '/index.html' : path));
    if (!file.ok) return new Response(null, { status: 404 });
    const extension = path === '/' ? 'html' : path.slice(path.lastIndexOf('.') + 1);
    return new Response(file.body, { headers: { 'content-type': TYPES[extension] ?? 'application/octet-stream' } });
  },
};`;
