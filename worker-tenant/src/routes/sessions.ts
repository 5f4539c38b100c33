/** /api/sessions: the member's own signed-in browsers; sign out one of them, or all. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import {
  type Session,
  sessionListSchema,
  sessionsQuerySchema,
  sessionsRevokedSchema,
} from '../../../contract/api.ts';
import { ApiError } from '../api-error.ts';
import { describeDevice } from '../auth/device.ts';
import {
  listSessions,
  revokeAllSessions,
  revokeSession,
  type SessionPosition,
  type SessionRow,
} from '../data/sessions.ts';
import { clearSessionCookie } from '../middleware/cookies.ts';
import { requireMember } from '../middleware/session.ts';
import { refuseInvalid } from '../middleware/validation.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const list = createRoute({
  method: 'get',
  path: '/api/sessions',
  summary: 'The browsers that the member is signed in with, last used first',
  middleware: [requireMember] as const,
  request: { query: sessionsQuerySchema },
  responses: {
    200: { description: 'A page of them.', content: { 'application/json': { schema: sessionListSchema } } },
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.invalid,
    ...PROBLEMS.unavailable,
  },
});

const revoke = createRoute({
  method: 'delete',
  path: '/api/sessions/{id}',
  summary: 'Sign out one browser',
  middleware: [requireMember] as const,
  request: { params: z.object({ id: z.uuid() }) },
  responses: {
    204: { description: 'It is signed out.' },
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.crossSite,
    ...PROBLEMS.notFound,
    ...PROBLEMS.invalid,
    ...PROBLEMS.unavailable,
  },
});

const revokeAll = createRoute({
  method: 'post',
  path: '/api/sessions/revoke-all',
  summary: 'Sign out everywhere, here included',
  middleware: [requireMember] as const,
  responses: {
    200: {
      description: 'How many were signed out.',
      content: { 'application/json': { schema: sessionsRevokedSchema } },
    },
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.crossSite,
    ...PROBLEMS.unavailable,
  },
});

export const sessions = new OpenAPIHono<RequestEnvironment>({ defaultHook: refuseInvalid })
  .openapi(list, async (c) => {
    const { state, cursor, limit } = c.req.valid('query');
    const now = new Date();
    const after = cursor === undefined ? null : readCursor(cursor);
    // One more than a page tells whether there is another.
    const rows = await listSessions(c.var.data, { state, after, limit: limit + 1, now });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return c.json(
      {
        items: page.map((row) => showSession(row, c.var.session.sessionId, now)),
        nextCursor:
          rows.length > limit && last ? writeCursor({ lastSeenAt: last.last_seen_at, id: last.id }) : null,
      },
      200,
    );
  })
  .openapi(revoke, async (c) => {
    const { id } = c.req.valid('param');
    if (!(await revokeSession(c.var.data, id))) throw new ApiError('not_found');
    if (id === c.var.session.sessionId) clearSessionCookie(c);
    return c.body(null, 204);
  })
  .openapi(revokeAll, async (c) => {
    const revoked = await revokeAllSessions(c.var.data);
    clearSessionCookie(c);
    return c.json({ revoked }, 200);
  });

function showSession(row: SessionRow, currentId: string, now: Date): Session {
  const ends = Math.min(Date.parse(row.idle_expires_at), Date.parse(row.absolute_expires_at));
  return {
    id: row.id,
    provider: row.provider,
    ...describeDevice(row.user_agent),
    address: row.address,
    location: row.location,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    current: row.id === currentId,
    state: row.revoked_at === null && ends > now.getTime() ? 'active' : 'ended',
  };
}

const cursorSchema = z.tuple([z.iso.datetime({ offset: true }), z.uuid()]);

function writeCursor({ lastSeenAt, id }: SessionPosition): string {
  return btoa(JSON.stringify([lastSeenAt, id]))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** A cursor is opaque to clients and a stranger's text to us: it becomes part of a filter only if it is one of ours. */
function readCursor(cursor: string): SessionPosition {
  try {
    const text = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
    const [lastSeenAt, id] = cursorSchema.parse(JSON.parse(text));
    return { lastSeenAt, id };
  } catch {
    throw new ApiError('validation_failed', {
      errors: [{ pointer: '/cursor', detail: 'Not a cursor of this list' }],
    });
  }
}
