/** GET /api/health: whose portal answers, and that it does. Reads no storage. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { healthSchema } from '../../../contract/api.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const route = createRoute({
  method: 'get',
  path: '/api/health',
  summary: 'Whether this portal answers',
  responses: { 200: { description: 'It does.', content: { 'application/json': { schema: healthSchema } } } },
});

export const health = new OpenAPIHono<RequestEnvironment>().openapi(route, (c) => {
  const { tenantId, name, type, worker } = c.get('tenant');
  return c.json(
    { status: 'ok' as const, tenant: { tenantId, name, type }, worker, requestId: c.get('requestId') },
    200,
  );
});
