/** A browser test that failed has failed: it is run again for its trace alone. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from './processes.ts';
import { type PlaywrightRun, runAndRecord } from './recorded-failures.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

beforeEach(() => {
  // Inside of the repository, where Playwright is found.
  mkdirSync(join(REPOSITORY, 'test-results'), { recursive: true });
  folder = mkdtempSync(join(REPOSITORY, 'test-results/recorded-'));
  appendFileSync(join(folder, 'ran.txt'), '');
  writeFileSync(
    join(folder, 'playwright.config.mjs'),
    "export default { testMatch: '*.e2e.mjs', outputDir: process.env.OUTPUT, workers: 1, reporter: 'null' };",
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function runPlaywright(run: PlaywrightRun): Promise<number> {
  const cli = join(REPOSITORY, 'node_modules/@playwright/test/cli.js');
  const { code } = await runCommand(process.execPath, [cli, 'test', ...run.arguments], {
    cwd: folder,
    env: { ...run.environment, OUTPUT: run.output },
  });
  return code;
}

/** Each test notes that it ran; `fails` is an expression. */
function writeTests(tests: Record<string, string>): void {
  const text = Object.entries(tests).map(
    ([name, fails]) => `test('${name}', () => {
      const before = readFileSync('${folder}/ran.txt', 'utf8');
      appendFileSync('${folder}/ran.txt', '${name} ');
      if (${fails}) throw new Error('as it is meant to');
    });`,
  );
  const imports = `import { test } from '@playwright/test'; import { appendFileSync, readFileSync } from 'node:fs';`;
  writeFileSync(join(folder, 'some.e2e.mjs'), [imports, ...text].join('\n'));
}

test('what failed is recorded, and has failed, also when it then passes', { timeout: 60_000 }, async () => {
  writeTests({ steady: 'false', flaky: "!before.includes('flaky')" });
  expect(await runAndRecord([], join(folder, 'output'), runPlaywright)).toBe(1);
  expect(readFileSync(join(folder, 'ran.txt'), 'utf8')).toBe('steady flaky flaky ');
  const recorded = join(folder, 'output/recorded/some.e2e.mjs-flaky/trace.zip');
  expect(existsSync(recorded), recorded).toBe(true);
});

test('what passes runs once, and so does what cannot begin', { timeout: 60_000 }, async () => {
  writeTests({ steady: 'false' });
  expect(await runAndRecord([], join(folder, 'output'), runPlaywright)).toBe(0);
  expect(readFileSync(join(folder, 'ran.txt'), 'utf8')).toBe('steady ');
  const runs: PlaywrightRun[] = [];
  const cannotBegin = async (run: PlaywrightRun) => runs.push(run);
  expect(await runAndRecord([], join(folder, 'none'), cannotBegin)).toBe(1);
  expect(runs).toHaveLength(1);
});
