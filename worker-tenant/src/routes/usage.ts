/** GET /api/usage: what the tenant has used of its plan. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { usageSchema } from '../../../contract/api.ts';
import { getUsage } from '../data/usage.ts';
import { requireMember } from '../middleware/session.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const route = createRoute({
  method: 'get',
  path: '/api/usage',
  summary: 'What is used of the plan',
  middleware: [requireMember] as const,
  responses: {
    200: { description: 'The meters.', content: { 'application/json': { schema: usageSchema } } },
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.unavailable,
  },
});

export const usage = new OpenAPIHono<RequestEnvironment>().openapi(route, async (c) => {
  return c.json({ tier: c.var.tenant.tier, meters: await getUsage(c.var.data) }, 200);
});
