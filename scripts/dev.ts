/**
 * `npm run dev`: the whole platform on this machine. Starts Postgres, the Data API, the identity providers and Vite
 * with all Workers, follows edits of migrations, and ends everything with itself. Options: `--reset`, `--port 8787`.
 */
import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import {
  type Change,
  type DevelopmentDatabase,
  openDevelopmentDatabase,
} from './local/development-database.ts';
import { createDevelopmentLog } from './local/development-log.ts';
import { loadKeys, writeDevVars } from './local/keys.ts';
import { describePortals, readPortals } from './local/portal-table.ts';
import { describePortInUse, findFreePorts, isPortFree } from './local/ports.ts';
import { startPostgres } from './local/postgres.ts';
import { endLeftovers, isRunning, onShutdown, watchRun } from './local/processes.ts';
import { type Stack, startStack } from './local/stack.ts';
import { Refusal, runMain, runStep } from './local/steps.ts';
import { formatSeconds } from './local/table.ts';
import { TENANT_WORKERS } from './local/workers.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const LOCAL = join(REPOSITORY, '.local');
const PID_FILE = join(LOCAL, 'dev.pid');
const RUN = `dev-${createHash('sha256').update(LOCAL).digest('hex').slice(0, 12)}`;
/** Taken when they are free, so that addresses stay the same between runs; nobody types them. */
const INNER_PORTS = [8788, 8789, 8790, 8791] as const;

const closers: (() => Promise<void>)[] = [];
const log = createDevelopmentLog();
const shutdown = onShutdown(async () => {
  if (closers.length > 0) console.log('\nStopping…');
  for (const close of closers.toReversed()) {
    // One that does not close must not keep the others open.
    await close().catch((error: unknown) => console.error(error));
  }
});

async function main(): Promise<void> {
  const started = performance.now();
  const { values: flags } = parseArgs({
    options: { reset: { type: 'boolean', default: false }, port: { type: 'string', default: '8787' } },
  });
  const port = Number(flags.port);
  await claimClone(port);
  const [dataApi, postgres, github, google] = await choosePorts();

  if (flags.reset) await runStep('Removing the database, the keys and what the Workers stored', startOver);
  const server = await runStep('Postgres 17', () =>
    startPostgres({ directory: join(LOCAL, 'postgres'), port: postgres }),
  );
  closers.push(() => server.stop());
  const ledgerFile = join(LOCAL, 'migrations.json');
  const database = openDevelopmentDatabase({ server, repository: REPOSITORY, ledgerFile });
  const change = await runStep('Migrations and demo tenants', async (note) => {
    const found = await database.findChange();
    note(describeChange(found));
    await database.apply(found);
    return found;
  });
  const stack = await runStep('Data API, GitHub and Google', async () => {
    const keys = await loadKeys(join(LOCAL, 'keys.json'));
    const mails = { directory: join(LOCAL, 'mail'), onMail: log.mail };
    return startStack({ databaseUrl: database.url, keys, ports: { dataApi, github, google }, mails });
  });
  closers.push(() => stack.close());
  await runStep('Pages and Workers', async () => {
    await stack.openPort(port);
    await tellWorkers(stack);
    await startVite(port);
  });

  const portals = await readPortals(stack.sql);
  const { supabaseUrl, mailbox } = stack;
  console.log(
    describePortals({
      portals,
      port,
      databaseUrl: database.url,
      supabaseUrl,
      mailDirectory: mailbox.directory,
    }),
  );
  console.log(`\n  Ready in ${formatSeconds(performance.now() - started)}. Ctrl-C stops everything.\n`);
  log.speak();
  if (change.kind === 'migrate' || change.kind === 'rebuild') await tellTypes(database);
  followMigrations(database, stack);
}

/** One run per clone, on a port that is free; what a killed run left behind is ended. */
async function claimClone(port: number): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Refusal('--port takes 1 to 65535.');
  await mkdir(LOCAL, { recursive: true });
  const earlier = Number(await readFile(PID_FILE, 'utf8').catch(() => ''));
  if (earlier > 0) {
    if (await isRunning(earlier, 'scripts/dev.ts')) {
      throw new Refusal(
        `npm run dev already runs in this folder, as process ${earlier}. To stop it: kill ${earlier}`,
      );
    }
    await endLeftovers(RUN);
  }
  if (!(await isPortFree(port))) {
    const problem = await describePortInUse(port, 'the portals');
    throw new Refusal(`${problem}\nOr use another one: npm run dev -- --port ${port + 100}`);
  }
  await writeFile(PID_FILE, String(process.pid));
  closers.push(() => rm(PID_FILE, { force: true }));
  watchRun(RUN);
}

