/** This tree's migrations, one after the other, under the previous release's running Workers. `npm run test:releases`. */
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeys } from '../local/keys.ts';
import { pushMigrations } from '../local/migrations.ts';
import { createRunFolder } from '../local/platform.ts';
import { type Portal, startPortal } from '../local/portal.ts';
import { type Stack, startStack } from '../local/stack.ts';
import { admin, HOST, takeTour, usePreviousRelease } from './tour.ts';

const MIGRATIONS = fileURLToPath(new URL('../../supabase/migrations', import.meta.url));

const releases = usePreviousRelease();

describe('under the previous release’s running Workers', () => {
  let databaseUrl: string;
  let stack: Stack;
  let portal: Portal;
  let directory: string;
  beforeAll(async () => {
    directory = createRunFolder('migrations');
    await cp(join(releases.previous.database, 'supabase'), join(directory, 'supabase'), { recursive: true });
    databaseUrl = await releases.platform.createEmptyDatabase();
    await pushMigrations(databaseUrl, { seed: true, directory });
    stack = await startStack({ databaseUrl, keys: await createKeys() });
    const { build } = releases.previous;
    portal = await startPortal({ stack, builds: { dispatcher: build, tenant: build, jobs: build } });
  });
  afterAll(async () => {
    await portal?.close();
    await stack?.close();
    await releases.platform.dropDatabase(databaseUrl);
    await rm(directory, { recursive: true, force: true });
  });

  it('nothing is changed in a migration that it has applied', async () => {
    const applied = join(releases.previous.database, 'supabase/migrations');
    for (const name of await readdir(applied)) {
      expect(await readFile(join(MIGRATIONS, name), 'utf8'), name).toBe(
        await readFile(join(applied, name), 'utf8'),
      );
    }
  });

  it('each new migration leaves the portal answering, while it is applied and after', async () => {
    await takeTour({ stack, portal });
    const member = await admin(portal);
    const known = new Set(await readdir(join(directory, 'supabase/migrations')));
    const due = (await readdir(MIGRATIONS)).filter((name) => !known.has(name)).toSorted();
    for (const name of due) {
      await cp(join(MIGRATIONS, name), join(directory, 'supabase/migrations', name));
      let applying = true;
      const pushed = pushMigrations(databaseUrl, { seed: false, directory }).finally(() => {
        applying = false;
      });
      const answers = new Set<string>();
      while (applying) {
        for (const path of ['/api/me', '/sign-in']) {
          answers.add(`${path} ${(await member.request(HOST, path)).status}`);
        }
      }
      await pushed;
      const [applied] = await stack.sql`
        select from supabase_migrations.schema_migrations where version = ${name.split('_', 1)[0] ?? ''}`;
      expect(applied, `${name} is applied`).toBeDefined();
      expect([...answers].toSorted(), `while ${name} is applied`).toEqual(['/api/me 200', '/sign-in 200']);
      await takeTour({ stack, portal }).catch((error: unknown) => {
        throw new Error(`After ${name}: ${error instanceof Error ? error.message : error}`, { cause: error });
      });
    }
  }, 300_000);
});
