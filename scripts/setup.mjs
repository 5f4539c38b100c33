/**
 * The first step of every npm script: installs what is missing, then runs a script with the Node of node_modules.
 * Plain JavaScript without dependencies, for any Node from 20 on: it runs before node_modules exists.
 *
 *     node scripts/setup.mjs [script.ts [arguments…]]
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = 20;
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * True when node_modules holds what the lock asks for. npm writes `node_modules/.package-lock.json` last, so that a
 * half-finished installation has none; packages for other systems are in the lock alone.
 *
 * @param {string} lock text of package-lock.json
 * @param {string | null} installed text of node_modules/.package-lock.json
 */
export function isInstalled(lock, installed) {
  if (installed === null) return false;
  /** @type {(text: string) => Record<string, { version?: string, integrity?: string, optional?: boolean, peer?: boolean, link?: boolean }>} */
  const packagesOf = (text) => JSON.parse(text).packages ?? {};
  const wanted = packagesOf(lock);
  const present = packagesOf(installed);
  for (const [path, { version, integrity, optional }] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = present[path];
    if (found === undefined ? !optional : found.version !== version || found.integrity !== integrity)
      return false;
  }
  return Object.keys(present).every((path) => path in wanted);
}

/** @param {string} file */
function readText(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** @param {string} binary */
function isReady(binary) {
  try {
    return (
      existsSync(binary) &&
      isInstalled(
        readFileSync(join(REPOSITORY, 'package-lock.json'), 'utf8'),
        readText(join(REPOSITORY, 'node_modules/.package-lock.json')),
      )
    );
  } catch {
    // An unreadable lock of an earlier installation: install again.
    return false;
  }
}

/** Two scripts that start on a fresh clone at once must not install into the same folder: the second one waits. */
function takeTurn() {
  const file = join(REPOSITORY, '.local/installing');
  mkdirSync(join(REPOSITORY, '.local'), { recursive: true, mode: 0o700 });
  for (let told = false; ; told = true) {
    try {
      const handle = openSync(file, 'wx', 0o600);
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const holder = Number(readText(file));
    if (holder > 0 && !isAlive(holder)) rmSync(file, { force: true });
    else if (!told) console.log('Waiting for another installation to finish…');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

function install() {
  console.log('Installing dependencies (once for each change of package-lock.json)…');
  const npm = process.env.npm_execpath;
  const [command, ...prefix] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const { status, error } = spawnSync(
    command,
    [...prefix, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    // The workers and the browser come from npm: nothing may download a binary of its own.
    { cwd: REPOSITORY, stdio: 'inherit', env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' } },
  );
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Runs the script and ends as it ends: its exit code, or by the same signal. The IPC channel tells it when we are
 * gone, however that happened, so that nothing is left running.
 *
 * @param {string} binary
 * @param {string} script
 * @param {string[]} args
 */
function run(binary, script, args) {
  const child = spawn(binary, [resolve(REPOSITORY, script), ...args], {
    cwd: REPOSITORY,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of SIGNALS) {
    // The terminal sends Ctrl-C to all of its processes by itself; the others come to us alone.
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
  });
  endWithNpm(child);
}

/**
 * npm killed with -9 tells nobody; its shell, between npm and us, may live on. Only under npm: a script started by hand
 * may outlive its shell.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function endWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const started = findNpm();
  setInterval(() => {
    if (findNpm() !== started) child.kill('SIGTERM');
  }, 1000).unref();
}

/** The process above us, or above the shell that npm put in between; without /proc only the former is known. */
function findNpm() {
  const parent = process.ppid;
  // `pid (name) state ppid …`, the name as its owner likes it.
  const [, name, above] = /^\d+ \((.*)\) \S (\d+)/s.exec(readText(`/proc/${parent}/stat`) ?? '') ?? [];
  return name !== undefined && /^(sh|dash|bash|zsh|busybox)$/.test(name) ? Number(above) : parent;
}

function main() {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    console.error(`Marquee needs Node ${OLDEST_NODE} or newer to start; this is ${process.version}.`);
    process.exit(1);
  }
  const binary = join(REPOSITORY, 'node_modules/.bin/node');
  if (!isReady(binary)) {
    const done = takeTurn();
    try {
      if (!isReady(binary)) install();
    } finally {
      done();
    }
    if (!existsSync(binary)) {
      console.error(
        'npm ran no install scripts: node_modules has no Node. Run `npm ci --ignore-scripts=false`.',
      );
      process.exit(1);
    }
  }
  const [script, ...args] = process.argv.slice(2);
  if (script !== undefined) run(binary, script, args);
}

// Imported by its tests, it does nothing.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) main();
