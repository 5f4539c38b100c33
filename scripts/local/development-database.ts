/**
 * The database of `npm run dev`: kept between runs, brought up to the migrations as they are written. What was applied
 * is remembered by content, so that an edit of an applied migration is seen. Called by dev.ts.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { generateDatabaseTypes, pushMigrations } from './migrations.ts';
import type { RunningPostgres } from './postgres.ts';

const NAME = 'marquee';

/** File name → SHA-256 of its text; the seed under its own name. */
const ledgerSchema = z.record(z.string(), z.string());
export type Ledger = z.infer<typeof ledgerSchema>;

export type Change =
  | { readonly kind: 'none' }
  | { readonly kind: 'create' }
  | { readonly kind: 'migrate'; readonly files: readonly string[] }
  | { readonly kind: 'rebuild'; readonly because: string };

export interface DevelopmentDatabaseOptions {
  readonly server: RunningPostgres;
  readonly repository: string;
  readonly ledgerFile: string;
}

export interface DevelopmentDatabase {
  readonly url: string;
  /** What `update` would have to do now. */
  findChange(): Promise<Change>;
  /** Does it. `rebuild` and `create` drop the database first: nobody else may hold it then. */
  apply(change: Change): Promise<void>;
  /** Writes supabase/database.types.ts when it differs; true when it did. */
  writeTypes(): Promise<boolean>;
}

export function openDevelopmentDatabase(options: DevelopmentDatabaseOptions): DevelopmentDatabase {
  const { server, repository, ledgerFile } = options;
  const url = server.url(NAME);
  return {
    url,
    async findChange() {
      if (!(await server.databaseExists(NAME))) return { kind: 'create' };
      return compare(await readLedger(ledgerFile), await readSources(repository));
    },
    async apply(change) {
      if (change.kind === 'none') return;
      const sources = await readSources(repository);
      // Should this fail in the middle, nobody knows what was applied. One new migration applies as a whole or not.
      if (change.kind !== 'migrate' || change.files.length > 1) await rm(ledgerFile, { force: true });
      if (change.kind !== 'migrate') {
        await server.dropDatabase(NAME);
        await server.createDatabase(NAME);
      }
      // The Data API reads the schema again by itself: the database tells it, as on a hosted project.
      await pushMigrations(url, { seed: change.kind !== 'migrate' });
      await writeFile(ledgerFile, `${JSON.stringify(sources, null, 2)}\n`);
    },
    async writeTypes() {
      const file = join(repository, 'supabase/database.types.ts');
      const types = await generateDatabaseTypes(url);
      if (types === (await readFile(file, 'utf8').catch(() => null))) return false;
      await writeFile(file, types);
      return true;
    },
  };
}

/** New files at the end are applied; anything else that changed means that the database is not what the files say. */
export function compare(applied: Ledger | null, sources: Ledger): Change {
  if (applied === null) return { kind: 'rebuild', because: 'it is not known what was applied' };
  for (const [file, hash] of Object.entries(applied)) {
    if (sources[file] === undefined) return { kind: 'rebuild', because: `${file} is gone` };
    if (sources[file] !== hash)
      return { kind: 'rebuild', because: `${file} was edited after it was applied` };
  }
  const files = Object.keys(sources).filter((file) => applied[file] === undefined);
  const newest = Object.keys(applied).filter(isMigration).sort().at(-1) ?? '';
  const early = files.find((file) => isMigration(file) && file < newest);
  if (early) return { kind: 'rebuild', because: `${early} comes before ${newest}, which is applied` };
  return files.length > 0 ? { kind: 'migrate', files: files.sort() } : { kind: 'none' };
}

function isMigration(file: string): boolean {
  return file.startsWith('migrations/');
}

async function readSources(repository: string): Promise<Ledger> {
  const folder = join(repository, 'supabase');
  const migrations = (await readdir(join(folder, 'migrations')))
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const files = [...migrations.map((name) => `migrations/${name}`), 'seed.sql'];
  const entries = files.map(async (file) => {
    const text = await readFile(join(folder, file));
    return [file, createHash('sha256').update(text).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readLedger(file: string): Promise<Ledger | null> {
  try {
    return ledgerSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // None yet, or not ours: the database is made again.
    return null;
  }
}
