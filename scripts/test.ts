/**
 * `npm test`: everything, on free ports and a Postgres of its own, beside whatever else runs. The last line is
 * `N passed, N failed`. `npm test -- unit`, `-- db e2e` and so on run parts; what follows the names goes to the runner.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRunFolder, type Platform, startPlatform } from './local/platform.ts';
import { onShutdown, runCommand } from './local/processes.ts';
import { Refusal, runMain } from './local/steps.ts';
import { formatSeconds, formatTable } from './local/table.ts';
import { type Counts, readCounts } from './local/test-counts.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
/** Whole outputs of the last run. */
const OUTPUTS = join(REPOSITORY, 'test-results/output');

/** How a suite says that it leaves a part out, and why: worth a word also when nothing failed. */
const LEFT_OUT = /^Not tested: .+/gm;

interface Suite {
  readonly name: string;
  readonly about: string;
  readonly command: readonly string[];
  /** How its outcome is counted: a report of the runner, or its last line. */
  readonly report: 'vitest' | 'playwright' | 'last-line' | 'exit-code';
}

const vitest = (...projects: string[]) => [
  join(REPOSITORY, 'node_modules/vitest/vitest.mjs'),
  ...['run', '--no-color', '--reporter=default', '--reporter=json'],
  ...projects.flatMap((project) => ['--project', project]),
];

const SUITES = {
  check: { about: 'types, lint, import rules, drift', command: ['scripts/check.ts'], report: 'last-line' },
  build: { about: 'production build, its weight', command: ['scripts/build.ts'], report: 'exit-code' },
  unit: {
    about: 'contract, web and scripts in Node, Workers in workerd',
    command: vitest('contract', 'web', 'scripts', 'dispatcher', 'tenant'),
    report: 'vitest',
  },
  integration: {
    about: 'all Workers together, on database and providers',
    command: vitest('integration'),
    report: 'vitest',
  },
  db: { about: 'pgTAP, advisors', command: ['scripts/database-tests.ts'], report: 'last-line' },
  e2e: { about: 'browser', command: ['scripts/browser-tests.ts'], report: 'playwright' },
} as const satisfies Record<string, Omit<Suite, 'name'>>;
type SuiteName = keyof typeof SUITES;

/** Suites of one stage run at the same time. Browser tests have the machine, and the build, to themselves. */
const STAGES: readonly (readonly SuiteName[])[] = [
  ['check', 'build'],
  ['unit', 'db'],
  ['integration'],
  ['e2e'],
];

interface Outcome extends Counts {
  readonly suite: Suite;
  readonly milliseconds: number;
  readonly output: string;
}

let platform: Platform | null = null;
const shutdown = onShutdown(async () => {
  await platform?.stop();
});

async function main(): Promise<void> {
  const started = performance.now();
  const { chosen, rest } = readArguments(process.argv.slice(2));
  mkdirSync(OUTPUTS, { recursive: true });
  const reports = createRunFolder('reports');
  platform = await startPlatform();
  // Outputs go to files: no colours, and no word about who asked for them (Node warns when two variables disagree).
  const environment = { ...platform.environment, NO_COLOR: undefined, FORCE_COLOR: undefined };

  const outcomes: Outcome[] = [];
  for (const stage of STAGES) {
    const suites = stage.filter((name) => chosen.has(name)).map((name) => ({ name, ...SUITES[name] }));
    outcomes.push(...(await Promise.all(suites.map((suite) => runSuite(suite, rest, reports, environment)))));
    if (shutdown.requested) return;
  }
  const failed = outcomes.filter((outcome) => outcome.failed > 0);
  for (const { suite, output } of failed) {
    console.log(
      `\n━━ ${suite.name} failed ${'━'.repeat(Math.max(0, 90 - suite.name.length))}\n\n${output.trim()}`,
    );
  }
  console.log(`\n${summarise(outcomes, performance.now() - started)}`);
  shutdown.end(failed.length === 0 ? 0 : 1);
}

/** Names of suites first; the rest is for their runners. */
function readArguments(arguments_: readonly string[]): { chosen: Set<SuiteName>; rest: string[] } {
  const names: SuiteName[] = [];
  const end = arguments_.findIndex((argument) => !(argument in SUITES));
  const rest = end === -1 ? [] : arguments_.slice(end);
  for (const argument of end === -1 ? arguments_ : arguments_.slice(0, end))
    names.push(argument as SuiteName);
  if (names.length === 0 && rest.length > 0) {
    throw new Refusal(`There is no suite "${rest[0]}". Suites: ${Object.keys(SUITES).join(', ')}.`);
  }
  const chosen = new Set(names.length > 0 ? names : (Object.keys(SUITES) as SuiteName[]));
  // Both drive the build.
  if (chosen.has('integration') || chosen.has('e2e')) chosen.add('build');
  return { chosen, rest: rest.filter((argument) => argument !== '--') };
}

async function runSuite(
  suite: Suite,
  rest: readonly string[],
  reports: string,
  environment: NodeJS.ProcessEnv,
): Promise<Outcome> {
  const report = join(reports, `${suite.name}.json`);
  const runner = suite.name === 'build' || suite.name === 'check' ? [] : rest;
  const file = suite.report === 'vitest' ? [`--outputFile.json=${report}`] : [];
  console.log(`▸ ${suite.name}: ${suite.about}`);
  const { code, output, milliseconds } = await runCommand(
    process.execPath,
    [...suite.command, ...file, ...runner],
    {
      cwd: REPOSITORY,
      env: { ...environment, MARQUEE_REPORT: report },
    },
  );
  writeFileSync(join(OUTPUTS, `${suite.name}.log`), output);
  const counts = readCounts(suite.report, { code, output, report });
  const mark = counts.failed === 0 ? '✓' : '✗';
  console.log(
    `${mark} ${suite.name}: ${counts.passed} passed, ${counts.failed} failed (${formatSeconds(milliseconds)})`,
  );
  for (const [line] of output.matchAll(LEFT_OUT)) console.log(`  ${line}`);
  return { suite, output, milliseconds, ...counts };
}

function summarise(outcomes: readonly Outcome[], milliseconds: number): string {
  const sum = (key: 'passed' | 'failed') => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  const rows = outcomes.map(({ suite, passed, failed, milliseconds: time }) => [
    failed === 0 ? '✓' : '✗',
    suite.name,
    String(passed).padStart(6),
    String(failed).padStart(6),
    formatSeconds(time).padStart(8),
    suite.about,
  ]);
  const head = ['', 'suite', 'passed', 'failed', '    time', ''];
  return [
    formatTable([head, ...rows]),
    '',
    `  ${formatSeconds(milliseconds)} in all; outputs are in test-results/output`,
    '',
    `${sum('passed')} passed, ${sum('failed')} failed`,
  ].join('\n');
}

runMain(main, shutdown);
