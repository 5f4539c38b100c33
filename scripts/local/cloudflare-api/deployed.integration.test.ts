/**
 * What wrangler uploads runs: the build goes to the stand-in as it would go to Cloudflare, and a portal of it is used on
 * the edge.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser, HOSTS, type OpenPortals } from '../../../worker-tenant/tests/browser.ts';
import { expectSignedIn } from '../../../worker-tenant/tests/portal.ts';
import { LOCAL_HOST_SUFFIX } from '../oauth-clients.ts';
import { type Platform, startPlatform } from '../platform.ts';
import type { Stack } from '../stack.ts';
import { JOBS_WORKER, TENANT_WORKERS } from '../workers.ts';
import { type CloudflareApi, startCloudflareApi } from './server.ts';
import { callApi, runWrangler } from './testing.ts';

const DISPATCHER = 'marquee-dispatcher';
const BRAND_ZONE = 'cozyartzmedia.com';
const NEUTRAL_ZONE = 'portal-hosting.net';

let platform: Platform;
let stack: Stack;
let api: CloudflareApi;
let portals: OpenPortals;
const folder = mkdtempSync(join(tmpdir(), 'marquee-deployed-'));

/** Splits a Worker's variables into what may be an argument and what goes into a file. */
function configuration(
  name: string,
  all: Readonly<Record<string, string>>,
  secrets: readonly string[],
): string[] {
  const file = join(folder, `${name}.json`);
  const secret = ([key]: [string, string]) => secrets.includes(key);
  writeFileSync(file, JSON.stringify(Object.fromEntries(Object.entries(all).filter(secret))), {
    mode: 0o600,
  });
  const vars = Object.entries(all).filter((entry) => !secret(entry));
  return ['--secrets-file', file, ...vars.flatMap(([key, value]) => ['--var', `${key}:${value}`])];
}

const TENANT_SECRETS = [
  'CONTEXT_KEYS',
  'SESSION_KEYS',
  'FIELD_KEYS',
  'SUPABASE_SIGNING_KEY',
  'GITHUB_CLIENT_ID',
  'GITHUB_CLIENT_SECRET',
  'GOOGLE_CLIENT_ID',
  'GOOGLE_CLIENT_SECRET',
];

async function wrangler(...args: string[]): Promise<string> {
  const { code, output } = await runWrangler(api, args);
  if (code !== 0) throw new Error(output);
  return output;
}

async function make(method: string, path: string, body: unknown): Promise<unknown> {
  const { status, codes, result } = await callApi(api, method, path, body);
  if (status >= 300) throw new Error(`${method} ${path} answers ${status} ${codes}`);
  return result;
}

beforeAll(async () => {
  platform = await startPlatform();
  stack = await platform.createStack();
  api = await startCloudflareApi({ zones: [BRAND_ZONE, NEUTRAL_ZONE], mailboxUrl: stack.mailbox.url });
  portals = {
    url: new URL(api.edge.url),
    port: api.edge.port,
    origin: (hostname) => `http://${hostname}${LOCAL_HOST_SUFFIX}:${api.edge.port}`,
  };
  await stack.openPort(api.edge.port);
  const account = `/accounts/${api.accountId}`;
  await make('POST', `${account}/workers/dispatch/namespaces`, { name: 'marquee' });
  await make('POST', `${account}/r2/buckets`, { name: 'brand-files' });
  await make('POST', `${account}/queues`, { queue_name: 'marquee-mail' });
  // Two at a time: so many cores are there.
  const uploads = [
    ...TENANT_WORKERS.map((name) => [
      '--dispatch-namespace',
      'marquee',
      '--name',
      name,
      '-c',
      'dist/worker_tenant/wrangler.json',
      ...configuration(name, stack.tenantVars(name), TENANT_SECRETS),
    ]),
    [
      '-c',
      'dist/worker_jobs/wrangler.json',
      ...configuration('jobs', stack.jobsVars, ['SUPABASE_SIGNING_KEY']),
    ],
    [
      '-c',
      'dist/worker_dispatcher/wrangler.json',
      ...configuration('dispatcher', stack.dispatcherVars, ['CONTEXT_SIGNING_KEY', 'SUPABASE_JWKS']),
    ],
  ];
  const next = async (): Promise<void> => {
    for (let upload = uploads.shift(); upload; upload = uploads.shift()) await wrangler('deploy', ...upload);
  };
  await Promise.all([next(), next()]);

  const zones = (await callApi(api, 'GET', '/zones')).result as { id: string; name: string }[];
  const zoneId = (name: string) => zones.find((zone) => zone.name === name)?.id;
  const [brand, neutral] = [zoneId(BRAND_ZONE), zoneId(NEUTRAL_ZONE)];
  const originless = { type: 'AAAA', content: '100::', proxied: true };
  for (const name of [BRAND_ZONE, `*.${BRAND_ZONE}`]) {
    await make('POST', `/zones/${brand}/dns_records`, { ...originless, name });
    await make('POST', `/zones/${brand}/workers/routes`, { pattern: `${name}/*`, script: DISPATCHER });
  }
  await make('POST', `/zones/${neutral}/dns_records`, { ...originless, name: `portals.${NEUTRAL_ZONE}` });
  await make('PUT', `/zones/${neutral}/custom_hostnames/fallback_origin`, {
    origin: `portals.${NEUTRAL_ZONE}`,
  });
  await make('POST', `/zones/${neutral}/workers/routes`, { pattern: '*/*', script: DISPATCHER });
  await make('POST', `/zones/${neutral}/custom_hostnames`, {
    hostname: HOSTS.partnerSeo,
    ssl: { method: 'http', type: 'dv' },
  });
}, 120_000);