async function choosePorts(): Promise<[number, number, number, number]> {
  const free = await findFreePorts(INNER_PORTS.length);
  const [a, b, c, d] = await Promise.all(
    INNER_PORTS.map(async (wanted, index) => ((await isPortFree(wanted)) ? wanted : (free[index] ?? 0))),
  );
  return [a ?? 0, b ?? 0, c ?? 0, d ?? 0];
}

async function startOver(): Promise<void> {
  for (const name of ['postgres', 'workers', 'mail', 'keys.json', 'migrations.json']) {
    await rm(join(LOCAL, name), { recursive: true, force: true });
  }
}

/** One file serves the three tenant Workers: their names come from vite.config.ts. */
async function tellWorkers(stack: Stack): Promise<void> {
  const { WORKER_NAME: _name, ...tenantVars } = stack.tenantVars(TENANT_WORKERS[0]);
  await writeDevVars(join(REPOSITORY, 'worker-dispatcher/.dev.vars'), stack.dispatcherVars);
  // The jobs Worker lies in the same folder and is told the same.
  const { MAIL_FROM: sender = '' } = stack.jobsVars;
  await writeDevVars(join(REPOSITORY, 'worker-tenant/.dev.vars'), { ...tenantVars, MAIL_FROM: sender });
  await writeDevVars(join(REPOSITORY, 'scripts/local/mail-service/.dev.vars'), stack.mailServiceVars);
}

async function startVite(port: number): Promise<void> {
  const present = process.listeners('SIGTERM');
  const vite = await createServer({
    configFile: join(REPOSITORY, 'vite.config.ts'),
    customLogger: log.logger,
    server: { port },
  });
  closers.push(() => vite.close());
  // Vite would exit on a signal by itself, before Postgres has stopped.
  for (const listener of process.listeners('SIGTERM')) {
    if (!present.includes(listener)) process.removeListener('SIGTERM', listener);
  }
  await vite.listen();
}

function describeChange(change: Change): string {
  switch (change.kind) {
    case 'none':
      return 'up to date';
    case 'create':
      return 'new database';
    case 'migrate':
      return `applying ${change.files.join(', ')}`;
    case 'rebuild':
      return `making the database again, because ${change.because}`;
    default:
      return change satisfies never;
  }
}

/** A new migration is applied at once; after an edit of an applied one the database is made again. */
function followMigrations(database: DevelopmentDatabase, stack: Stack): void {
  let timer: NodeJS.Timeout | undefined;
  let work = Promise.resolve();
  const look = async () => {
    const change = await database.findChange();
    if (change.kind === 'none' || shutdown.requested) return;
    console.log(`\n  Database: ${describeChange(change)}`);
    if (change.kind === 'migrate') {
      await database.apply(change);
      console.log('  Database: up to date.\n');
    } else {
      await stack.replaceDatabase(() => database.apply(change));
      console.log('  Database: made again with the demo tenants. Sessions and what you entered are gone.\n');
    }
    await tellTypes(database);
  };
  const soon = () => {
    clearTimeout(timer);
    // Editors write in several steps.
    timer = setTimeout(() => {
      work = work.then(look).catch((error: unknown) => {
        console.error(`\n  Database: ${error instanceof Error ? error.message : String(error)}\n`);
      });
    }, 300);
  };
  const watchers = ['supabase', 'supabase/migrations'].map((folder) =>
    watch(join(REPOSITORY, folder), (_event, file) => {
      if (file?.endsWith('.sql')) soon();
    }),
  );
  closers.push(async () => {
    for (const watcher of watchers) watcher.close();
    clearTimeout(timer);
    await work;
  });
}

async function tellTypes(database: DevelopmentDatabase): Promise<void> {
  if (await database.writeTypes()) console.log('  Written again: supabase/database.types.ts\n');
}

runMain(main, shutdown);
