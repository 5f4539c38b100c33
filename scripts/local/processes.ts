/**
 * How our scripts end: every process they started ends with them, also after a SIGKILL. Called by dev.ts, preview.ts,
 * test.ts and platform.ts.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

/** Inherited by whatever a run starts; it is how its processes are found again. */
const MARK = 'MARQUEE_RUN';

/** Kills all processes whose mark begins with `$1`. macOS shows environments through ps only. */
const END_MARKED = `
if [ -r /proc/self/environ ]; then
  for entry in /proc/[0-9]*; do
    grep -qsz "^${MARK}=$1" "$entry/environ" && kill -9 "\${entry#/proc/}" 2>/dev/null
  done
else
  ps -Eww -axo pid=,command= | grep "${MARK}=$1" | while read -r pid _; do kill -9 "$pid" 2>/dev/null; done
fi
`;

/**
 * Reads until whoever holds the other end of the pipe is gone, then cleans up: processes first, then the folder of a
 * test run (its Postgres ends by itself and needs a moment to leave its files).
 */
const WATCH = `
trap '' INT TERM HUP
read -r _
${END_MARKED}
if [ -n "$2" ]; then sleep 3; rm -rf "$2"; fi
`;

/**
 * Marks all that this process starts from now on, and sets a watch over it. `temporary` is removed with it. The pid is
 * part of the mark: the watch of a run that just ended must not take its successor for it.
 */
export function watchRun(name: string, temporary = ''): void {
  if (!/^[\w-]+$/.test(name)) throw new TypeError('a run is named by letters, digits and dashes');
  const id = `${name}.${process.pid}.`;
  const { [MARK]: _inherited, ...environment } = process.env;
  const watch = spawn('/bin/sh', ['-c', WATCH, 'sh', id, temporary], {
    cwd: tmpdir(),
    detached: true,
    env: environment,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  process.env[MARK] = id;
  watch.unref();
  // A pipe, which Node types as a plain stream.
  if ('unref' in watch.stdin && typeof watch.stdin.unref === 'function') watch.stdin.unref();
}

/** Ends what an earlier run of the same name left behind: normally nothing, its watch has done it. */
export async function endLeftovers(name: string): Promise<void> {
  await new Promise<void>((done, fail) => {
    const { [MARK]: _inherited, ...environment } = process.env;
    const sweep = spawn('/bin/sh', ['-c', END_MARKED, 'sh', `${name}.`], {
      env: environment,
      stdio: 'ignore',
    });
    sweep.once('error', fail);
    sweep.once('exit', () => done());
  });
}

/** True when the process `pid` lives and runs `script`; a pid that now belongs to another program is not ours. */
export async function isRunning(pid: number, script: string): Promise<boolean> {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  return commandLine === null ? process.platform !== 'linux' : commandLine.includes(script);
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
/** A terminal's Ctrl-C comes once from it and once through npm: only a later one means "at once". */
const IMPATIENT_AFTER_MS = 1_000;
const STOP_TIMEOUT_MS = 20_000;

export interface Shutdown {
  readonly requested: boolean;
  /** Stops as a signal would, with this exit code. */
  end(code: number): void;
}

/**
 * Runs `stop` once, on Ctrl-C, SIGTERM, SIGHUP or when setup.mjs is gone, then ends this process. A second Ctrl-C
 * does not wait; the watch then cleans up.
 */
export function onShutdown(stop: () => Promise<void>): Shutdown {
  const state = { requested: false, end: (code: number) => shutDown(code) };
  let since = 0;
  const shutDown = (code: number) => {
    if (state.requested) {
      if (Date.now() - since > IMPATIENT_AFTER_MS) process.exit(code);
      return;
    }
    state.requested = true;
    since = Date.now();
    setTimeout(() => process.exit(code), STOP_TIMEOUT_MS).unref();
    stop().then(
      () => process.exit(code),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const [signal, code] of Object.entries(SIGNALS)) process.on(signal, () => shutDown(code));
  if (process.channel) {
    process.on('disconnect', () => shutDown(SIGNALS.SIGHUP));
    process.channel.unref();
  }
  return state;
}

export interface Finished {
  readonly code: number;
  /** Both streams, in the order in which they came. */
  readonly output: string;
  readonly milliseconds: number;
}

/** Runs a command to its end and keeps what it says; `onOutput` sees it as it comes. After `limitMs` it is told to stop. */
export function runCommand(
  command: string,
  arguments_: readonly string[],
  options: {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    onOutput?: (text: string) => void;
    limitMs?: number;
  } = {},
): Promise<Finished> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, arguments_, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.limitMs,
    });
    let output = '';
    const take = (text: string) => {
      output += text;
      options.onOutput?.(text);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code: code ?? 1, output, milliseconds: performance.now() - started });
    });
  });
}
