/** GET /api/me: the signed-in member, its tenant, its session and its identities. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { meSchema } from '../../../contract/api.ts';
import { getMe } from '../data/members.ts';
import { requireMember } from '../middleware/session.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const route = createRoute({
  method: 'get',
  path: '/api/me',
  summary: 'Who is signed in',
  middleware: [requireMember] as const,
  responses: {
    200: { description: 'The member.', content: { 'application/json': { schema: meSchema } } },
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.unavailable,
  },
});

export const me = new OpenAPIHono<RequestEnvironment>().openapi(route, async (c) => {
  return c.json(await getMe(c.var.data), 200);
});
