/** /api/invitations, /api/invitation-imports: who was invited; invite one or a list of people, send an invitation again, withdraw it. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import {
  importInvitationsSchema,
  importReportSchema,
  invitationListSchema,
  invitationsQuerySchema,
  invitedSchema,
  inviteSchema,
  MAX_IMPORT_BYTES,
  MAX_IMPORT_LINES,
} from '../../../contract/invitations.ts';
import { ApiError } from '../api-error.ts';
import {
  type InvitationPosition,
  importInvitations,
  invite,
  listInvitations,
  resendInvitation,
  revokeInvitation,
} from '../data/invitations.ts';
import { readInvitationList } from '../invitation-list.ts';
import { knockForMails } from '../mail-queue.ts';
import { limitBody } from '../middleware/body-limit.ts';
import { requirePermission } from '../middleware/permission.ts';
import { requireMember } from '../middleware/session.ts';
import { refuseInvalid } from '../middleware/validation.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const permitted = requirePermission('members');

const params = z.object({ id: z.uuid() });

const list = createRoute({
  method: 'get',
  path: '/api/invitations',
  summary: 'Invitations of this portal, newest first',
  middleware: [requireMember, permitted] as const,
  request: { query: invitationsQuerySchema },
  responses: {
    200: {
      description: 'A page of them.',
      content: { 'application/json': { schema: invitationListSchema } },
    },
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.denied,
    ...PROBLEMS.invalid,
    ...PROBLEMS.unavailable,
  },
});

const create = createRoute({
  method: 'post',
  path: '/api/invitations',
  summary: 'Invite one person, by mail',
  middleware: [requireMember, permitted, limitBody()] as const,
  request: { body: { required: true, content: { 'application/json': { schema: inviteSchema } } } },
  responses: {
    201: { description: 'Invited.', content: { 'application/json': { schema: invitedSchema } } },
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.denied,
    ...PROBLEMS.invitedAlready,
    ...PROBLEMS.tooLarge,
    ...PROBLEMS.invalid,
    ...PROBLEMS.tooManyInvitations,
    ...PROBLEMS.unavailable,
  },
});

const importList = createRoute({
  method: 'post',
  path: '/api/invitation-imports',
  summary: 'Invite up to 1,000 people from a list',
  // What JSON adds to a text is bounded by its escapes.
  middleware: [requireMember, permitted, limitBody(3 * MAX_IMPORT_BYTES)] as const,
  request: { body: { required: true, content: { 'application/json': { schema: importInvitationsSchema } } } },
  responses: {
    200: {
      description: 'What became of each line.',
      content: { 'application/json': { schema: importReportSchema } },
    },
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.denied,
    ...PROBLEMS.tooLarge,
    ...PROBLEMS.invalid,
    ...PROBLEMS.unavailable,
  },
});

const resend = createRoute({
  method: 'post',
  path: '/api/invitations/{id}/resend',
  summary: 'Make an open or expired invitation good for seven days again, and mail it',
  middleware: [requireMember, permitted] as const,
  request: { params },
  responses: {
    204: { description: 'It is.' },
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.denied,
    ...PROBLEMS.notFound,
    ...PROBLEMS.invalid,
    ...PROBLEMS.tooManyInvitations,
    ...PROBLEMS.unavailable,
  },
});

const revoke = createRoute({
  method: 'delete',
  path: '/api/invitations/{id}',
  summary: 'Withdraw an open invitation',
  middleware: [requireMember, permitted] as const,
  request: { params },
  responses: {
    204: { description: 'It is withdrawn.' },
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.denied,
    ...PROBLEMS.notFound,
    ...PROBLEMS.invalid,
    ...PROBLEMS.unavailable,
  },
});

export const invitations = new OpenAPIHono<RequestEnvironment>({ defaultHook: refuseInvalid })
  .openapi(list, async (c) => {
    const { state, cursor, limit } = c.req.valid('query');
    const after = cursor === undefined ? null : readCursor(cursor);
    // One more than a page tells whether there is another.
    const rows = await listInvitations(c.var.data, { state, after, limit: limit + 1 });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return c.json({ items, nextCursor: rows.length > limit && last ? writeCursor(last) : null }, 200);
  })
  .openapi(create, async (c) => {
    const id = await invite(c.var.data, c.req.valid('json'));
    await knockForMails(c.env.MAIL_QUEUE);
    return c.json({ id }, 201);
  })
  .openapi(importList, async (c) => {
    const read = readInvitationList(c.req.valid('json').csv);
    if (!read.ok || read.value.length === 0) {
      const detail = read.ok ? 'No line holds anything' : `More than ${MAX_IMPORT_LINES} lines`;
      throw new ApiError('validation_failed', { errors: [{ pointer: '/csv', detail }] });
    }
    const invites = read.value.flatMap((line) => (line.invite === null ? [] : [line.invite]));
    // Asked also with nothing to invite: whoever may not invite is told so, whatever the list holds.
    const answered = await importInvitations(c.var.data, invites);
    if (answered.includes('invited')) await knockForMails(c.env.MAIL_QUEUE);
    const outcomes = answered.values();
    const lines = read.value.map(({ line, email, invite: wanted }) => ({
      line,
      email,
      outcome: wanted === null ? ('malformed' as const) : (outcomes.next().value ?? 'malformed'),
    }));
    return c.json({ lines }, 200);
  })
  .openapi(resend, async (c) => {
    if (!(await resendInvitation(c.var.data, c.req.valid('param').id))) throw new ApiError('not_found');
    await knockForMails(c.env.MAIL_QUEUE);
    return c.body(null, 204);
  })
  .openapi(revoke, async (c) => {
    if (!(await revokeInvitation(c.var.data, c.req.valid('param').id))) throw new ApiError('not_found');
    return c.body(null, 204);
  });

const cursorSchema = z.tuple([z.iso.datetime({ offset: true }), z.uuid()]);

function writeCursor({ createdAt, id }: InvitationPosition): string {
  return btoa(JSON.stringify([createdAt, id]))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function readCursor(cursor: string): InvitationPosition {
  try {
    const text = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
    const [createdAt, id] = cursorSchema.parse(JSON.parse(text));
    return { createdAt, id };
  } catch {
    throw new ApiError('validation_failed', {
      errors: [{ pointer: '/cursor', detail: 'Not a cursor of this list' }],
    });
  }
}
