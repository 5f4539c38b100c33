/**
 * The pgTAP suites of supabase/tests/database, each file on a fresh copy of the migrated database, and Supabase's
 * advisors. Called by scripts/test.ts; alone: `npm run test:db`.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { type AdvisorFinding, findAdvisories } from './local/migrations.ts';
import { startPlatform } from './local/platform.ts';

const SUITES = fileURLToPath(new URL('../supabase/tests/database', import.meta.url));
const FILES_AT_ONCE = 2;

/** Where the tests get their databases; a Platform is one. */
export interface Databases {
  createDatabase(): Promise<string>;
  dropDatabase(databaseUrl: string): Promise<void>;
}

export interface SuiteResult {
  readonly file: string;
  readonly planned: number | null;
  readonly passed: number;
  /** What failed, with pgTAP's diagnosis; also an error that ended the file, and a plan that was not met. */
  readonly failures: readonly string[];
}

export interface DatabaseTestResult {
  readonly ok: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly suites: readonly SuiteResult[];
  readonly advisories: readonly AdvisorFinding[];
}

export interface DatabaseTestOptions {
  /** Only files whose name contains this. */
  readonly only?: string;
  /** Called with each file's result as it comes. */
  readonly onSuite?: (result: SuiteResult) => void;
}

/** Runs all suites and the advisors. A run without any file, or with a file without a plan, is a failure. */
export async function runDatabaseTests(
  databases: Databases,
  { only = '', onSuite = () => {} }: DatabaseTestOptions = {},
): Promise<DatabaseTestResult> {
  const files = (await readdir(SUITES))
    .filter((name) => name.endsWith('.test.sql') && name.includes(only))
    .sort();
  if (files.length === 0) throw new Error(`There is no database test whose name contains "${only}".`);

  const waiting = [...files];
  const suites: SuiteResult[] = [];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await onFreshDatabase(databases, (url) => runSuite(join(SUITES, file), url));
      suites.push(result);
      onSuite(result);
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, work));
  const advisories = await onFreshDatabase(databases, findAdvisories);

  const passed = suites.reduce((sum, suite) => sum + suite.passed, 0);
  const failed = suites.reduce((sum, suite) => sum + suite.failures.length, 0);
  suites.sort((a, b) => a.file.localeCompare(b.file));
  return { ok: failed === 0 && advisories.length === 0, passed, failed, suites, advisories };
}

async function onFreshDatabase<T>(databases: Databases, use: (url: string) => Promise<T>): Promise<T> {
  const url = await databases.createDatabase();
  try {
    return await use(url);
  } finally {
    await databases.dropDatabase(url);
  }
}

async function runSuite(path: string, databaseUrl: string): Promise<SuiteResult> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const lines: string[] = [];
  const failures: string[] = [];
  try {
    for (const row of ((await sql.unsafe(await readScript(path)).values()) as unknown[]).flat(2)) {
      if (typeof row === 'string') lines.push(...row.split('\n'));
    }
  } catch (error) {
    const where = error instanceof postgres.PostgresError && error.where ? `\n${error.where}` : '';
    failures.push(`the file ended early: ${error instanceof Error ? error.message : String(error)}${where}`);
  } finally {
    await sql.end();
  }
  return { file: basename(path), ...readTap(lines, failures) };
}

/** psql's `\ir FILE` is the one command that the suites use, so that `supabase test db` runs them as well. */
async function readScript(path: string): Promise<string> {
  const parts = (await readFile(path, 'utf8')).split(/^\\ir (.+)$/m);
  const included = parts.map((part, index) =>
    index % 2 === 0 ? part : readFile(resolve(dirname(path), part.trim()), 'utf8'),
  );
  return (await Promise.all(included)).join('');
}

/** TAP version 12: a plan `1..N`, lines `ok N - …` and `not ok N - …`, and their diagnosis in `#` lines. */
function readTap(lines: readonly string[], errors: readonly string[]): Omit<SuiteResult, 'file'> {
  const failures = [...errors];
  let planned: number | null = null;
  let passed = 0;
  let failing = false;
  for (const line of lines) {
    const plan = /^1\.\.(\d+)/.exec(line);
    if (plan) planned = Number(plan[1]);
    if (/^(not )?ok \d/.test(line)) failing = line.startsWith('not');
    if (line.startsWith('ok ')) passed += 1;
    else if (line.startsWith('not ok ')) failures.push(line);
    else if (failing && line.startsWith('#') && failures.length > 0)
      failures.push(`${failures.pop()}\n  ${line}`);
  }
  const ran = passed + failures.length - errors.length;
  if (errors.length === 0 && planned !== ran) failures.push(`planned ${planned ?? 'nothing'}, ran ${ran}`);
  return { planned, passed, failures };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const platform = await startPlatform();
  try {
    const result = await runDatabaseTests(platform, {
      only: process.argv[2] ?? '',
      onSuite: ({ file, passed, failures }) => {
        console.log(
          `${failures.length === 0 ? '✓' : '✗'} ${file}  ${passed} passed, ${failures.length} failed`,
        );
        for (const failure of failures) console.log(failure.replace(/^/gm, '    '));
      },
    });
    for (const { level, name, detail } of result.advisories)
      console.log(`✗ advisor ${level} ${name}: ${detail}`);
    console.log(`${result.passed} passed, ${result.failed} failed, ${result.advisories.length} advisories`);
    if (!result.ok) process.exitCode = 1;
  } finally {
    await platform.stop();
  }
}
