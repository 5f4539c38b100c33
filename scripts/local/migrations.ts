/**
 * The schema, through the real Supabase CLI: migrations, seed, generated types, advisors. Called by scripts/dev.ts,
 * scripts/local/platform.ts, scripts/generate-types.ts, scripts/check.ts and scripts/database-tests.ts.
 */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { readDatabaseTarget } from '../operator/database-connection.ts';
import { inheritedEnvironment } from '../operator/deploy/programs.ts';
import type { RunningPostgres } from './postgres.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const TIMEOUT_MS = 120_000;

/**
 * Brings a database up to the newest migration and, when asked, fills in the demo tenants. Answers the CLI's words.
 * `directory` holds another `supabase/` than this repository's.
 */
export function pushMigrations(
  databaseUrl: string,
  options: { readonly seed: boolean; readonly directory?: string },
): Promise<string> {
  const seed = options.seed ? ['--include-seed'] : [];
  return supabase(['db', 'push', `--remote=${databaseUrl}`, ...seed, '--yes'], options.directory);
}

/**
 * A migrated database to copy others from, made when it is not there yet. Nothing stays connected to it, so that
 * `createDatabase(name, template)` can copy it.
 */
export async function createTemplate(
  server: RunningPostgres,
  name: string,
  options: { readonly seed: boolean },
): Promise<void> {
  await server.dropDatabase(name);
  await pushMigrations(await server.createDatabase(name), options);
  await waitUntilUnused(server, name);
}

/** The text of `supabase/database.types.ts` for this database, formatted like the rest of the repository. */
export async function generateDatabaseTypes(databaseUrl: string): Promise<string> {
  const types = await supabase(['gen', 'types', `--remote=${databaseUrl}`, '--schema', 'public']);
  const text = `// Generated from the migrations by \`npm run types\`. Do not edit.\n${types}`;
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  // A path of its own, so that an ignore rule for the generated file does not leave it unformatted.
  return run(biome, ['format', '--stdin-file-path=supabase/types.ts'], text);
}

export interface AdvisorFinding {
  readonly name: string;
  readonly level: string;
  readonly detail: string;
}

/** Supabase's security and performance advisors at level warn; an empty list is what we want. */
export async function findAdvisories(databaseUrl: string): Promise<AdvisorFinding[]> {
  const answer = await supabase([
    ...['db', 'advisors', `--remote=${databaseUrl}`, '--type', 'all', '--level', 'warn', '--fail-on', 'none'],
    ...['--output-format', 'json'],
  ]);
  const parsed: unknown = JSON.parse(answer);
  if (
    typeof parsed !== 'object' ||
    parsed === null ||
    !('results' in parsed) ||
    !Array.isArray(parsed.results)
  ) {
    throw new Error(`The advisors answered something else than findings: ${answer.slice(0, 200)}`);
  }
  return parsed.results.map((finding: Record<string, unknown>) => ({
    name: String(finding['name']),
    level: String(finding['level']),
    detail: String(finding['detail']),
  }));
}

/** The password of `--remote=…` goes by the environment, since other processes read arguments; and how to use TLS. */
function supabase(arguments_: readonly string[], directory = REPOSITORY): Promise<string> {
  const env: Record<string, string> = {};
  const bare = arguments_.map((argument) => {
    if (!argument.startsWith('--remote=')) return argument;
    const { cli: told } = readDatabaseTarget(argument.slice('--remote='.length));
    Object.assign(env, told.env);
    return `--remote=${told.address}`;
  });
  const cli = join(
    dirname(createRequire(import.meta.url).resolve('supabase/package.json')),
    'dist',
    'supabase.js',
  );
  return run(cli, [...bare, '--workdir', directory, '--agent', 'no'], null, env);
}

/** Runs a Node program of our dependencies in the repository; answers its output, throws with what it said. */
function run(
  program: string,
  arguments_: readonly string[],
  input: string | null,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [program, ...arguments_],
      {
        cwd: REPOSITORY,
        timeout: TIMEOUT_MS,
        maxBuffer: 64 * 1024 * 1024,
        env: {
          ...inheritedEnvironment(),
          SUPABASE_TELEMETRY_DISABLED: '1',
          DO_NOT_TRACK: '1',
          NO_COLOR: '1',
          ...env,
        },
      },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const said = `${stdout}\n${stderr}`.replace(/\/\/([^:@/]+):[^@]+@/g, '//$1:…@').trim();
        reject(new Error(`${basename(program)} ${arguments_.slice(0, 2).join(' ')} failed:\n${said}`));
      },
    );
    child.stdin?.end(input ?? undefined);
  });
}

async function waitUntilUnused(server: RunningPostgres, name: string): Promise<void> {
  const sql = postgres(server.url(), { max: 1, onnotice: () => {} });
  try {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const [row] = await sql<{ users: number }[]>`
        select count(*)::int as users from pg_stat_activity where datname = ${name}`;
      if (row?.users === 0) return;
      await new Promise((done) => setTimeout(done, 20));
    }
  } finally {
    await sql.end();
  }
}
