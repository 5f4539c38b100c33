/**
 * The data folder of the embedded Postgres: where it is, making its cluster, and ending what an earlier run left on
 * it. Called by postgres.ts.
 */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isReachable, OUTSIDE, type Runner } from './postgres-binaries.ts';

const run = promisify(execFile);

/** The well-known local password, as in `supabase start`; the server listens on loopback only. */
export const PASSWORD = 'postgres';
export const STOP_TIMEOUT_MS = 20_000;
const OWNER_PATIENCE_MS = 8_000;
/** Written into the data folder when the cluster is complete; without it, a half-made one is made again. */
export const READY = 'marquee-ready';

/**
 * The data folder of `directory`, owned by the runner. Where the runner cannot walk (a clone under /root), the data is
 * in a folder outside, and `directory` keeps a token of it: removing `directory` starts over in both cases.
 */
export async function prepareDataFolder(directory: string, runner: Runner | null): Promise<string> {
  await mkdir(directory, { recursive: true });
  let data = join(directory, 'data');
  if (!isReachable(directory, runner)) {
    const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
    data = join(OUTSIDE, `marquee-postgres-data-${userInfo().uid}-${name}`);
    const token = join(directory, 'data-token');
    const known = existsSync(token) ? await readFile(token, 'utf8') : null;
    const found = existsSync(join(data, 'marquee-token'))
      ? await readFile(join(data, 'marquee-token'), 'utf8')
      : null;
    if (known === null || known !== found) {
      await stopLeftover(data);
      await rm(data, { recursive: true, force: true });
      await writeFile(token, randomUUID());
    }
  }
  if (existsSync(data) && !existsSync(join(data, READY))) {
    await stopLeftover(data);
    await rm(data, { recursive: true, force: true });
  }
  return data;
}

export async function createCluster(
  binaries: string,
  data: string,
  runner: Runner | null,
  directory: string,
): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  if (runner) await chown(data, runner.uid, runner.gid);
  const secrets = await mkdtemp(join(tmpdir(), 'marquee-initdb-'));
  const passwordFile = join(secrets, 'password');
  try {
    await writeFile(passwordFile, PASSWORD, { mode: 0o600 });
    if (runner) {
      await chown(passwordFile, runner.uid, runner.gid);
      await chown(secrets, runner.uid, runner.gid);
    }
    await run(
      join(binaries, 'bin', 'initdb'),
      [
        `--pgdata=${data}`,
        '--username=supabase_admin',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // The builtin provider sorts alike on every operating system.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-sync',
      ],
      { ...runner, cwd: tmpdir(), env: serverEnvironment() },
    );
  } finally {
    await rm(secrets, { recursive: true, force: true });
  }
  const token = join(directory, 'data-token');
  if (existsSync(token)) await writeFile(join(data, 'marquee-token'), await readFile(token, 'utf8'));
}

/** What a server's environment holds: nothing of ours (no `PG*`, no keys). */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/** `postmaster.pid`: the pid on its first line, the status (`ready`, `starting`) on its eighth. */
export async function readPidFile(data: string): Promise<{ pid: number; ready: boolean } | null> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 1 ? { pid, ready: lines[7]?.trim() === 'ready' } : null;
}

/**
 * Stops the server that an earlier run left on this data folder, if there is one. A pid that now belongs to another
 * program is left alone: Postgres itself clears such a stale file. A server whose supervisor lives belongs to a run
 * that is still there (or is just ending): it is waited for, never stopped.
 */
export async function stopLeftover(data: string): Promise<void> {
  const found = await readPidFile(data);
  if (found === null) return;
  const { pid } = found;
  const isGone = async () => !(await commandLine(pid)).includes(data);
  const isOrphan = async () => !(await commandLine(await parentOf(pid))).includes(data);
  if (!(await waitFor(async () => (await isGone()) || (await isOrphan()), OWNER_PATIENCE_MS))) {
    throw new Error(`Another run uses ${data} (Postgres, pid ${pid}): end it first, or use another folder.`);
  }
  for (const [signal, patience] of [
    ['SIGINT', STOP_TIMEOUT_MS],
    ['SIGQUIT', 5_000],
  ] as const) {
    if (await isGone()) return;
    try {
      process.kill(pid, signal);
    } catch {
      // Gone in between.
      return;
    }
    if (await waitFor(isGone, patience)) return;
  }
  throw new Error(`A Postgres (pid ${pid}) of an earlier run does not stop: end it and start again.`);
}

async function waitFor(condition: () => Promise<boolean>, patience: number): Promise<boolean> {
  for (const deadline = Date.now() + patience; ; await sleep(25)) {
    if (await condition()) return true;
    if (Date.now() > deadline) return false;
  }
}

/** The command line of a process, empty when there is none. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return run('ps', ['-ww', '-o', 'args=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

async function parentOf(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    return Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 1);
  }
  return run('ps', ['-o', 'ppid=', '-p', String(pid)]).then(
    ({ stdout }) => Number(stdout),
    () => 1,
  );
}
