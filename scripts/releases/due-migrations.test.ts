/** Which migrations go out with this release, and that those which are out stay what they are. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunFolder } from '../local/platform.ts';
import { readDueMigrations } from './due-migrations.ts';

async function folder(migrations: Readonly<Record<string, string>>): Promise<string> {
  const directory = join(createRunFolder('due'), 'migrations');
  await mkdir(directory);
  for (const [name, text] of Object.entries(migrations)) await writeFile(join(directory, name), text);
  return directory;
}

const APPLIED = { '1_a.sql': 'select 1;', '2_b.sql': 'select 2;' };

test('those that are not out yet are due, in their order', async () => {
  const now = await folder({ ...APPLIED, '4_d.sql': '', '3_c.sql': '' });
  expect(await readDueMigrations(await folder(APPLIED), now)).toEqual(['3_c.sql', '4_d.sql']);
});

test('one that is out is neither edited nor taken away', async () => {
  const applied = await folder(APPLIED);
  const edited = await folder({ ...APPLIED, '2_b.sql': 'select 3;' });
  await expect(readDueMigrations(applied, edited)).rejects.toThrow(/2_b\.sql was applied.*put it back/);
  const { '1_a.sql': _gone, ...rest } = APPLIED;
  await expect(readDueMigrations(applied, await folder(rest))).rejects.toThrow(/1_a\.sql was applied/);
});
