/**
 * `npm run test:releases`: this tree with the previous release. First both releases' Workers and the migrations between
 * them (`-- together`), then the previous release's own tests on a database of this tree (`-- own`). The last line is
 * `N passed, N failed`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRunFolder } from './local/platform.ts';
import { onShutdown, runCommand } from './local/processes.ts';
import { Refusal, runMain } from './local/steps.ts';
import { formatSeconds, formatTable } from './local/table.ts';
import { type Counts, readCounts } from './local/test-counts.ts';
import { runOwnTests } from './releases/own-tests.ts';
import { readPreviousCommit } from './releases/previous-release.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
/** Whole outputs of the last run. */
const OUTPUTS = join(REPOSITORY, 'test-results/output');
const PARTS = { together: testTogether, own: testOwn };

interface Row extends Counts {
  readonly name: string;
  readonly about: string;
}

const shutdown = onShutdown(async () => {});

async function main(): Promise<void> {
  const started = performance.now();
  const chosen = process.argv.slice(2).filter((argument) => argument !== '--');
  for (const name of chosen)
    if (!(name in PARTS))
      throw new Refusal(`There is no part "${name}". Parts: ${Object.keys(PARTS).join(', ')}.`);
  await readPreviousCommit().catch((error: Error) => {
    throw new Refusal(error.message);
  });
  mkdirSync(OUTPUTS, { recursive: true });
  const rows: Row[] = [];
  for (const [name, test] of Object.entries(PARTS))
    if (chosen.length === 0 || chosen.includes(name)) rows.push(...(await test()));

  const sum = (key: 'passed' | 'failed') => rows.reduce((total, row) => total + row[key], 0);
  const cells = rows.map(({ name, about, passed, failed }) => [
    failed === 0 ? '✓' : '✗',
    name,
    String(passed).padStart(6),
    String(failed).padStart(6),
    about,
  ]);
  console.log(`\n${formatTable([['', '', 'passed', 'failed', ''], ...cells])}`);
  console.log(
    `\n  ${formatSeconds(performance.now() - started)} in all; outputs are in test-results/output\n`,
  );
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  shutdown.end(sum('failed') === 0 ? 0 : 1);
}

/** Vitest's project `releases`. */
async function testTogether(): Promise<Row[]> {
  const about = 'both releases’ Workers, and the migrations between them';
  console.log(`▸ ${about}`);
  const report = join(createRunFolder('reports'), 'releases.json');
  const { code, output, milliseconds } = await runCommand(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--no-color', '--project', 'releases'],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ],
    { cwd: REPOSITORY, env: { NO_COLOR: undefined, FORCE_COLOR: undefined } },
  );
  writeFileSync(join(OUTPUTS, 'releases.log'), output);
  const counts = readCounts('vitest', { code, output, report });
  console.log(`  ${counts.passed} passed, ${counts.failed} failed (${formatSeconds(milliseconds)})`);
  if (counts.failed > 0) console.log(`\n${output.trim()}\n`);
  return [{ name: 'together', about, ...counts }];
}

/** Failures with a known reason count as neither. */
async function testOwn(): Promise<Row[]> {
  console.log('▸ the previous release’s own tests, with this tree’s migrations');
  const { commit, due, suites, known, problems } = await runOwnTests(OUTPUTS, (line) =>
    console.log(`  ${line}`),
  );
  console.log(`\n  ${known.length} of these fail on purpose, by scripts/releases/known-differences.ts:`);
  for (const { test, reason } of known) console.log(`    ${test}\n      ${reason}`);
  if (problems.length > 0) console.log('\n  Somebody has to see to:');
  for (const { suite, text } of problems) console.log(`    ${suite}: ${text.replaceAll('\n', '\n      ')}`);
  return suites.map(({ name, passed }) => {
    const onPurpose = known.filter(({ suite }) => suite === name).length;
    return {
      name: `own ${name}`,
      about: `${commit.slice(0, 7)} with ${due} migrations more${onPurpose > 0 ? `; ${onPurpose} fail on purpose` : ''}`,
      passed,
      failed: problems.filter(({ suite }) => suite === name).length,
    };
  });
}

runMain(main, shutdown);
