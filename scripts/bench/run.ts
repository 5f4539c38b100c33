/**
 * `npm run bench`: what must stay fast, each as a ratio against a baseline in the same run, as a table; with
 * `-- --json FILE` also as `[{name, ratio, target, ok, unit, note}]`. `-- --only edge|rls|resolution|me` runs a part.
 * A missed target is printed and noted, and does not fail the run: a busy machine is not a slow program.
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createTemplate } from '../local/migrations.ts';
import { createRunFolder, startPlatform } from '../local/platform.ts';
import { findFreePorts } from '../local/ports.ts';
import { startPostgres } from '../local/postgres.ts';
import { benchFlood, benchHealth, benchHtml, serveEdge } from './edge.ts';
import { benchMe } from './me.ts';
import { type BenchResult, LOAD_GENERATOR } from './measure.ts';
import { benchResolution } from './resolution.ts';
import { benchRowLevelSecurity } from './rls.ts';

const PARTS = ['edge', 'me', 'resolution', 'rls'] as const;
const TEMPLATE = 'marquee_bench_template';

const { values } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string', multiple: true } },
});
const wanted = new Set<string>(values.only ?? PARTS);
for (const part of wanted) {
  if (!PARTS.some((known) => known === part)) {
    console.error(`There is no part "${part}". Parts: ${PARTS.join(', ')}.`);
    process.exit(2);
  }
}

const results: BenchResult[] = [];
async function measure(what: string, work: () => Promise<BenchResult | BenchResult[]>): Promise<void> {
  process.stdout.write(`· ${what} …\n`);
  results.push(...[await work()].flat());
}

if (wanted.has('edge') || wanted.has('me')) await measureEdge();
if (wanted.has('resolution') || wanted.has('rls')) await measureDatabase();
printTable(results);
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);

async function measureEdge(): Promise<void> {
  console.log('· building the Workers …');
  const build = spawnSync(process.execPath, ['scripts/build.ts'], { encoding: 'utf8' });
  if (build.status !== 0) throw new Error(`The build failed:\n${build.stdout}${build.stderr}`);
  const platform = await startPlatform();
  const stack = await platform.createStack();
  if (wanted.has('edge')) await measure('/api/health through both Workers', () => benchHealth(stack));
  const edge = await serveEdge(stack);
  try {
    if (wanted.has('edge')) {
      await measure('branded HTML', () => benchHtml(edge));
      await measure('a flood of unknown hosts', () => benchFlood(edge));
    }
    if (wanted.has('me')) await measure('/api/me', () => benchMe(edge, stack));
  } finally {
    await edge.stop();
    await stack.close();
    await platform.stop();
  }
}

async function measureDatabase(): Promise<void> {
  const [port = 0] = await findFreePorts(1);
  const server = await startPostgres({
    directory: join(createRunFolder('bench'), 'postgres'),
    port,
    fast: true,
    settings: { shared_buffers: '512MB' },
  });
  try {
    await createTemplate(server, TEMPLATE, { seed: true });
    if (wanted.has('resolution')) {
      await measure('resolving among 100,000 tenants', () => benchResolution(server, TEMPLATE));
    }
    if (wanted.has('rls')) {
      await measure('row-level security at 1,000,000 members', () => benchRowLevelSecurity(server, TEMPLATE));
    }
  } finally {
    await server.stop();
  }
}

function printTable(rows: readonly BenchResult[]): void {
  const width = Math.max(...rows.map((row) => row.name.length));
  console.log(`\n${'what'.padEnd(width)}  ${'measured'.padStart(10)}  ${'target'.padEnd(8)}`);
  for (const { name, ratio, unit, target, ok, note } of rows) {
    const verdict = target === null ? '·' : ok ? '✓' : '✗';
    console.log(
      `${name.padEnd(width)}  ${`${ratio.toFixed(2)} ${unit}`.padStart(10)}  ${(target ?? '').padEnd(8)} ${verdict}`,
    );
    console.log(`${''.padEnd(width)}  ${note}`);
  }
  const judged = rows.filter((row) => row.target !== null);
  console.log(
    `\n${judged.filter((row) => row.ok).length} of ${judged.length} targets met (load by ${LOAD_GENERATOR}).`,
  );
}
