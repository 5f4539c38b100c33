/** What the doctor finds in an account of Cloudflare: releases, the namespace, routes and KV beside the database. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DIRECTORY_PREFIX } from '../../../contract/directory.ts';
import { type CloudflareApi, startCloudflareApi } from '../../local/cloudflare-api/server.ts';
import { callApi, upload } from '../../local/cloudflare-api/testing.ts';
import { type Platform, startPlatform } from '../../local/platform.ts';
import { TENANT_WORKERS } from '../../local/workers.ts';
import { CloudflareClient } from '../cloudflare-client.ts';
import { readVerifiedHostnames } from '../custom-hostnames.ts';
import { readCommit } from '../deploy/build-output.ts';
import { type DeployEnvironment, environmentOf, parseDeployConfig } from '../deploy/deploy-config.ts';
import { routesStep } from '../deploy/routes.ts';
import { doctorTool } from '../doctor.ts';
import { runAt } from '../testing.ts';

const ZONES = { brandZone: 'cozyartzmedia.com', neutralZone: 'portal-edge.net' };
const PARTNER = 'partner1.cozyartzmedia.com';
const HOUR = 3_600_000;

const folder = mkdtempSync(join(tmpdir(), 'marquee-doctor-'));
const config = join(folder, 'deploy.config.json');
let platform: Platform;
let databaseUrl: string;
let sql: Sql;
let release: string;
let environment: DeployEnvironment;
let api: CloudflareApi;

beforeAll(async () => {
  platform = await startPlatform();
  databaseUrl = await platform.createDatabase();
  sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  release = `${await readCommit()}-0123abcd`;
  api = await startCloudflareApi({ zones: Object.values(ZONES) });
  const staging = {
    ...{ accountId: api.accountId, supabaseProject: 'abcdefghijklmnopqrst', namespace: 'marquee-staging' },
    ...{ ...ZONES, primaryDomain: ZONES.brandZone, mailFrom: `no-reply@${ZONES.neutralZone}` },
  };
  writeFileSync(config, JSON.stringify({ environments: { staging } }));
  environment = environmentOf(
    parseDeployConfig(JSON.stringify({ environments: { staging } }), config),
    'staging',
  );
  const client = new CloudflareClient(api);
  await client.createNamespace(environment.namespace);
  await client.createKvNamespace(environment.names.directory);
  for (const worker of TENANT_WORKERS) await putScript(`${worker}--${release}`);
  await putWorker(environment.names.dispatcher, release, await dispatcherBindings(release));
  await putWorker(environment.names.jobs, release);
  await takeRoutes(client);
});

async function takeRoutes(cloudflare: CloudflareClient): Promise<void> {
  const verifiedHostnames = () => readVerifiedHostnames(sql);
  const { look } = routesStep({ cloudflare, environment, verifiedHostnames, say: () => {} });
  for (const change of await look()) await change.apply();
}

afterAll(async () => {
  await api?.close();
  await sql?.end({ timeout: 1 });
  await platform?.dropDatabase(databaseUrl);
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function examine(line: readonly string[], access: Pick<CloudflareApi, 'url' | 'token'> = api) {
  const env = { CLOUDFLARE_API_TOKEN: access.token, CLOUDFLARE_API_BASE_URL: access.url };
  const whole = ['--env', 'staging', '--config', config, '--json', ...line];
  const said = await runAt(databaseUrl, doctorTool, whole, { env });
  const { findings = [] } = JSON.parse(said.out || '{}') as {
    findings?: { level: string; about: string; words: string }[];
  };
  const lines = findings.map(({ level, about, words }) => `${level} ${about}: ${words}`);
  return { code: said.code, lines, bad: lines.filter((text) => !text.startsWith('ok ')), out: said.out };
}

const account = (path: string) => `/accounts/${api.accountId}${path}`;

async function expectDone(answered: Promise<{ status: number; codes: number[] }>): Promise<void> {
  expect(await answered).toMatchObject({ codes: [] });
}

const scriptPath = (name: string) =>
  account(`/workers/dispatch/namespaces/${environment.namespace}/scripts/${name}`);
const putScript = (name: string) => expectDone(upload(api, 'PUT', scriptPath(name), {}));
const deleteScript = (name: string) => expectDone(callApi(api, 'DELETE', scriptPath(name)));

/** Serves at once. */
function putWorker(name: string, tag: string, bindings: readonly object[] = []): Promise<void> {
  const metadata = { annotations: { 'workers/tag': tag } };
  return expectDone(upload(api, 'PUT', account(`/workers/scripts/${name}`), { bindings, metadata }));
}

