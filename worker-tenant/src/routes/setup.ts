/** GET /api/setup: what of the portal is set up, as far as the member may administer it. For the dashboard's checklist. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { setupSchema } from '../../../contract/api.ts';
import { getSetup } from '../data/setup.ts';
import { requireMember } from '../middleware/session.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const route = createRoute({
  method: 'get',
  path: '/api/setup',
  summary: 'What is set up, and what is left',
  middleware: [requireMember] as const,
  responses: {
    200: {
      description: 'One answer for each part.',
      content: { 'application/json': { schema: setupSchema } },
    },
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.unavailable,
  },
});

export const setup = new OpenAPIHono<RequestEnvironment>().openapi(route, async (c) => {
  return c.json(await getSetup(c.var.data), 200);
});
