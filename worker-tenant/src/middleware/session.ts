/**
 * Who asks. The cookie's token says it for ten minutes; after that the session is renewed in the database, if its row
 * still lives. A live token does not mean a live session: a handler asks the database with `data`, whose guard checks
 * the row on every call, or calls `checkSession` first.
 */
import { createMiddleware } from 'hono/factory';
import { ApiError } from '../api-error.ts';
import type { SessionClaims, VerifiedSession } from '../auth/session-token.ts';
import { renewSession } from '../data/sessions.ts';
import type { DataAccess } from '../data/supabase.ts';
import { nowInSeconds } from '../isolate.ts';
import type { RequestEnvironment } from '../request-environment.ts';
import { readSessionCookie, setSessionCookie } from './cookies.ts';

export interface MemberEnvironment extends RequestEnvironment {
  Variables: RequestEnvironment['Variables'] & {
    session: SessionClaims;
    /** The Data API as the member sees it. */
    data: DataAccess;
  };
}

/** The session that a token names on this very tenant and host, run out or not; null for anything that is not ours. */
export async function readSession(
  { isolate, tenant }: Pick<RequestEnvironment['Variables'], 'isolate' | 'tenant'>,
  token: string | undefined,
): Promise<VerifiedSession | null> {
  if (!token) return null;
  const { tenantId, hostname } = tenant;
  const verified = await isolate.sessions.verify(token, { tenantId, hostname, now: nowInSeconds() });
  return verified.ok ? verified.value : null;
}

export const requireMember = createMiddleware<MemberEnvironment>(async (c, next) => {
  const session = await readSession(c.var, readSessionCookie(c));
  if (!session) throw new ApiError('not_signed_in');
  const data = await c.var.isolate.dataAs({ role: 'authenticated', ...session.claims });
  if (session.expiresAt <= nowInSeconds()) {
    const { absoluteExpiresAt } = await renewSession(data);
    const token = await c.var.isolate.sessions.sign(session.claims, nowInSeconds());
    setSessionCookie(c, token, new Date(absoluteExpiresAt));
  }
  c.set('session', session.claims);
  c.set('data', data);
  await next();
});