async function directoryId(): Promise<string> {
  const all = await new CloudflareClient(api).listKvNamespaces();
  return all.find(({ title }) => title === environment.names.directory)?.id ?? '';
}

async function dispatcherBindings(named: string): Promise<object[]> {
  return [
    { name: 'RELEASE', type: 'plain_text', text: named },
    { name: 'DISPATCHER', type: 'dispatch_namespace', namespace: environment.namespace },
    { name: 'TENANT_DIRECTORY', type: 'kv_namespace', namespace_id: await directoryId() },
  ];
}

/** Two versions share the visitors, in percent; the one that serves is put back afterwards. */
async function withDispatcher(
  tag: string,
  bindings: readonly object[],
  percentage: number,
  work: () => Promise<void>,
): Promise<void> {
  const client = new CloudflareClient(api);
  const { dispatcher: name } = environment.names;
  const serving = (await client.findDeployments(name))?.[0]?.versions ?? [];
  const metadata = { annotations: { 'workers/tag': tag } };
  const path = account(`/workers/scripts/${name}/versions`);
  const { result } = await upload(api, 'POST', path, { bindings, metadata });
  const { id } = result as { id: string };
  const rest = serving
    .map(({ version_id }) => ({ version_id, percentage: 100 - percentage }))
    .filter(() => percentage < 100);
  await client.deployVersions(name, [{ version_id: id, percentage }, ...rest], 'a test');
  try {
    await work();
  } finally {
    await client.deployVersions(name, serving, 'back');
  }
}

async function putEntry(hostname: string, entry: object | string): Promise<void> {
  const path = account(`/storage/kv/namespaces/${await directoryId()}/bulk`);
  const value = typeof entry === 'string' ? entry : JSON.stringify(entry);
  await expectDone(callApi(api, 'PUT', path, [{ key: `${DIRECTORY_PREFIX}${hostname}`, value }]));
}

async function resolve(hostname: string): Promise<{ tenant: object | null; version: number }> {
  const [row] = await sql`select public.resolve_hostname(${hostname}) as resolution`;
  return row?.['resolution'];
}

test('a healthy account passes, is asked by reading alone, and is as it was', async () => {
  await putEntry(PARTNER, { ...(await resolve(PARTNER)), freshUntil: Date.now() + 60_000 });
  await putEntry('gone.com', { tenant: null, version: 7, freshUntil: 7 });
  const before = api.snapshot();
  const asked = api.calls.length;
  const { code, lines } = await examine(['--only', 'workers,directory']);
  expect(lines).toEqual([
    `ok marquee-staging-dispatcher: serves the release ${release} to everybody`,
    `ok marquee-staging-jobs: is of the release ${release}, as the dispatcher`,
    `ok Schema: is that of the release ${release}`,
    `ok Namespace marquee-staging: has every Worker that a tenant names, of the release ${release}`,
    'ok Names and routes: of cozyartzmedia.com and portal-edge.net lead to the dispatcher',
    'ok KV marquee-staging-tenant-directory: 2 entries, none of them behind the database',
  ]);
  expect(code).toBe(0);
  expect(api.snapshot()).toEqual(before);
  const calls = api.calls.slice(asked).filter((call) => !/^GET |^POST .*\/bulk\/get$/.test(call));
  expect(calls).toEqual([]);
  expect(api.unknownCalls).toEqual([]);
});

test('a token that may only read is enough, and what it lacks is said', async () => {
  const other = await startCloudflareApi({
    accountId: api.accountId,
    permissions: ['Workers Scripts Read', 'Workers Routes Read', 'Zone Read', 'SSL and Certificates Read'],
  });
  other.restore(api.save());
  try {
    const { bad, out } = await examine(['--only', 'workers,directory'], other);
    expect(bad).toEqual([
      expect.stringMatching(/^fail Names and routes: .* no right to GET \/zones\/\w+\/dns_records /),
      expect.stringMatching(/^fail KV marquee-.*: .* no right to GET \/storage\/kv\/namespaces /),
    ]);
    expect(out).not.toContain(other.token);
    const refused = await examine(['--only', 'workers,directory'], { url: other.url, token: 'canary' });
    expect(refused.bad).toHaveLength(6);
    for (const words of refused.bad) expect(words).toContain('Cloudflare refuses CLOUDFLARE_API_TOKEN');
    expect([refused.code, refused.out.includes('canary')]).toEqual([1, false]);
  } finally {
    await other.close();
  }
});

