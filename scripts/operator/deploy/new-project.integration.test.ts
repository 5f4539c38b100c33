/** The first deployment to a Supabase project that is empty: its database, and the tenant that has to come before the rest. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, startPlatform } from '../../local/platform.ts';
import { addTenantTool } from '../add-tenant.ts';
import { runAt, type Said } from '../testing.ts';
import { deployTool } from './deploy-tool.ts';
import { BRAND_ZONE, type Rehearsal, startRehearsal } from './rehearsal.ts';

const ADD_PRIMARY =
  'npm run add-tenant -- --id cozyartzmedia --type primary --name "…" --domain cozyartzmedia.com --admin …';

let platform: Platform;
let rehearsal: Rehearsal;
beforeAll(async () => {
  platform = await startPlatform();
  rehearsal = await startRehearsal({ platform, emptyDatabaseUrl: await platform.createEmptyDatabase() });
});
afterAll(async () => {
  await rehearsal.close();
  await platform.dropDatabase(rehearsal.databaseUrl);
  await platform.stop();
});

function deploy(...line: string[]): Promise<Said> {
  const { databaseUrl, env } = rehearsal;
  return runAt(databaseUrl, deployTool, [...rehearsal.line, '--release', 'first', ...line], { env });
}

function migrate(...line: string[]): Promise<Said> {
  return deploy('--only', 'database', ...line);
}

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
  expect(asked.error).toMatch(/to be applied: \d+_\w+\.sql, /);
  const said = await migrate('--yes');
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
  expect(dry.error).toContain('here it would stop. There is no primary tenant yet');

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
  const wrong = await deploy('--yes');
  expect(wrong).toMatchObject({ code: 1 });
  expect(wrong.error).toContain(`cozyartz is at www.${BRAND_ZONE}, and primaryDomain`);
  expect(rehearsal.cloudflare.snapshot()).toEqual(before);
});
