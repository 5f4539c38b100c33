/** POST /auth/sign-out: ends the session and takes the cookie away. Never by GET: an image could do that. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { ApiError } from '../api-error.ts';
import { revokeSession } from '../data/sessions.ts';
import { DataError } from '../data/supabase.ts';
import { clearSessionCookie, readSessionCookie } from '../middleware/cookies.ts';
import { readSession } from '../middleware/session.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const route = createRoute({
  method: 'post',
  path: '/auth/sign-out',
  summary: 'Sign out this browser',
  responses: {
    204: { description: 'Nobody is signed in with this browser now, or was before.' },
    ...PROBLEMS.crossSite,
    ...PROBLEMS.unavailable,
  },
});

export const signOut = new OpenAPIHono<RequestEnvironment>().openapi(route, async (c) => {
  const cookie = readSessionCookie(c);
  const session = await readSession(c.var, cookie);
  if (session) {
    try {
      const data = await c.var.isolate.dataAs({ role: 'authenticated', ...session.claims });
      await revokeSession(data, session.claims.sessionId);
    } catch (error) {
      // A session that has ended is what was asked for. One that could not be ended is not: the cookie stays, and the
      // person is told.
      if (!(error instanceof DataError && error.refusal === 'session_ended')) throw error;
    }
  }
  if (cookie !== undefined) clearSessionCookie(c);
  return c.body(null, 204);
});

signOut.all('/auth/sign-out', () => {
  throw new ApiError('method_not_allowed', { headers: { allow: 'POST' } });
});
