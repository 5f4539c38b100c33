/** State changes only on requests from the tenant's own pages: what SameSite=Lax leaves open (siblings, old browsers). */
import { createMiddleware } from 'hono/factory';
import { ApiError } from '../api-error.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * What the browser itself says about where the request comes from, and no page can set: `Sec-Fetch-Site` where it is
 * sent (it says `same-site` for a sibling subdomain, which `Origin` alone would need a list for), else `Origin`. Neither:
 * refused.
 */
export function isSameOrigin(headers: Headers, origin: string): boolean {
  const site = headers.get('sec-fetch-site');
  return site === null ? headers.get('origin') === origin : site === 'same-origin';
}

export const requireSameOrigin = createMiddleware<RequestEnvironment>(async (c, next) => {
  if (!SAFE_METHODS.has(c.req.method) && !isSameOrigin(c.req.raw.headers, c.var.tenant.origin)) {
    throw new ApiError('cross_site_request');
  }
  await next();
});
