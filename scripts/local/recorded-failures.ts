/**
 * Traces of the browser tests that failed: those tests run once more, only to be recorded, because recording costs all
 * the others too much. What they do the second time decides nothing. Called by browser-tests.ts.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What is not recorded by then is not: a second look may not take as long as the first one. */
const RECORDING_LIMIT_MS = 300_000;

/** Where Playwright notes at the end of a run what failed, in its folder for outputs. */
const LAST_RUN = '.last-run.json';
const lastRunSchema = z.object({ failedTests: z.array(z.string()) });

export interface PlaywrightRun {
  readonly arguments: readonly string[];
  /** Folder that Playwright empties first and writes into. */
  readonly output: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What it says would be taken for an outcome. */
  readonly silent: boolean;
}

/** Runs `arguments_` once, and its failed tests again. Answers the exit code of the first run, whatever came after. */
export async function runAndRecord(
  arguments_: readonly string[],
  output: string,
  runPlaywright: (run: PlaywrightRun) => Promise<number>,
): Promise<number> {
  const code = await runPlaywright({ arguments: arguments_, output, environment: {}, silent: false });
  const lastRun = join(output, LAST_RUN);
  if (code === 0 || !hasFailedTests(lastRun)) return code;
  console.log('\nWhat failed runs once more, to be recorded. How that ends changes nothing.');
  const recordings = join(output, 'recorded');
  await runPlaywright({
    arguments: ['--last-failed', '--trace=on', '--reporter=list', `--global-timeout=${RECORDING_LIMIT_MS}`],
    output: recordings,
    environment: { PLAYWRIGHT_LAST_RUN_OUTPUT_FILE: lastRun },
    silent: true,
  });
  for (const trace of globSync('**/trace.zip', { cwd: recordings }).toSorted()) {
    console.log(`  npx playwright show-trace ${join(recordings, trace)}`);
  }
  return code;
}

/** A run that could not begin has noted nothing, and one that was stopped in between has no failed test. */
function hasFailedTests(lastRun: string): boolean {
  if (!existsSync(lastRun)) return false;
  return lastRunSchema.parse(JSON.parse(readFileSync(lastRun, 'utf8'))).failedTests.length > 0;
}
