/**
 * `/.well-known/jwks.json`: the public keys by which Supabase knows our tokens (RFC 7517). Called by index.ts. On the
 * primary host only; on a partner's domain there is nothing at this path.
 */
import type { Portal } from './portal.ts';
import { answerProblem } from './system-pages.ts';
import type { Visit } from './visit.ts';

export const SUPABASE_KEYS_PATH = '/.well-known/jwks.json';

export function answerSupabaseKeys(visit: Visit, { tenant }: Portal): Response {
  if (tenant.type !== 'primary' || tenant.hostname !== tenant.canonicalHostname)
    return answerProblem(visit, 'not_found');
  visit.record.outcome = 'asset';
  const headers = { 'content-type': 'application/jwk-set+json', 'cache-control': 'public, max-age=300' };
  return new Response(visit.request.method === 'HEAD' ? null : visit.isolate.configuration.supabaseJwks, {
    headers,
  });
}
