/**
 * An installation of the previous release, as this one finds it when it goes out: its migrations, its seed, its Workers.
 * Called by the tests of this folder.
 */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { createKeys } from '../local/keys.ts';
import { pushMigrations } from '../local/migrations.ts';
import { createRunFolder } from '../local/platform.ts';
import { type Portal, startPortal } from '../local/portal.ts';
import { type Stack, startStack } from '../local/stack.ts';
import { MIGRATIONS, readDueMigrations } from './due-migrations.ts';
import { admin, HOST, type Releases } from './tour.ts';

/** Between rounds of questions: the tools that migrate are to get on, too. */
const PAUSE_MS = 50;

export interface Before {
  readonly stack: Stack;
  /** Dispatcher, tenant and jobs Workers of the previous release. */
  readonly portal: Portal;
  /** File names of this tree's migrations that are not applied at first, in their order. */
  readonly due: readonly string[];
  /** Applies these of `due` in one run of the Supabase CLI, and asks the portal until it ends: nobody may be refused. */
  apply(names: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function startBefore({ platform, previous }: Releases): Promise<Before> {
  const directory = createRunFolder('before');
  await cp(join(previous.database, 'supabase'), join(directory, 'supabase'), { recursive: true });
  const applied = join(directory, 'supabase/migrations');
  const due = await readDueMigrations(applied);
  const databaseUrl = await platform.createEmptyDatabase();
  await pushMigrations(databaseUrl, { seed: true, directory });
  const stack = await startStack({ databaseUrl, keys: await createKeys() });
  const { build } = previous;
  const portal = await startPortal({ stack, builds: { dispatcher: build, tenant: build, jobs: build } });
  return {
    stack,
    portal,
    due,
    async apply(names) {
      for (const name of names) await cp(join(MIGRATIONS, name), join(applied, name));
      await askUntil(portal, () => pushMigrations(databaseUrl, { seed: false, directory }));
      const rows = await stack.sql<{ version: string }[]>`
        select version from supabase_migrations.schema_migrations`;
      const versions = rows.map(({ version }) => version);
      expect(versions).toEqual(expect.arrayContaining(names.map((name) => name.split('_', 1)[0])));
    },
    async close() {
      await portal.close();
      await stack.close();
      await platform.dropDatabase(databaseUrl);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A member who is there already asks for data and for a page, and somebody signs in, over and over while `work` goes on. */
async function askUntil(portal: Portal, work: () => Promise<unknown>): Promise<void> {
  const member = await admin(portal);
  let working = true;
  const ended = work().finally(() => {
    working = false;
  });
  const ask = async () => {
    const answers = new Set<string>();
    while (working) {
      for (const path of ['/api/me', '/sign-in'])
        answers.add(`${path} ${(await member.request(HOST, path)).status}`);
      await admin(portal);
      await sleep(PAUSE_MS);
    }
    return [...answers].toSorted();
  };
  const [answers] = await Promise.all([ask(), ended]);
  expect(answers, 'while migrations are applied').toEqual(['/api/me 200', '/sign-in 200']);
}
