/**
 * The browser tests of web/e2e: starts, for each Playwright worker, a stack with the built portals and a TLS door in
 * front of them, then Playwright. Called by test.ts; alone: `npm run e2e`, which builds first.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  BROWSER_OUTPUT_VARIABLE,
  BROWSER_PORTALS_VARIABLE,
  type BrowserPortal,
} from './local/browser-portal.ts';
import { findChromium } from './local/chromium.ts';
import { openFrontDoor } from './local/front-door.ts';
import { startPlatform } from './local/platform.ts';
import { startPortal } from './local/portal.ts';
import { isRunning, onShutdown } from './local/processes.ts';
import { type PlaywrightRun, runAndRecord } from './local/recorded-failures.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
/** What a run keeps of its failures, in a folder named by its pid. */
const OUTPUTS = join(REPOSITORY, 'test-results/browser');
/** Two browsers are what two cores carry. */
const WORKERS = 2;

const closers: (() => Promise<void>)[] = [];
async function close(): Promise<void> {
  for (const closer of closers.toReversed()) await closer().catch((error: unknown) => console.error(error));
}

/** The last run's failures go; those of a run that is going on beside this one stay. */
async function removeEarlierOutputs(): Promise<void> {
  for (const name of readdirSync(OUTPUTS)) {
    if (await isRunning(Number(name) || 0, 'scripts/browser-tests.ts')) continue;
    rmSync(join(OUTPUTS, name), { recursive: true, force: true });
  }
}

async function main(): Promise<number> {
  mkdirSync(OUTPUTS, { recursive: true });
  await removeEarlierOutputs();
  const platform = await startPlatform();
  closers.push(() => platform.stop());
  const portals: BrowserPortal[] = [];
  for (let worker = 0; worker < WORKERS; worker += 1) {
    const stack = await platform.createStack();
    closers.push(() => stack.close());
    const portal = await startPortal({ stack });
    closers.push(() => portal.close());
    const tenants = await stack.sql<{ domain: string }[]>`select domain from public.tenant_domains`;
    const hostnames = tenants.map(({ domain }) => domain);
    const door = await openFrontDoor({ target: portal.port, hostnames });
    closers.push(() => door.close());
    const { databaseUrl, mailbox } = stack;
    portals.push({ port: portal.port, tlsPort: door.port, databaseUrl, mailDirectory: mailbox.directory });
  }
  // First, because it may also set where the browser's libraries are.
  const chromium = await findChromium();
  const environment = {
    ...process.env,
    [BROWSER_PORTALS_VARIABLE]: JSON.stringify(portals),
    CHROMIUM_PATH: chromium,
  };
  return runAndRecord(process.argv.slice(2), join(OUTPUTS, String(process.pid)), async (run) => {
    // Stopped meanwhile: nothing more begins.
    if (shutdown.requested) return 1;
    return runPlaywright(run, { ...environment, ...run.environment, [BROWSER_OUTPUT_VARIABLE]: run.output });
  });
}

function runPlaywright(run: PlaywrightRun, env: NodeJS.ProcessEnv): Promise<number> {
  const cli = join(REPOSITORY, 'node_modules/@playwright/test/cli.js');
  const child = spawn(process.execPath, [cli, 'test', `--workers=${WORKERS}`, ...run.arguments], {
    cwd: REPOSITORY,
    stdio: run.silent ? 'ignore' : 'inherit',
    env,
  });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}

const shutdown = onShutdown(close);
const code = await main();
await close();
process.exit(code);
