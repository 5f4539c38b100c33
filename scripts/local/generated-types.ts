/**
 * The generated types of the repository: `Env` of each Worker from its wrangler.jsonc, `Database` from the migrations.
 * Called by generate-types.ts, which writes them, and check.ts, which compares.
 */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateDatabaseTypes } from './migrations.ts';
import { runCommand } from './processes.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const WORKERS = ['worker-dispatcher', 'worker-tenant'] as const;

export interface GeneratedFile {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** What wrangler makes of a Worker's configuration. Secrets are the declared ones: a .dev.vars has no say. */
export async function generateWorkerTypes(): Promise<GeneratedFile[]> {
  return Promise.all(
    WORKERS.filter((worker) => existsSync(join(REPOSITORY, worker, 'wrangler.jsonc'))).map(async (worker) => {
      // In the Worker's folder, because what is written imports relative to it.
      const draft = `.worker-configuration.${process.pid}.d.ts`;
      const cwd = join(REPOSITORY, worker);
      try {
        const { code, output } = await runCommand(
          process.execPath,
          [
            join(REPOSITORY, 'node_modules/wrangler/bin/wrangler.js'),
            ...['types', draft, '--include-runtime=false', '--strict-vars=false'],
          ],
          { cwd, env: { WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' } },
        );
        if (code !== 0) throw new Error(`wrangler types failed for ${worker}:\n${output}`);
        const text = (await readFile(join(cwd, draft), 'utf8')).replace(` ${draft}`, '');
        return { path: `${worker}/worker-configuration.d.ts`, text };
      } finally {
        await rm(join(cwd, draft), { force: true });
      }
    }),
  );
}

export async function generateDatabaseFile(databaseUrl: string): Promise<GeneratedFile> {
  return { path: 'supabase/database.types.ts', text: await generateDatabaseTypes(databaseUrl) };
}

/** Paths whose text in the repository is another one. */
export async function findDrift(files: readonly GeneratedFile[]): Promise<string[]> {
  const states = await Promise.all(
    files.map(async ({ path, text }) => {
      const present = await readFile(join(REPOSITORY, path), 'utf8').catch(() => null);
      return present === text ? [] : [path];
    }),
  );
  return states.flat();
}

export async function writeGenerated(files: readonly GeneratedFile[]): Promise<void> {
  await Promise.all(files.map(({ path, text }) => writeFile(join(REPOSITORY, path), text)));
}
