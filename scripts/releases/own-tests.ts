/**
 * The previous release's own tests, of its own Workers and its own database helpers, on a database with this tree's
 * migrations: what they promise must hold until its Workers are gone. Called by scripts/test-releases.ts.
 */
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createRunFolder } from '../local/platform.ts';
import { runCommand } from '../local/processes.ts';
import { Refusal } from '../local/steps.ts';
import { MIGRATIONS, readDueMigrations } from './due-migrations.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import {
  type Failure,
  type Judgement,
  judge,
  OWN_SUITES,
  type OwnSuite,
  readFailures,
  readSuites,
} from './own-failures.ts';
import { checkOutRelease, PLAIN_ENVIRONMENT, readPreviousCommit } from './previous-release.ts';

/** Minutes on two cores, and ten of them where others work beside them. */
const LIMIT_MS = 30 * 60_000;

export interface OwnTests extends Judgement {
  readonly commit: string;
  /** How many of this tree's migrations its database had beyond its own. */
  readonly due: number;
  readonly suites: readonly OwnSuite[];
}

/** Its whole outputs go to the folder `outputs`; `onLine` hears of each suite when it begins and ends. */
export async function runOwnTests(outputs: string, onLine: (line: string) => void): Promise<OwnTests> {
  const commit = await readPreviousCommit();
  const sources = join(createRunFolder('own-tests'), 'sources');
  await checkOutRelease(commit, sources, { tools: true });
  const migrations = join(sources, 'supabase/migrations');
  const due = await readDueMigrations(migrations);
  for (const name of due) await cp(join(MIGRATIONS, name), join(migrations, name));

  const { code, output, milliseconds } = await runCommand(
    process.execPath,
    ['scripts/test.ts', ...OWN_SUITES],
    {
      cwd: sources,
      env: { ...PLAIN_ENVIRONMENT, MARQUEE_PLATFORM: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined },
      limitMs: LIMIT_MS,
      onOutput: (text) => {
        for (const line of text.split('\n')) if (/^(?:▸|[✓✗] \w+:) /.test(line)) onLine(line);
      },
    },
  );
  if (code !== 0 && milliseconds >= LIMIT_MS)
    throw new Refusal(`The previous release's tests have not ended in ${LIMIT_MS / 60_000} minutes.`);
  const suites = readSuites(output);
  const missing = OWN_SUITES.filter(
    (name) => !suites.some((suite) => suite.name === name && suite.passed > 0),
  );
  if (missing.length > 0)
    throw new Refusal(`The previous release's tests of ${missing.join(' and ')} did not run:\n${output}`);
  if (code !== 0 && suites.every(({ failed }) => failed === 0))
    throw new Refusal(`The previous release's tests passed, and ended with ${code}:\n${output}`);

  await mkdir(outputs, { recursive: true });
  const failures: Failure[] = [];
  for (const { name, failed } of suites) {
    const log = join(sources, 'test-results/output', `${name}.log`);
    const kept = join(outputs, `previous-release-${name}.log`);
    await cp(log, kept);
    const named = readFailures(name, await readFile(log, 'utf8'));
    failures.push(...named);
    // What a runner counts without a test that failed: an error between tests, a file that did not load.
    if (named.length < failed)
      failures.push({
        suite: name,
        test: name,
        said: [`${failed} failed, ${named.length} by name: see ${kept}`],
      });
  }
  await rm(dirname(sources), { recursive: true, force: true });
  return { commit, due: due.length, suites, ...judge(failures, KNOWN_DIFFERENCES) };
}