test('Workers that the serving release lacks, and those that nobody asks for', async () => {
  const partner = `partner-tenant--${release}`;
  await deleteScript(partner);
  for (const name of ['custom-tenant--older', `acme-tenant--${release}`, 'somebody-elses'])
    await putScript(name);
  // Of another release: that is none.
  await putScript('partner-tenant--older');
  const about = 'Namespace marquee-staging';
  const { code, bad } = await examine(['--only', 'workers']);
  expect([code, bad]).toEqual([
    1,
    [
      `fail ${about}: has no ${partner}, which serves a tenant`,
      `warn ${about}: has custom-tenant--older, partner-tenant--older: of a release that neither serves nor did before`,
      `warn ${about}: has acme-tenant--${release}: no tenant names it any more`,
      `warn ${about}: has somebody-elses: of no release`,
    ],
  ]);
  await putScript(partner);
  for (const name of [
    'custom-tenant--older',
    'partner-tenant--older',
    `acme-tenant--${release}`,
    'somebody-elses',
  ])
    await deleteScript(name);
  expect((await examine(['--only', 'workers'])).bad).toEqual([]);

  await sql`update public.tenants set worker = 'acme-tenant' where tenant_id = 'partner1'`;
  try {
    expect((await examine(['--only', 'workers'])).bad).toEqual([
      `fail ${about}: has no acme-tenant--${release}, which serves a tenant`,
    ]);
  } finally {
    await sql`update public.tenants set worker = 'partner-tenant' where tenant_id = 'partner1'`;
  }
});

test('releases that are not in step', async () => {
  const about = 'marquee-staging-dispatcher';
  await withDispatcher('r2', await dispatcherBindings('r2'), 0, async () => {
    expect((await examine(['--only', 'workers'])).bad).toEqual([
      `warn ${about}: two versions are deployed: ${release} at 100 %, r2 at 0 %`,
    ]);
  });
  await withDispatcher('r2', await dispatcherBindings('r2'), 100, async () => {
    const { code, bad } = await examine(['--only', 'workers']);
    expect([code, bad.length]).toEqual([1, 4]);
    expect(bad[0]).toBe(
      `warn marquee-staging-jobs: is of the release ${release}, and the dispatcher serves r2`,
    );
    expect(bad[1]).toContain('has no primary-tenant--r2, which serves a tenant');
  });
  await withDispatcher('r3', await dispatcherBindings(release), 100, async () => {
    expect((await examine(['--only', 'workers'])).bad).toEqual([
      `fail ${about}: asks for Workers of the release ${release}, and was uploaded as r3`,
    ]);
  });
  await withDispatcher('by-hand', [], 100, async () => {
    expect((await examine(['--only', 'workers,directory'])).bad).toEqual([
      `fail ${about}: serves a version that names no release`,
      `fail ${about}: asks the namespace of nobody, and the configuration names marquee-staging`,
      expect.stringMatching(/^warn marquee-staging-jobs/),
      expect.stringMatching(/^fail KV .*: has the id \w+, and the dispatcher reads none$/),
    ]);
  });
});

test('a schema that is behind or ahead of the release', async () => {
  const [last] = await sql`select * from supabase_migrations.schema_migrations order by version desc limit 1`;
  await sql`delete from supabase_migrations.schema_migrations where version = ${last?.['version']}`;
  try {
    expect((await examine(['--only', 'workers'])).bad).toEqual([
      expect.stringMatching(
        `^fail Schema: the release ${release} needs what is not applied: ${last?.['version']}_\\w+\\.sql$`,
      ),
    ]);
  } finally {
    await sql`insert into supabase_migrations.schema_migrations ${sql(last ?? {})}`;
  }
  const unheard = '0000000-0123abcd';
  await withDispatcher(unheard, await dispatcherBindings(unheard), 100, async () => {
    expect((await examine(['--only', 'workers'])).bad).toContain(
      `warn Schema: cannot be compared with the release ${unheard}: this clone has no commit 0000000`,
    );
  });
  const later = { version: '20991231000000', name: 'later', statements: null };
  await sql`insert into supabase_migrations.schema_migrations ${sql(later)}`;
  try {
    expect((await examine(['--only', 'workers'])).bad).toEqual([
      `warn Schema: is ahead of the release ${release}, by 20991231000000`,
    ]);
  } finally {
    await sql`delete from supabase_migrations.schema_migrations where version = '20991231000000'`;
  }
});

