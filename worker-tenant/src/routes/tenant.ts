/** GET /api/tenant: name, brand and ways to sign in, for anybody. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { publicTenantSchema } from '../../../contract/api.ts';
import { resolveBrand } from '../../../contract/branding.ts';
import { brandConfigOf, PROVIDERS } from '../../../contract/tenants.ts';
import { ApiError } from '../api-error.ts';
import { resolveHostname } from '../data/tenants.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const route = createRoute({
  method: 'get',
  path: '/api/tenant',
  summary: 'Name, brand and ways to sign in',
  responses: {
    200: { description: 'The portal.', content: { 'application/json': { schema: publicTenantSchema } } },
    ...PROBLEMS.unavailable,
  },
});

export const tenant = new OpenAPIHono<RequestEnvironment>().openapi(route, async (c) => {
  const { tenantId, hostname, platformDomain } = c.var.tenant;
  const resolved = await resolveHostname(c.var.isolate.dataAsAnyone(), hostname);
  // The hostname moved within the context's minute: its new tenant is not the one that was asked.
  if (resolved?.tenantId !== tenantId) throw new ApiError('tenant_unavailable');
  return c.json(
    {
      tenantId,
      name: resolved.name,
      type: resolved.type,
      hostname,
      brand: resolveBrand(resolved.name, brandConfigOf(resolved)),
      // Under the platform's domain its own clients serve where a tenant has none.
      providers: platformDomain ? [...PROVIDERS] : resolved.providers,
    },
    200,
  );
});
