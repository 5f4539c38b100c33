import postgres from 'postgres';
import { expect, test } from 'vitest';
import { startPlatform } from './platform.ts';

test('a database in which a superuser is at work, as autovacuum is, is dropped when it has finished', async () => {
  const platform = await startPlatform();
  const databaseUrl = await platform.createDatabase();
  const asSuperuser = new URL(databaseUrl);
  asSuperuser.username = 'supabase_admin';
  const superuser = postgres(asSuperuser.href, { max: 1, onnotice: () => {} });
  try {
    await superuser`select 1`;
    const [dropped] = await Promise.allSettled([
      platform.dropDatabase(databaseUrl),
      superuser`select pg_sleep(1)`.then(() => superuser.end()),
    ]);
    expect(dropped).toEqual({ status: 'fulfilled', value: undefined });
    await expect(postgres(databaseUrl, { max: 1 })`select 1`).rejects.toThrow('does not exist');
  } finally {
    await superuser.end();
    await platform.stop();
  }
});
