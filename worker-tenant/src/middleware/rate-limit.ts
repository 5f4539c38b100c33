/** A speed bump in front of signing in, per tenant and visitor address. What must hold, holds in the database. */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { ApiError } from '../api-error.ts';
import { addressBucket } from '../auth/visitor-address.ts';
import { logEvent } from '../log.ts';
import type { RequestEnvironment } from '../request-environment.ts';

/** The visitor's address as the dispatcher saw it; a request cannot bring its own. */
export function visitorAddress(c: Context<RequestEnvironment>): string {
  return c.req.header('x-client-address') ?? 'unknown';
}

export const limitSignIns = createMiddleware<RequestEnvironment>(async (c, next) => {
  const { isolate, tenant, requestId } = c.var;
  const key = `${tenant.tenantId} ${addressBucket(visitorAddress(c))}`;
  const { success } = await isolate.signInRateLimit.limit({ key }).catch((error: unknown) => {
    // Safe to go on without it: the database bounds open sign-ins per address and tenant.
    logEvent('rate_limit_failed', { requestId, reason: String(error).slice(0, 200) });
    return { success: true };
  });
  if (!success) throw new ApiError('too_many_sign_ins');
  await next();
});
