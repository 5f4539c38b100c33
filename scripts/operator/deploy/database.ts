/** The schema of an environment: which migrations are due, and their application by the Supabase CLI. */
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Sql, TransactionSql } from 'postgres';
import { Refusal } from '../../local/steps.ts';
import { readDatabaseTarget } from '../database-connection.ts';
import { REPOSITORY } from './build-output.ts';
import { runProgram } from './programs.ts';

const TIMEOUT_MILLISECONDS = 600_000;
const SAID_LINES = 30;

/** Names of migration files that the database does not have, oldest first. */
export async function findDueMigrations(sql: Sql | TransactionSql): Promise<string[]> {
  const files = (await readdir(join(REPOSITORY, 'supabase/migrations'))).filter((name) =>
    /^\d+_.*\.sql$/.test(name),
  );
  const versions = await readAppliedMigrations(sql);
  const known = new Set(files.map(versionOf));
  const strangers = [...versions].filter((version) => !known.has(version));
  if (strangers.length > 0)
    throw new Refusal(
      `The database has migrations that this clone does not know: ${strangers.slice(0, 5).join(', ')}. Deploy from a newer commit.`,
    );
  return files.filter((name) => !versions.has(versionOf(name))).toSorted();
}

/** Their versions: what stands before the first `_` of a file's name. */
export async function readAppliedMigrations(sql: Sql | TransactionSql): Promise<ReadonlySet<string>> {
  const [history] = await sql<{ there: boolean }[]>`
    select to_regclass('supabase_migrations.schema_migrations') is not null as there`;
  const applied = history?.there
    ? await sql<{ version: string }[]>`select version from supabase_migrations.schema_migrations`
    : [];
  return new Set(applied.map(({ version }) => version));
}

export function versionOf(file: string): string {
  return file.slice(0, file.indexOf('_'));
}

/** `supabase db push`; the password goes by the environment, since arguments are read by other processes. */
export async function applyMigrations(databaseUrl: string, redact: (text: string) => string): Promise<void> {
  const { cli } = readDatabaseTarget(databaseUrl);
  const program = join(
    dirname(createRequire(join(REPOSITORY, 'package.json')).resolve('supabase/package.json')),
    'dist',
    'supabase.js',
  );
  const { code, output } = await runProgram(
    process.execPath,
    [program, 'db', 'push', `--remote=${cli.address}`, '--yes', '--workdir', REPOSITORY, '--agent', 'no'],
    {
      cwd: REPOSITORY,
      timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      env: {
        ...cli.env,
        SUPABASE_TELEMETRY_DISABLED: '1',
        DO_NOT_TRACK: '1',
        NO_COLOR: '1',
      },
    },
  );
  if (code !== 0) {
    const said = redact(output).trimEnd().split('\n').slice(-SAID_LINES).join('\n');
    throw new Refusal(`supabase db push failed. What it applied before that stays; run it again.\n${said}`);
  }
}
