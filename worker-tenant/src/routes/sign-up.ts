/** /api/sign-up: who may join this portal: anybody, invited people, or verified emails of listed domains. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { signUpChangeSchema, signUpSchema } from '../../../contract/invitations.ts';
import { getSignUp, setSignUp } from '../data/invitations.ts';
import { limitBody } from '../middleware/body-limit.ts';
import { requirePermission } from '../middleware/permission.ts';
import { requireMember } from '../middleware/session.ts';
import { refuseInvalid } from '../middleware/validation.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const permitted = requirePermission('members');

const told = { description: 'Who may join.', content: { 'application/json': { schema: signUpSchema } } };

const get = createRoute({
  method: 'get',
  path: '/api/sign-up',
  summary: 'Who may join this portal',
  middleware: [requireMember, permitted] as const,
  responses: { 200: told, ...PROBLEMS.unauthorized, ...PROBLEMS.denied, ...PROBLEMS.unavailable },
});

const put = createRoute({
  method: 'put',
  path: '/api/sign-up',
  summary: 'Decide who may join this portal',
  middleware: [requireMember, permitted, limitBody()] as const,
  request: { body: { required: true, content: { 'application/json': { schema: signUpChangeSchema } } } },
  responses: {
    200: told,
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.denied,
    ...PROBLEMS.tooLarge,
    ...PROBLEMS.invalid,
    ...PROBLEMS.unavailable,
  },
});

export const signUp = new OpenAPIHono<RequestEnvironment>({ defaultHook: refuseInvalid })
  .openapi(get, async (c) => c.json(await getSignUp(c.var.data), 200))
  .openapi(put, async (c) => {
    const { policy, domains } = c.req.valid('json');
    return c.json(await setSignUp(c.var.data, { policy, domains: [...new Set(domains)] }), 200);
  });