test('a route that leads elsewhere, and a name that is gone', async () => {
  const client = new CloudflareClient(api);
  const zone = await client.findZone(ZONES.neutralZone);
  const id = zone?.id ?? '';
  const [route] = await client.listRoutes(id);
  const [record] = await client.listRecords(id);
  await putWorker('somebody', 'none');
  await client.replaceRoute(id, route?.id ?? '', '*/*', 'somebody');
  await expectDone(callApi(api, 'DELETE', `/zones/${id}/dns_records/${record?.id}`));
  const { code, bad } = await examine(['--only', 'workers']);
  expect([code, bad]).toEqual([
    1,
    [
      'fail Names and routes: a deployment would create the name portals.portal-edge.net (AAAA 100::, proxied)',
      'fail Names and routes: a deployment would route */* to marquee-staging-dispatcher',
    ],
  ]);
  await takeRoutes(client);
});

test('KV beside the database: behind, removed, ahead, and all of it by one tenant', async () => {
  const now = Date.now();
  const known = await resolve(PARTNER);
  const shown = (change: object) => ({ ...known, freshUntil: now + 60_000, ...change });
  await putEntry(PARTNER, shown({ version: known.version - 1 }));
  const { bad: fresh } = await examine(['--only', 'directory']);
  expect(fresh).toEqual([
    `warn ${PARTNER} in KV: is of version ${known.version - 1}, the database has ${known.version}; it was changed a moment ago`,
  ]);
  await changeLongAgo();
  const later = (await resolve(PARTNER)).version;
  const behind = await examine(['--only', 'directory', '--tenant', 'partner1']);
  expect([behind.code, behind.bad]).toEqual([
    1,
    [`fail ${PARTNER} in KV: is of version ${known.version - 1}, the database has ${later}`],
  ]);
  // Run out: the next visit asks.
  await putEntry(PARTNER, shown({ version: known.version - 1, freshUntil: now - HOUR / 2 }));
  const waiting = await examine(['--only', 'directory']);
  expect([waiting.code, waiting.lines]).toEqual([
    0,
    [
      expect.stringMatching(
        /^ok KV .*: 2 entries, none of them behind the database; 1 have run out and are asked for anew/,
      ),
    ],
  ]);
  await putEntry('gone.com', { ...known, freshUntil: now - HOUR / 2 });
  await putEntry(PARTNER, shown({ version: later + 1 }));
  await putEntry('broken.com', '{"tenant":');
  const { code, bad } = await examine(['--only', 'directory']);
  expect(code).toBe(1);
  expect(bad.toSorted()).toEqual([
    expect.stringMatching(
      /^fail gone\.com in KV: still opens the portal of partner1, which the database has as unknown: whoever/,
    ),
    `fail ${PARTNER} in KV: has version ${later + 1}, the database ${later}: it is not believed`,
    'warn broken.com in KV: cannot be read, and so is asked for anew',
  ]);
  expect((await examine(['--only', 'directory', '--tenant', 'partner-seo'])).bad).toEqual([]);
  const some = await new CloudflareClient(api).listKvKeys(await directoryId(), DIRECTORY_PREFIX, 2);
  expect(some).toEqual({
    names: [`${DIRECTORY_PREFIX}broken.com`, `${DIRECTORY_PREFIX}gone.com`],
    more: true,
  });
});

/** As the owner, with the time of the last change an hour ago. */
async function changeLongAgo(): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`update public.tenants set name = 'Partner One!' where tenant_id = 'partner1'`;
    await transaction`alter table public.tenants disable trigger user`;
    await transaction`update public.tenants set updated_at = now() - interval '1 hour' where tenant_id = 'partner1'`;
    await transaction`alter table public.tenants enable trigger user`;
  });
}
