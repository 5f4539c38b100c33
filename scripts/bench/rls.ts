/** What row-level security costs at a million members, against the same queries without it. Called by run.ts. */
import postgres from 'postgres';
import type { RunningPostgres } from '../local/postgres.ts';
import { type BenchResult, inMilliseconds, judge, median, medianMilliseconds } from './measure.ts';

const MEMBERS_A_TENANT = 1000;
const RUNS = 400;
const ROUNDS = 5;

const LIST = `select id, name, email, tenant_role, status, created_at from public.profiles`;
const NEWEST = 'order by created_at desc, id desc limit 50';

/** A database with `tenants` × 1,000 members, all of whose sessions are alive. */
async function fillDatabase(server: RunningPostgres, template: string, tenants: number): Promise<string> {
  const name = `bench_${tenants}_tenants`;
  await server.dropDatabase(name);
  await server.createDatabase(name, template);
  const sql = postgres(server.url(name, 'supabase_admin'), { max: 1, onnotice: () => {} });
  try {
    await sql.begin(async (tx) => {
      // One transaction is one version of the directory; the triggers of tenants and domains run as in production.
      await tx`
        insert into public.tenants (tenant_id, name, domain, type)
        select 'bench-' || n, 'Bench ' || n, 'bench-' || n || '.example', 'custom-domain'
        from generate_series(1, ${tenants}::int) as n`;
      // A million rows of our own making need no judging one by one.
      await tx`set local session_replication_role = replica`;
      // Tenants' rows lie mixed, as they do when tenants grow side by side.
      await tx`
        insert into public.profiles (tenant_id, tenant_role, name, email, created_at)
        select 'bench-' || t, case when m = 1 then 'admin' else 'client' end, 'Member ' || m,
          'member-' || m || '@bench-' || t || '.example', now() - m * interval '7 minutes' - t * interval '1 second'
        from generate_series(1, ${MEMBERS_A_TENANT}::int) as m, generate_series(1, ${tenants}::int) as t`;
      await tx`
        insert into public.sessions (tenant_id, member_id, provider, hostname)
        select tenant_id, id, 'github', tenant_id || '.example' from public.profiles where tenant_role = 'admin'
          and tenant_id like 'bench-%'`;
    });
    await sql`vacuum (analyze, freeze) public.profiles, public.sessions, public.tenants`;
  } finally {
    await sql.end();
  }
  return name;
}

interface Timing {
  readonly list: number;
  readonly listWithFilter: number;
  readonly count: number;
  readonly countWithFilter: number;
}

/** Times an admin's list and count under RLS and, as a role that RLS does not bind, with the filter in the query. */
async function timeQueries(server: RunningPostgres, database: string, tenants: number): Promise<Timing> {
  const sql = postgres(server.url(database, 'supabase_admin'), { max: 1, onnotice: () => {} });
  const rounds: Timing[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const tenant = `bench-${1 + ((round * 37) % tenants)}`;
      const [session] = await sql<{ id: string; member_id: string }[]>`
        select id, member_id from public.sessions where tenant_id = ${tenant}`;
      if (!session) throw new Error(`${tenant} has no session`);
      const claims = {
        role: 'authenticated',
        tenant_id: tenant,
        sub: session.member_id,
        session_id: session.id,
      };
      const under = await sql.begin(async (tx) => {
        await tx`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
        await tx`set local role authenticated`;
        const seen = await tx.unsafe(`${LIST} ${NEWEST}`);
        if (seen.length !== 50)
          throw new Error(`an admin of ${tenant} sees ${seen.length} rows instead of 50`);
        return {
          list: await medianMilliseconds(() => tx.unsafe(`${LIST} ${NEWEST}`, [], { prepare: true }), RUNS),
          count: await medianMilliseconds(
            () => tx.unsafe('select count(*) from public.profiles', [], { prepare: true }),
            RUNS,
          ),
        };
      });
      const filtered = await sql.begin(async (tx) => ({
        list: await medianMilliseconds(
          () => tx.unsafe(`${LIST} where tenant_id = $1 ${NEWEST}`, [tenant], { prepare: true }),
          RUNS,
        ),
        count: await medianMilliseconds(
          () =>
            tx.unsafe('select count(*) from public.profiles where tenant_id = $1', [tenant], {
              prepare: true,
            }),
          RUNS,
        ),
      }));
      rounds.push({
        list: under.list,
        count: under.count,
        listWithFilter: filtered.list,
        countWithFilter: filtered.count,
      });
    }
  } finally {
    await sql.end();
  }
  const middle = (key: keyof Timing) => median(rounds.map((round) => round[key]));
  return {
    list: middle('list'),
    listWithFilter: middle('listWithFilter'),
    count: middle('count'),
    countWithFilter: middle('countWithFilter'),
  };
}

export async function benchRowLevelSecurity(
  server: RunningPostgres,
  template: string,
): Promise<BenchResult[]> {
  const few = await timeQueries(server, await fillDatabase(server, template, 10), 10);
  const many = await timeQueries(server, await fillDatabase(server, template, 1000), 1000);
  const added = many.list - many.listWithFilter;
  return [
    judge(
      'RLS: 50-row list at 1,000,000 members, added milliseconds',
      added,
      { atMost: 0.2 },
      'ms',
      `${inMilliseconds(many.list)} with RLS, ${inMilliseconds(many.listWithFilter)} with a filter instead`,
    ),
    judge(
      "RLS: count of a tenant's 1,000 members among 1,000,000",
      many.count / many.countWithFilter,
      { atMost: 2 },
      '×',
      `${inMilliseconds(many.count)} with RLS, ${inMilliseconds(many.countWithFilter)} with a filter instead`,
    ),
    judge(
      'RLS: the list with 1,000 tenants against 10 of the same size',
      many.list / few.list,
      { atMost: 1.2 },
      '×',
      `${inMilliseconds(many.list)} against ${inMilliseconds(few.list)}`,
    ),
  ];
}
