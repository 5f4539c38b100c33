/** The first deployment to a Supabase project that is empty: its database, and the tenant that has to come before the rest. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, startPlatform } from '../../local/platform.ts';
import { addTenantTool } from '../add-tenant.ts';
import { connectDatabase } from '../database-connection.ts';
import { runAt, type Said } from '../testing.ts';
import { deployTool, deployToolOf } from './deploy-tool.ts';
import { BRAND_ZONE, type Rehearsal, startRehearsal } from './rehearsal.ts';
import { watchProcesses } from './watching.ts';

const ADD_PRIMARY =
  'npm run add-tenant -- --id cozyartzmedia --type primary --name "…" --domain cozyartzmedia.com --admin …';

/** Of the database's owner; no other program may read it. */
const PASSWORD = `canary-password-${randomUUID()}`;
const OWNER = `owner_${randomUUID().replaceAll('-', '')}`;

let platform: Platform;
let rehearsal: Rehearsal;
let admin: Sql;
beforeAll(async () => {
  platform = await startPlatform();
  const url = new URL(await platform.createEmptyDatabase());
  admin = connectDatabase(
    Object.assign(new URL(url), { username: 'supabase_admin', pathname: '/postgres' }).href,
    {
      max: 1,
    },
  );
  // Signs in by a password of its own, and is then whom a project gives.
  await admin.unsafe(`create role ${OWNER} login password '${PASSWORD}' in role postgres`);
  await admin.unsafe(`alter role ${OWNER} set role = 'postgres'`);
  const emptyDatabaseUrl = Object.assign(url, { username: OWNER, password: PASSWORD }).href;
  rehearsal = await startRehearsal({ platform, emptyDatabaseUrl });
});
afterAll(async () => {
  await rehearsal.close();
  await platform.dropDatabase(rehearsal.databaseUrl);
  await admin.unsafe(`drop role ${OWNER}`);
  await admin.end();
  await platform.stop();
});

function deploy(...line: string[]): Promise<Said> {
  const { databaseUrl, env } = rehearsal;
  return runAt(databaseUrl, deployTool, [...rehearsal.line, '--release', 'first', ...line], { env });
}

/** In a clone where nothing was built yet. */
function deployUnbuilt(...line: string[]): Promise<Said> {
  const { databaseUrl, env, folder } = rehearsal;
  const given = [...rehearsal.line.filter((word) => word !== '--no-build'), ...line];
  return runAt(databaseUrl, deployToolOf(join(folder, 'nothing-built')), given, { env });
}

function migrate(...line: string[]): Promise<Said> {
  return deployUnbuilt('--only', 'database', ...line);
}

test('shows every step in a dry run, also where nothing was built', async () => {
  const before = rehearsal.cloudflare.snapshot();
  const said = await deployUnbuilt('--dry-run');
  expect(said).toMatchObject({ code: 0 });
  expect(said.error).toContain('build: would build the app and the Workers');
  expect(said.error).toMatch(/database: would apply \d+ migrations/);
  expect(said.error).toContain(
    'tenants: would do what depends on the build, which is not there yet: npm run build',
  );
  expect(said.error).toContain('· Smoke test of every tenant');
  expect(said.out).toMatch(/^staging: \d+ changes; none was made\./);
  expect(rehearsal.cloudflare.snapshot()).toEqual(before);
});

test('is no place for Workers before its tables are there', async () => {
  const before = rehearsal.cloudflare.snapshot();
  const said = await deploy('--yes', '--from', 'tenants');
  expect(said).toMatchObject({ code: 1 });
  expect(said.error).toMatch(/Not applied yet: \d+_\w+\.sql, .*Run the step database first/);
  expect(rehearsal.cloudflare.snapshot()).toEqual(before);
});

test('gets the migrations that are due, once somebody has said yes to them', async () => {
  const asked = await migrate();
  expect(asked).toMatchObject({ code: 1 });
  expect(asked.error).toMatch(/to be applied:\n {4}\d+_\w+\.sql\n/);
  const { value: said, arguments: seen } = await watchProcesses(() => migrate('--yes'));
  if (seen !== '') expect(seen).toMatch(/supabase\.js\0db\0push\0--remote=/);
  for (const text of [seen, said.out, said.error]) expect(text.includes(PASSWORD)).toBe(false);
  expect(said.error).toMatch(/apply \d+ migrations/);
  expect(said.error).toContain(ADD_PRIMARY);
  expect(said).toMatchObject({ code: 0 });
});

test('stops the deployment before anything else, until the primary tenant is there', async () => {
  const before = rehearsal.cloudflare.snapshot();
  const stopped = await deploy('--yes');
  expect(stopped).toMatchObject({ code: 1 });
  expect(stopped.error).toContain(ADD_PRIMARY);
  expect(rehearsal.cloudflare.snapshot()).toEqual(before);
  const later = await deploy('--yes', '--from', 'resources');
  expect(later).toMatchObject({ code: 1 });
  expect(later.error).toMatch(/^Before anything was changed:\n {2}- There is no primary tenant yet/);
  expect(rehearsal.cloudflare.snapshot()).toEqual(before);
  const dry = await deploy('--dry-run');
  expect(dry).toMatchObject({ code: 0 });
  expect(dry.error).toContain('then it would stop. There is no primary tenant yet');

  const tenant = [
    '--id',
    'cozyartz',
    '--type',
    'primary',
    '--name',
    'Cozyartz',
    '--admin',
    'ada@example.test',
  ];
  const elsewhere = await runAt(rehearsal.databaseUrl, addTenantTool, [
    ...tenant,
    '--domain',
    `www.${BRAND_ZONE}`,
  ]);
  expect(elsewhere).toMatchObject({ code: 0 });
  for (const line of [[], ['--only', 'database']]) {
    const wrong = await deploy('--yes', ...line);
    expect(wrong).toMatchObject({ code: 1 });
    // Before migrations, too: they are not taken back.
    expect(wrong.error).toMatch(
      /^Before anything was changed:\n {2}- The primary tenant cozyartz is at www\./,
    );
  }
  expect(rehearsal.cloudflare.snapshot()).toEqual(before);
});
