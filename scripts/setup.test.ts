/** When setup.mjs installs, and how it runs a script. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isInstalled } from './setup.mjs';

const SETUP = fileURLToPath(new URL('./setup.mjs', import.meta.url));

const lock = (packages: Record<string, unknown>) => JSON.stringify({ packages: { '': {}, ...packages } });
const hono = { version: '4.0.0', integrity: 'sha512-a' };

describe('isInstalled', () => {
  test('takes node_modules that hold what the lock asks for', () => {
    const text = lock({ 'node_modules/hono': hono });
    expect(isInstalled(text, lock({ 'node_modules/hono': hono }))).toBe(true);
  });

  test('asks for an installation when there is none, or a half-finished one', () => {
    expect(isInstalled(lock({}), null)).toBe(false);
  });

  test.each([
    ['another version', { ...hono, version: '4.0.1' }],
    ['another content of the same version', { ...hono, integrity: 'sha512-b' }],
  ])('asks for an installation on %s', (_what, present) => {
    expect(isInstalled(lock({ 'node_modules/hono': hono }), lock({ 'node_modules/hono': present }))).toBe(
      false,
    );
  });

  test('asks for an installation when a package is missing or too many', () => {
    const one = lock({ 'node_modules/hono': hono });
    const two = lock({ 'node_modules/hono': hono, 'node_modules/zod': { version: '4.0.0' } });
    expect(isInstalled(two, one)).toBe(false);
    expect(isInstalled(one, two)).toBe(false);
  });

  test('does without packages that are for other systems', () => {
    const wanted = lock({
      'node_modules/hono': hono,
      'node_modules/a-win32': { version: '1.0.0', optional: true },
    });
    expect(isInstalled(wanted, lock({ 'node_modules/hono': hono }))).toBe(true);
  });
});

describe('running a script', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'marquee-setup-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  test('hands over its arguments and exit code, with the Node of node_modules', () => {
    const script = write(
      'code.ts',
      'console.log(process.version, process.argv.slice(2).join()); process.exit(7);',
    );
    const { status, stdout } = spawnSync(process.execPath, [SETUP, script, '--reset', 'x'], {
      encoding: 'utf8',
    });
    expect(status).toBe(7);
    expect(stdout.trim()).toMatch(/^v24\.\S+ --reset,x$/);
  });

  test('passes SIGTERM on and ends as the script ends', async () => {
    const script = write(
      'term.ts',
      "process.on('SIGTERM', () => process.exit(5)); console.log('up'); setInterval(() => {}, 1000);",
    );
    const child = spawn(process.execPath, [SETUP, script], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => child.kill('SIGTERM'));
    const code = await new Promise((done) => child.once('exit', done));
    expect(code).toBe(5);
  });

  test('tells a script by a signal exit that it was killed', async () => {
    const script = write('kill.ts', "process.kill(process.pid, 'SIGKILL');");
    expect(spawnSync(process.execPath, [SETUP, script]).status).toBe(137);
  });
});
