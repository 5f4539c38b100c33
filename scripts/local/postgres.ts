/**
 * The embedded Postgres 17 of development and tests: a real server on loopback that looks like a hosted Supabase
 * project. Called by scripts/dev.ts, scripts/test.ts, the benchmarks and scripts/database-tests.ts.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { findRunner, preparePostgresBinaries, type Runner } from './postgres-binaries.ts';
import {
  createCluster,
  PASSWORD,
  prepareDataFolder,
  READY,
  readPidFile,
  STOP_TIMEOUT_MS,
  serverEnvironment,
  stopLeftover,
} from './postgres-cluster.ts';

const START_TIMEOUT_MS = 60_000;
const INSUFFICIENT_PRIVILEGE = '42501';
const DROP_ATTEMPTS = 50;
const DROP_PAUSE_MS = 200;

export type DatabaseUser = 'postgres' | 'authenticator' | 'supabase_admin';

export interface PostgresOptions {
  /** Keeps the data between runs. Where the server's user cannot enter it, it only names a folder outside. */
  readonly directory: string;
  readonly port: number;
  /** No fsync: several times faster, and worthless after a power cut. For tests and benchmarks. */
  readonly fast?: boolean;
  /** More settings for `postgres -c`, such as `{ shared_buffers: '512MB' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RunningPostgres {
  readonly port: number;
  /** Connection URL; database `postgres` and the non-superuser `postgres` unless said otherwise. */
  url(database?: string, user?: DatabaseUser): string;
  /** Creates a database owned by `postgres`; from `template` (which must have no connections) or like a new project. */
  createDatabase(name: string, template?: string): Promise<string>;
  databaseExists(name: string): Promise<boolean>;
  /** Ends the database's connections and drops it; no error when there is none. */
  dropDatabase(name: string): Promise<void>;
  /** Stops the server and waits for it. Data stays. */
  stop(): Promise<void>;
}

/** Starts Postgres on `directory` and `port`, making the cluster first where there is none. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const runner = findRunner();
  const binaries = await preparePostgresBinaries(runner);
  const data = await prepareDataFolder(resolve(options.directory), runner);
  await stopLeftover(data);
  if (!existsSync(join(data, READY))) await createCluster(binaries, data, runner, resolve(options.directory));
  const server = await startServer(binaries, data, runner, options);

  const url = (database = 'postgres', user: DatabaseUser = 'postgres') =>
    `postgresql://${user}:${PASSWORD}@127.0.0.1:${options.port}/${encodeURIComponent(database)}`;
  const admin = postgres(url('template1', 'supabase_admin'), { max: 1, idle_timeout: 1, onnotice: () => {} });
  // Creation copies a template that may have no other connection: one at a time, from a database that is no template.
  const maintenance = postgres(url(), { max: 1, idle_timeout: 5, onnotice: () => {} });
  try {
    if (!existsSync(join(data, READY))) {
      await admin.unsafe(readFileSync(new URL('./hosted-project.sql', import.meta.url), 'utf8'));
      // initdb copied `postgres` from template1 before that looked like a project: made again, and owned right.
      await admin`drop database postgres`;
      await admin`create database postgres owner postgres template template1`;
      await writeFile(join(data, READY), '');
    }
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    await admin.end();
  }

  return {
    port: options.port,
    url,
    async createDatabase(name, template) {
      const source = template === undefined ? maintenance`` : maintenance`template ${maintenance(template)}`;
      await maintenance`create database ${maintenance(name)} ${source}`;
      return url(name);
    },
    async databaseExists(name) {
      return (await maintenance`select from pg_database where datname = ${name}`).length > 0;
    },
    dropDatabase: (name) => dropDatabase(maintenance, name),
    async stop() {
      await maintenance.end({ timeout: 1 });
      await server.stop();
    },
  };
}

/**
 * Ends the database's connections and drops it; no error when there is none. What a superuser does there cannot be ended
 * by `postgres`, and autovacuum is one: it is given time to finish.
 */
export async function dropDatabase(maintenance: postgres.Sql, name: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await maintenance`drop database if exists ${maintenance(name)} with (force)`;
      return;
    } catch (error) {
      const isBusy = error instanceof postgres.PostgresError && error.code === INSUFFICIENT_PRIVILEGE;
      if (!isBusy || attempt === DROP_ATTEMPTS) throw error;
    }
    await sleep(DROP_PAUSE_MS);
  }
}

/**
 * Ends when its standard input does, which happens however we end, also by SIGKILL: no server outlives its script.
 * It is a session of its own, so that Ctrl-C reaches us alone and the server stops last.
 */
const SUPERVISOR = `
exec 3<&0
"$@" </dev/null 3<&- & server=$!
( read -r _ <&3; kill -INT $server ) 2>/dev/null & watch=$!
exec 3<&-
wait $server; status=$?
kill $watch 2>/dev/null
exit $status`;

async function startServer(
  binaries: string,
  data: string,
  runner: Runner | null,
  options: PostgresOptions,
): Promise<{ stop(): Promise<void> }> {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    search_path: '"$user", public, extensions',
    ...(options.fast ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
    ...options.settings,
  };
  const logFile = join(resolve(options.directory), 'postgres.log');
  const log = openSync(logFile, 'w', 0o600);
  const server: ChildProcess = spawn(
    '/bin/sh',
    [
      '-c',
      SUPERVISOR,
      'sh',
      join(binaries, 'bin', 'postgres'),
      ...['-D', data, '-p', String(options.port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...runner, cwd: tmpdir(), env: serverEnvironment(), detached: true, stdio: ['pipe', log, log] },
  );
  closeSync(log);
  const exited = new Promise<void>((done) => {
    server.once('exit', () => done());
    server.once('error', () => done());
  });
  let running = true;
  void exited.then(() => {
    running = false;
  });

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await readPidFile(data))?.ready) {
    if (!running || Date.now() > deadline) {
      server.stdin?.destroy();
      const lines = readFileSync(logFile, 'utf8').trim().split('\n');
      if (lines.some((line) => line.includes('Address already in use'))) {
        throw new Error(`Port ${options.port} is in use, so Postgres cannot start on it.`);
      }
      throw new Error(`Postgres did not start (log: ${logFile}):\n${lines.slice(-10).join('\n')}`);
    }
    await sleep(15);
  }
  // Neither the child nor its pipe keeps our process alive.
  server.unref();
  if (server.stdin && 'unref' in server.stdin && typeof server.stdin.unref === 'function')
    server.stdin.unref();

  return {
    async stop() {
      server.ref();
      server.stdin?.destroy();
      const stopped = await Promise.race([
        exited.then(() => true),
        sleep(STOP_TIMEOUT_MS, false, { ref: false }),
      ]);
      if (!stopped) await stopLeftover(data);
    },
  };
}
