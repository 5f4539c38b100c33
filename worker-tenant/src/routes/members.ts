/** /api/members: who belongs to the tenant, what each may do, and ending it. For the permission `members`. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import {
  type MembersQuery,
  memberChangeSchema,
  memberListSchema,
  memberSchema,
  membersQuerySchema,
} from '../../../contract/members.ts';
import { ApiError } from '../api-error.ts';
import { changeMember, getMember, listMembers, type MemberPosition, removeMember } from '../data/members.ts';
import { requirePermission } from '../middleware/permission.ts';
import { requireMember } from '../middleware/session.ts';
import { refuseInvalid } from '../middleware/validation.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const permitted = requirePermission('members');
const params = z.object({ id: z.uuid() });
const refusals = {
  ...PROBLEMS.unauthorized,
  ...PROBLEMS.denied,
  ...PROBLEMS.invalid,
  ...PROBLEMS.unavailable,
};

const list = createRoute({
  method: 'get',
  path: '/api/members',
  summary: 'The members of the tenant',
  middleware: [requireMember, permitted] as const,
  request: { query: membersQuerySchema },
  responses: {
    200: { description: 'A page of them.', content: { 'application/json': { schema: memberListSchema } } },
    ...refusals,
  },
});

const show = createRoute({
  method: 'get',
  path: '/api/members/{id}',
  summary: 'One member',
  middleware: [requireMember, permitted] as const,
  request: { params },
  responses: {
    200: { description: 'The member.', content: { 'application/json': { schema: memberSchema } } },
    ...refusals,
    ...PROBLEMS.notFound,
  },
});

const change = createRoute({
  method: 'patch',
  path: '/api/members/{id}',
  summary: 'Change the role, the permissions or the status of another member',
  middleware: [requireMember, permitted] as const,
  request: {
    params,
    body: { required: true, content: { 'application/json': { schema: memberChangeSchema } } },
  },
  responses: {
    200: { description: 'The member now.', content: { 'application/json': { schema: memberSchema } } },
    ...refusals,
    ...PROBLEMS.notFound,
    ...PROBLEMS.conflict,
  },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/members/{id}',
  summary: 'Remove another member and sign it out everywhere',
  middleware: [requireMember, permitted] as const,
  request: { params },
  responses: {
    204: { description: 'It is removed.' },
    ...refusals,
    ...PROBLEMS.notFound,
    ...PROBLEMS.conflict,
  },
});

export const members = new OpenAPIHono<RequestEnvironment>({ defaultHook: refuseInvalid })
  .openapi(list, async (c) => {
    const { cursor, ...query } = c.req.valid('query');
    const after = cursor === undefined ? null : readCursor(cursor, query);
    const { items, next } = await listMembers(c.var.data, query, after);
    return c.json({ items, nextCursor: next && writeCursor(next, query) }, 200);
  })
  .openapi(show, async (c) => c.json(await getMember(c.var.data, c.req.valid('param').id), 200))
  .openapi(change, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(await changeMember(c.var.data, id, c.req.valid('json')), 200);
  })
  .openapi(remove, async (c) => {
    await removeMember(c.var.data, c.req.valid('param').id);
    return c.body(null, 204);
  });

type Ordering = Pick<MembersQuery, 'sort' | 'order'>;

const moment = z.union([z.iso.datetime({ offset: true }), z.literal('-infinity')]);
const line = z
  .string()
  .max(400)
  .regex(/^\P{Cc}*$/u);
const cursorSchemas = {
  name: line,
  email: line,
  created: moment,
  last_seen: moment,
} as const satisfies Record<MembersQuery['sort'], z.ZodType<string>>;

function writeCursor({ key, id }: MemberPosition, { sort, order }: Ordering): string {
  const bytes = new TextEncoder().encode(JSON.stringify([sort, order, key, id]));
  return btoa(String.fromCodePoint(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** A cursor is a stranger's text: it counts only if it is one of ours, for a list in this very order. */
function readCursor(cursor: string, { sort, order }: Ordering): MemberPosition {
  try {
    const bytes = Uint8Array.from(
      atob(cursor.replaceAll('-', '+').replaceAll('_', '/')),
      (c) => c.codePointAt(0) ?? 0,
    );
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const [, , key, id] = z
      .tuple([z.literal(sort), z.literal(order), cursorSchemas[sort], z.uuid()])
      .parse(JSON.parse(text));
    return { key, id };
  } catch {
    throw new ApiError('validation_failed', {
      errors: [{ pointer: '/cursor', detail: 'Not a cursor of this list' }],
    });
  }
}
