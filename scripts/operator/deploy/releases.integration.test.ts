/** One release after the other: who decides, which Workers it is made of, and what it goes back to from any machine. */
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Platform, startPlatform } from '../../local/platform.ts';
import { createSecretsTool } from '../create-secrets.ts';
import { runAt, type Said } from '../testing.ts';
import { deployTool } from './deploy-tool.ts';
import { BRAND_ZONE, type Rehearsal, startRehearsal } from './rehearsal.ts';
import { readRollout } from './rollout.ts';
import { fetchPortal } from './smoke-test.ts';

const DISPATCHER = 'marquee-staging-dispatcher';
const NAMESPACE = 'marquee-staging';

let platform: Platform;
let rehearsal: Rehearsal;
let sql: Sql;

// Each test is a deployment or more.
vi.setConfig({ testTimeout: 180_000 });

beforeAll(async () => {
  platform = await startPlatform();
  rehearsal = await startRehearsal({ platform });
  sql = postgres(rehearsal.databaseUrl, { max: 1, onnotice: () => {} });
});

afterAll(async () => {
  await sql?.end();
  await rehearsal?.close();
  await platform?.stop();
});

function deploy(...line: string[]): Promise<Said> {
  const { databaseUrl, env } = rehearsal;
  return runAt(databaseUrl, deployTool, [...rehearsal.line, '--yes', '--json', ...line], { env });
}

/** Nothing is on this machine but the clone. */
function elsewhere(name: string): string[] {
  return ['--state-dir', join(rehearsal.folder, name)];
}

function scripts(): string[] {
  return Object.keys(rehearsal.cloudflare.snapshot().namespaces[NAMESPACE] ?? {}).toSorted();
}

function dispatcher() {
  return rehearsal.cloudflare.snapshot().scripts[DISPATCHER];
}

async function page(hostname: string) {
  const target = { edge: new URL(rehearsal.cloudflare.edge.url), dispatcher: DISPATCHER };
  return fetchPortal(target, hostname, '/sign-in', null);
}

let served: string;

test('the platform’s own names decide of the first one; a partner who points elsewhere is told of', async () => {
  const said = await deploy();
  expect([said.code, said.error]).toEqual([
    0,
    expect.stringContaining('partner-seo is not well, nor was it before'),
  ]);
  ({ release: served } = JSON.parse(said.out));
  expect(scripts()).toEqual([
    `custom-tenant--${served}`,
    `partner-tenant--${served}`,
    `primary-tenant--${served}`,
  ]);
  expect((await page(BRAND_ZONE))?.headers['x-release']).toBe(served);
  expect(await readRollout(sql)).toBeNull();
});

test('a dedicated Worker is brought up in the release that serves, from any machine, for its tenant alone', async () => {
  await sql`insert into public.tenants (tenant_id, name, domain, type, worker)
    values ('acme', 'Acme', ${`acme.${BRAND_ZONE}`}, 'partner-subdomain', 'acme-tenant')`;
  const keyless = await deploy('--tenant', 'acme');
  expect(keyless).toMatchObject({ code: 1 });
  expect(keyless.error).toContain('--add-worker acme-tenant');
  await addSessionKeys('acme-tenant');
  const said = await deploy('--tenant', 'acme', ...elsewhere('of-a-colleague'));
  expect([said.code, said.error]).toEqual([0, expect.stringContaining(`upload acme-tenant--${served} into`)]);
  expect(JSON.parse(said.out)).toMatchObject({ changes: 1, tenants: [{ tenantId: 'acme', problems: [] }] });
  expect((await page(`acme.${BRAND_ZONE}`))?.body).toContain('Acme');
  const again = await deploy('--tenant', 'acme');
  expect(JSON.parse(again.out)).toMatchObject({ changes: 0, release: served });
});

test('who was not well before does not decide; other keys of a dedicated Worker are another release', async () => {
  const before = scripts();
  const said = await deploy(...elsewhere('of-a-colleague'));
  expect(said.error).toContain(
    'partner-seo is not well, nor was it before, and does not decide: partner-seo.com',
  );
  expect(said).toMatchObject({ code: 0 });
  const { release } = JSON.parse(said.out);
  expect(release).not.toBe(served);
  // What served is as it was: it can be gone back to.
  expect(scripts()).toEqual(expect.arrayContaining([...before, `acme-tenant--${release}`]));
  served = release;
});

test('is not released while a tenant that was well is not, though another begins where one was killed', async () => {
  const whole = dispatcher();
  // Without its Workers; the machine is gone before it could be looked at.
  for (const step of ['resources', 'version', 'release'])
    expect(await deploy('--release', 'broken', '--only', step, ...elsewhere('gone'))).toMatchObject({
      code: 0,
    });
  expect(dispatcher()).not.toEqual(whole);
  expect(await readRollout(sql)).toMatchObject({ releases: ['broken'], ill: ['partner-seo'] });
  const said = await deploy('--release', 'broken', '--from', 'smoke', ...elsewhere('new'));
  expect(said).toMatchObject({ code: 1 });
  expect(said.error).toContain('the version before serves again');
  expect(said.error).toMatch(/partner-seo is not well, nor was it before, and does not decide/);
  expect(said.error).toContain('partner1.cozyartzmedia.com /api/health answers 50');
  expect(dispatcher()).toEqual(whole);
  expect(await readRollout(sql)).toBeNull();
});

test('does not take Supabase for configured before it takes our tokens', async () => {
  const saved = rehearsal.management.save();
  const trustedFrom = Date.now() + 4000;
  const integrations = saved.integrations.map((integration) => ({ ...integration, trustedFrom }));
  rehearsal.management.restore({ ...saved, integrations });
  const said = await deploy('--only', 'auth');
  expect(said).toMatchObject({ code: 0 });
  expect(said.error).toContain('auth: make Supabase trust the keys');
  expect(Date.now()).toBeGreaterThan(trustedFrom);
});

async function addSessionKeys(worker: string): Promise<void> {
  const said = await runAt(rehearsal.databaseUrl, createSecretsTool, [
    ...[rehearsal.secretsFile, '--add-worker', worker],
  ]);
  expect([said.code, said.error]).toEqual([0, '']);
}
