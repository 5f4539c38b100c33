/** Signed-in browsers: `public.sessions`, the asking member's own. Called by middleware/session.ts and routes/sessions.ts. */
import { z } from 'zod';
import { PROVIDERS } from '../../../contract/tenants.ts';
import { ask, type DataAccess } from './supabase.ts';

const timestamp = z.iso.datetime({ offset: true });

const renewalSchema = z.object({ idleExpiresAt: timestamp, absoluteExpiresAt: timestamp });
export type Renewal = z.infer<typeof renewalSchema>;

/** Writes the last use and pushes the idle end. DataError `session_ended` when there is nothing to renew. */
export async function renewSession(access: DataAccess): Promise<Renewal> {
  return renewalSchema.parse(await ask(access, (client) => client.rpc('renew_session')));
}

/** For whatever asks the database nothing else: throws DataError `session_ended` unless the session lives. */
export async function checkSession(access: DataAccess): Promise<void> {
  await ask(access, (client) => client.rpc('check_session'));
}

/** False when the member has no such live session. */
export async function revokeSession(access: DataAccess, sessionId: string): Promise<boolean> {
  return ask(access, (client) => client.rpc('revoke_session', { p_session_id: sessionId }));
}

/** Ends all sessions of the member, the asking one included; answers how many. */
export async function revokeAllSessions(access: DataAccess): Promise<number> {
  return ask(access, (client) => client.rpc('revoke_all_sessions'));
}

const rowSchema = z.object({
  id: z.uuid(),
  provider: z.enum(PROVIDERS),
  user_agent: z.string().nullable(),
  address: z.string().nullable(),
  location: z.string().nullable(),
  created_at: timestamp,
  last_seen_at: timestamp,
  idle_expires_at: timestamp,
  absolute_expires_at: timestamp,
  revoked_at: timestamp.nullable(),
});
export type SessionRow = z.infer<typeof rowSchema>;

/** Where a page ended: the order is by last use, the id decides between equals. */
export interface SessionPosition {
  readonly lastSeenAt: string;
  readonly id: string;
}

export interface SessionPage {
  readonly state: 'active' | 'all';
  readonly after: SessionPosition | null;
  readonly limit: number;
  /** For `active`: what counts as not yet over. */
  readonly now: Date;
}

/** Up to `limit` of the member's own sessions, last used first. Row-level security leaves no others to see. */
export async function listSessions(
  access: DataAccess,
  { state, after, limit, now }: SessionPage,
): Promise<SessionRow[]> {
  const rows = await ask(access, (client) => {
    let query = client
      .from('sessions')
      .select(
        'id, provider, user_agent, address, location, created_at, last_seen_at, idle_expires_at, absolute_expires_at, revoked_at',
      );
    if (state === 'active') {
      const moment = now.toISOString();
      query = query.is('revoked_at', null).gt('idle_expires_at', moment).gt('absolute_expires_at', moment);
    }
    if (after) {
      const { lastSeenAt, id } = after;
      query = query.or(`last_seen_at.lt."${lastSeenAt}",and(last_seen_at.eq."${lastSeenAt}",id.lt.${id})`);
    }
    return query.order('last_seen_at', { ascending: false }).order('id', { ascending: false }).limit(limit);
  });
  return z.array(rowSchema).parse(rows);
}
