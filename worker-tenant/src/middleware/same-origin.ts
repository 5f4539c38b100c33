/** State changes only on requests from the tenant's own pages: what SameSite=Lax leaves open (siblings, old browsers). */
import { createMiddleware } from 'hono/factory';
import { ApiError } from '../api-error.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** `Origin` must be the tenant's; a request without one must say `Sec-Fetch-Site: same-origin`. Neither: refused. */
export function isSameOrigin(headers: Headers, origin: string): boolean {
  const claimed = headers.get('origin');
  return claimed === null ? headers.get('sec-fetch-site') === 'same-origin' : claimed === origin;
}

export const requireSameOrigin = createMiddleware<RequestEnvironment>(async (c, next) => {
  if (!SAFE_METHODS.has(c.req.method) && !isSameOrigin(c.req.raw.headers, c.var.tenant.origin)) {
    throw new ApiError('cross_site_request');
  }
  await next();
});