afterAll(async () => {
  await api?.close();
  await stack?.close();
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a partner signs in on a domain of its own, as soon as the domain is active', async () => {
  const browser = new Browser(portals);
  const early = await browser.request(HOSTS.partnerSeo, '/');
  expect(early.status).toBe(409);
  expect(await early.text()).toContain('no active custom hostname');

  api.pointDomain(HOSTS.partnerSeo, `portals.${NEUTRAL_ZONE}`);
  expectSignedIn(await browser.signIn(HOSTS.partnerSeo, 'github', 'ada'));
  const me = await browser.request(HOSTS.partnerSeo, '/api/me');
  expect(me.status).toBe(200);
  const page = await browser.request(HOSTS.partnerSeo, '/');
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(await page.text()).toContain('Partner SEO');
});

test('every path that wrangler asked for is modelled', () => {
  expect(api.unknownCalls).toEqual([]);
});

test('a second version answers who asks for it, and nobody else', async () => {
  await wrangler(
    'versions',
    'upload',
    '-c',
    'dist/worker_dispatcher/wrangler.json',
    '--tag',
    'broken',
    '--var',
    'FRESH_SECONDS:not a number',
  );
  const script = `/accounts/${api.accountId}/workers/scripts/${DISPATCHER}`;
  const { result } = await callApi(api, 'GET', `${script}/versions?deployable=true`);
  const [second, first] = (result as { items: { id: string }[] }).items.map(({ id }) => id);
  await make('POST', `${script}/deployments`, {
    strategy: 'percentage',
    versions: [
      { version_id: first, percentage: 100 },
      { version_id: second, percentage: 0 },
    ],
  });
  const browser = new Browser(portals);
  const ask = (headers: Record<string, string> = {}) =>
    browser.request(HOSTS.primary, '/api/health', { headers });
  expect((await ask()).status).toBe(200);
  const overridden = await ask({ 'cloudflare-workers-version-overrides': `${DISPATCHER}="${second}"` });
  expect(overridden.status).toBe(500);
  expect((await ask()).status).toBe(200);
});

test('an invitation goes over the queue to the jobs Worker and out', async () => {
  const admin = new Browser(portals);
  expectSignedIn(await admin.signIn(HOSTS.partnerOne, 'github', 'ada'));
  const invitation = { email: 'grace@example.test', role: 'client' };
  expect((await admin.change(HOSTS.partnerOne, 'POST', '/api/invitations', invitation)).status).toBe(201);
  await expect
    .poll(() => stack.mailbox.mails.map(({ to }) => to), { timeout: 20_000 })
    .toContain(invitation.email);
});

test('a cron of the jobs Worker runs', async () => {
  await api.edge.runSchedule(JOBS_WORKER, '17 * * * *');
});
