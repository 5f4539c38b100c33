/** Nothing outlives the script that started it, however that ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRunning, runCommand } from './processes.ts';

const PROCESSES = fileURLToPath(new URL('./processes.ts', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'marquee-processes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A script that watches itself, owns `temporary`, starts a process that would run for long and prints its pid. */
async function startWatched(
  name: string,
): Promise<{ script: ChildProcess; started: number; temporary: string }> {
  const temporary = mkdtempSync(join(folder, 'owned-'));
  const file = join(folder, `${name}.ts`);
  writeFileSync(
    file,
    `import { spawn } from 'node:child_process';
     import { onShutdown, watchRun } from ${JSON.stringify(PROCESSES)};
     watchRun(${JSON.stringify(name)}, ${JSON.stringify(temporary)});
     onShutdown(async () => {});
     const child = spawn('sleep', ['120'], { detached: true, stdio: 'ignore' });
     console.log(child.pid);
     setInterval(() => {}, 1000);`,
  );
  const script = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const started = await new Promise<number>((done) =>
    script.stdout?.once('data', (text) => done(Number(text))),
  );
  return { script, started, temporary };
}

async function isGone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (!(await isRunning(pid, 'sleep'))) return true;
    await sleep(50);
  }
  return false;
}

describe('watchRun', () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)('ends what a script started, after %s', async (signal) => {
    const { script, started } = await startWatched(`test-${signal.toLowerCase()}`);
    expect(await isRunning(started, 'sleep')).toBe(true);
    script.kill(signal);
    expect(await isGone(started)).toBe(true);
  });

  test('removes the temporary folder of a killed run', { timeout: 20_000 }, async () => {
    const { script, started, temporary } = await startWatched('test-folder');
    script.kill('SIGKILL');
    await isGone(started);
    for (let attempt = 0; attempt < 100 && existsSync(temporary); attempt += 1) await sleep(100);
    expect(existsSync(temporary)).toBe(false);
  });

  test('leaves the processes of another run alone', async () => {
    const first = await startWatched('test-first');
    const second = await startWatched('test-second');
    first.script.kill('SIGKILL');
    expect(await isGone(first.started)).toBe(true);
    expect(await isRunning(second.started, 'sleep')).toBe(true);
    second.script.kill('SIGKILL');
    expect(await isGone(second.started)).toBe(true);
  });
});

describe('isRunning', () => {
  test('does not take another program for ours', async () => {
    expect(await isRunning(process.pid, 'scripts/dev.ts')).toBe(false);
  });
});

describe('runCommand', () => {
  test('keeps both streams and the exit code', async () => {
    const { code, output } = await runCommand('/bin/sh', ['-c', 'echo out; echo err >&2; exit 3']);
    expect(code).toBe(3);
    expect(output).toContain('out\n');
    expect(output).toContain('err\n');
  });
});
