/** Which migrations a release has not applied yet. Called by before.ts and own-tests.ts. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MIGRATIONS = fileURLToPath(new URL('../../supabase/migrations', import.meta.url));

/**
 * File names of `migrations` (this tree's when left out) that are not in `applied`, another release's folder of them, in
 * the order in which they go out. Throws when one that is in both differs, or one that was applied is gone.
 */
export async function readDueMigrations(applied: string, migrations = MIGRATIONS): Promise<string[]> {
  const [before, now] = await Promise.all([readdir(applied), readdir(migrations)]);
  for (const name of before) {
    const same =
      now.includes(name) &&
      (await readFile(join(migrations, name), 'utf8')) === (await readFile(join(applied, name), 'utf8'));
    if (!same)
      throw new Error(
        `supabase/migrations/${name} was applied with the previous release and is not what it was: put it back, and write a migration that changes what it made.`,
      );
  }
  return now.filter((name) => !before.includes(name)).toSorted();
}
