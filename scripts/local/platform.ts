/**
 * The embedded platform: a Postgres, and stacks on it. `npm test` starts one for all suites and names it to them by
 * MARQUEE_PLATFORM; a suite that runs alone starts its own. Called by dev.ts, preview.ts, test.ts and the tests.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { createKeys, type PlatformKeys } from './keys.ts';
import { createTemplate } from './migrations.ts';
import { findFreePorts } from './ports.ts';
import { dropDatabase, startPostgres } from './postgres.ts';
import { watchRun } from './processes.ts';
import { type Stack, type StackOptions, startStack } from './stack.ts';

const TEMPLATE = 'marquee_template';
const VARIABLE = 'MARQUEE_PLATFORM';

export interface Platform {
  /** A copy of the migrated and seeded database. The caller drops it, or leaves it to `stop`. */
  createDatabase(): Promise<string>;
  /** One like a new project's, with nothing of ours in it. The caller drops it, or leaves it to `stop`. */
  createEmptyDatabase(): Promise<string>;
  dropDatabase(databaseUrl: string): Promise<void>;
  /** A stack on a database of its own, dropped when it closes; keys are fresh unless given. */
  createStack(options?: { keys?: PlatformKeys; ports?: StackOptions['ports'] }): Promise<Stack>;
  /** For child processes: they find this platform by it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** True inside `npm test`, which has a platform for all suites and has built before those that drive the build. */
export function isPlatformNamed(): boolean {
  return Boolean(process.env[VARIABLE]);
}

/** The platform that MARQUEE_PLATFORM names, else one of our own that is gone without a trace when we end. */
export async function startPlatform(): Promise<Platform> {
  const named = process.env[VARIABLE];
  if (named) return openPlatform(named, async () => {});

  const directory = createRunFolder('test');
  const [port = 0] = await findFreePorts(1);
  const server = await startPostgres({ directory: join(directory, 'postgres'), port, fast: true });
  try {
    await createTemplate(server, TEMPLATE, { seed: true });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return openPlatform(server.url(), async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });
}

/** A temporary folder, and a watch that removes it and ends all that this process started, however that ends. */
export function createRunFolder(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `marquee-${name}-`));
  // Postgres does not run as root: its user walks through here.
  chmodSync(directory, 0o711);
  watchRun(name, directory);
  return directory;
}

function openPlatform(maintenanceUrl: string, stop: () => Promise<void>): Platform {
  const maintenance = postgres(maintenanceUrl, { max: 1, idle_timeout: 1, onnotice: () => {} });

  async function createDatabase(template: string): Promise<string> {
    const name = `stack_${randomUUID().replaceAll('-', '')}`;
    await maintenance`create database ${maintenance(name)} template ${maintenance(template)}`;
    const url = new URL(maintenanceUrl);
    url.pathname = `/${name}`;
    return url.href;
  }
  const dropStackDatabase = (databaseUrl: string) =>
    dropDatabase(maintenance, new URL(databaseUrl).pathname.slice(1));

  return {
    createDatabase: () => createDatabase(TEMPLATE),
    createEmptyDatabase: () => createDatabase('template1'),
    dropDatabase: dropStackDatabase,
    async createStack({ keys, ports = {} } = {}) {
      const databaseUrl = await createDatabase(TEMPLATE);
      const stack = await startStack({ databaseUrl, keys: keys ?? (await createKeys()), ports });
      const close = stack.close;
      return Object.assign(stack, {
        async close() {
          await close();
          await dropStackDatabase(databaseUrl);
        },
      });
    },
    environment: { [VARIABLE]: maintenanceUrl },
    async stop() {
      await maintenance.end({ timeout: 1 });
      await stop();
    },
  };
}
