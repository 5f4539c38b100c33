/** Looking a hostname up among 100,000 tenants, against among 10. Called by run.ts. */
import postgres from 'postgres';
import type { RunningPostgres } from '../local/postgres.ts';
import { type BenchResult, inMilliseconds, judge, median, medianMilliseconds } from './measure.ts';

const RUNS = 2000;
const ROUNDS = 5;

/** A database with as many more tenants, each on its own verified domain. */
async function fillDatabase(server: RunningPostgres, template: string, tenants: number): Promise<string> {
  const name = `bench_resolution_${tenants}`;
  await server.dropDatabase(name);
  await server.createDatabase(name, template);
  const sql = postgres(server.url(name, 'supabase_admin'), { max: 1, onnotice: () => {} });
  try {
    await sql.begin(async (tx) => {
      // What the triggers would write, without a hundred thousand calls of them.
      await tx`set local session_replication_role = replica`;
      await tx`
        insert into public.tenants (tenant_id, name, domain, type, worker, version)
        select 'bench-' || n, 'Bench ' || n, 'bench-' || n || '.example', 'custom-domain', 'custom-tenant', n
        from generate_series(1, ${tenants}::int) as n`;
      await tx`
        insert into public.tenant_domains (tenant_id, domain, domain_type, verification_method, verified_at)
        select tenant_id, domain, 'custom', 'operator', now() from public.tenants where tenant_id like 'bench-%'`;
    });
    await sql`vacuum (analyze, freeze) public.tenants, public.tenant_domains`;
  } finally {
    await sql.end();
  }
  return name;
}

/** Milliseconds of one `resolve_hostname` as the dispatcher's role, over hostnames from everywhere in the table. */
async function timeResolution(server: RunningPostgres, database: string, tenants: number): Promise<number> {
  const sql = postgres(server.url(database, 'supabase_admin'), { max: 1, onnotice: () => {} });
  try {
    return await sql.begin(async (tx) => {
      await tx`set local role anon`;
      let turn = 0;
      return medianMilliseconds(async () => {
        turn = (turn * 31 + 7919) % tenants;
        const hostname = `bench-${turn + 1}.example`;
        const [row] = await tx<{ found: string }[]>`
          select public.resolve_hostname(${hostname}) -> 'tenant' ->> 'hostname' as found`;
        if (row?.found !== hostname) throw new Error(`${hostname} resolved to ${row?.found}`);
      }, RUNS);
    });
  } finally {
    await sql.end();
  }
}

export async function benchResolution(server: RunningPostgres, template: string): Promise<BenchResult> {
  const few = { database: await fillDatabase(server, template, 10), tenants: 10, times: [] as number[] };
  const many = {
    database: await fillDatabase(server, template, 100_000),
    tenants: 100_000,
    times: [] as number[],
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of round % 2 === 0 ? [few, many] : [many, few]) {
      side.times.push(await timeResolution(server, side.database, side.tenants));
    }
  }
  const ratio = median(many.times.map((time, round) => time / (few.times[round] ?? Number.NaN)));
  return judge(
    'resolving a hostname among 100,000 tenants, against among 10',
    ratio,
    { atMost: 1.1 },
    '×',
    `${inMilliseconds(median(many.times))} against ${inMilliseconds(median(few.times))} in the database`,
  );
}
