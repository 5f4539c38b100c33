/** What share of a signed-in `/api/me` is the database. Called by run.ts. */
import type { Stack } from '../local/stack.ts';
import { type BenchResult, inMilliseconds, judge, medianMilliseconds } from './measure.ts';
import { get, signInWithGitHub } from './sign-in.ts';
import type { Served } from './workerd.ts';

const HOST = 'partner1.cozyartzmedia.com';
const RUNS = 300;

export async function benchMe(edge: Served, stack: Stack): Promise<BenchResult> {
  const cookie = await signInWithGitHub(edge.origin('dispatcher'), HOST, 'grace');
  const whole = await medianMilliseconds(async () => {
    const { status } = await get(`${edge.origin('dispatcher')}/api/me`, { host: HOST, cookie });
    if (status !== 200) throw new Error(`/api/me answered ${status}`);
  }, RUNS);

  const [session] = await stack.sql<{ id: string; member_id: string; tenant_id: string }[]>`
    select id, member_id, tenant_id from public.sessions order by created_at desc limit 1`;
  if (!session) throw new Error('the sign-in left no session');
  const claims = JSON.stringify({
    iss: 'https://cozyartzmedia.com',
    role: 'authenticated',
    tenant_id: session.tenant_id,
    sub: session.member_id,
    session_id: session.id,
  });
  // As the Data API does it: claims and role, the guard with its check of the session, then the function.
  const database = await stack.sql.begin((tx) =>
    medianMilliseconds(async () => {
      await tx`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
      await tx`select app.guard()`;
      await tx`select public.get_me()`;
    }, RUNS),
  );
  return judge(
    'share of the database in /api/me, the check of the session included',
    database / whole,
    null,
    '×',
    `${inMilliseconds(database)} of ${inMilliseconds(whole)}; the rest is two Workers and the Data API's HTTP`,
  );
}
