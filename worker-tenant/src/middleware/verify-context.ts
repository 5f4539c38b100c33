/** First of all: a request that did not come through the dispatcher, or is meant for another Worker, ends here. */
import { createMiddleware } from 'hono/factory';
import { TENANT_CONTEXT_HEADER } from '../../../contract/tenant-context.ts';
import { ApiError } from '../api-error.ts';
import { nowInSeconds } from '../isolate.ts';
import type { RequestEnvironment } from '../request-environment.ts';

export const verifyContext = createMiddleware<RequestEnvironment>(async (c, next) => {
  const read = c.get('isolate').contexts.read(c.req.header(TENANT_CONTEXT_HEADER), nowInSeconds());
  const context = read instanceof Promise ? await read : read;
  if (!context.ok) throw new ApiError('tenant_context_invalid', { reason: context.error });
  // The dispatcher answers for these itself; should one slip through, it does not get in.
  if (context.value.status === 'suspended') throw new ApiError('tenant_suspended');
  if (context.value.status !== 'active') throw new ApiError('tenant_unavailable');
  c.set('tenant', context.value);
  await next();
});
