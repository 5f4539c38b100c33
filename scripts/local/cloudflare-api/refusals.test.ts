/** What the stand-in refuses, as Cloudflare does, by status and code. */
import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import type { Permission } from './permissions.ts';
import { type CloudflareApi, type CloudflareApiOptions, startCloudflareApi } from './server.ts';
import { callApi, type TestUpload, upload } from './testing.ts';

let api: CloudflareApi;
afterEach(() => api.close());

const start = async (options: CloudflareApiOptions = {}) => {
  api = await startCloudflareApi({ zones: ['acme.com'], ...options });
};
const call = (method: string, path: string, body?: unknown) =>
  callApi(api, method, path.replace('/a/', `/accounts/${api.accountId}/`), body);
const put = (path: string, given: TestUpload = {}) =>
  upload(api, 'PUT', `/accounts/${api.accountId}/workers${path}`, given);
const createKv = async () => {
  const { result } = await call('POST', '/a/storage/kv/namespaces', { title: 'directory' });
  return `/a/storage/kv/namespaces/${(result as { id: string }).id}`;
};
const refusal = ({ status, codes }: { status: number; codes: number[] }) => [status, ...codes];

test('a token is asked for, must be known, and must be allowed to', async () => {
  await start({ permissions: ['Workers Scripts Read', 'Zone Read'] as Permission[] });
  const bare = await fetch(`${api.url}/user/tokens/verify`);
  expect([bare.status, await bare.json()]).toMatchObject([
    400,
    { success: false, errors: [{ code: 9106 }], messages: [], result: null },
  ]);
  const other = { ...api, token: 'another-token' };
  expect(refusal(await callApi(other, 'GET', '/user/tokens/verify'))).toEqual([401, 1000]);
  expect(refusal(await callApi(other, 'GET', '/zones'))).toEqual([401, 10000]);
  expect((await call('GET', '/user/tokens/verify')).result).toMatchObject({ status: 'active' });
  expect(refusal(await call('GET', '/a/workers/dispatch/namespaces'))).toEqual([200]);
  expect(refusal(await call('POST', '/a/workers/dispatch/namespaces', { name: 'n' }))).toEqual([403, 10000]);
  expect(refusal(await call('GET', '/a/queues'))).toEqual([403, 10000]);
  expect(refusal(await callApi(api, 'GET', `/accounts/${'0'.repeat(32)}/queues`))).toEqual([403, 10000]);
  expect(refusal(await callApi(api, 'GET', '/accounts/mine/queues'))).toEqual([404, 7003]);
});

test('an account without Workers for Platforms has no namespaces and binds none', async () => {
  await start({ workersForPlatforms: false });
  expect(refusal(await call('GET', '/a/workers/dispatch/namespaces'))).toEqual([403, 10121]);
  expect(refusal(await call('GET', '/a/workers/dispatch/namespaces/n/scripts/s'))).toEqual([403, 10121]);
  const bindings = [{ name: 'DISPATCHER', type: 'dispatch_namespace', namespace: 'n' }];
  expect(refusal(await put('/scripts/dispatcher', { bindings }))).toEqual([400, 10121]);
});

test('a path that nobody modelled is a 404, and is remembered', async () => {
  await start();
  expect(refusal(await call('GET', '/a/d1/database'))).toEqual([404, 7003, 7000]);
  expect(api.unknownCalls).toEqual([`GET /accounts/${api.accountId}/d1/database`]);
});

test('what a Worker is bound to must exist', async () => {
  await start();
  const bindings = [
    { name: 'KV', type: 'kv_namespace', namespace_id: '0'.repeat(32) },
    { name: 'FILES', type: 'r2_bucket', bucket_name: 'brand-files' },
    { name: 'QUEUE', type: 'queue', queue_name: 'mail' },
    { name: 'OTHER', type: 'service', service: 'other' },
    { name: 'DISPATCHER', type: 'dispatch_namespace', namespace: 'typo' },
    { name: 'LIMIT', type: 'ratelimit', namespace_id: '1', simple: { limit: 5, period: 30 } },
    { name: 'ASSETS', type: 'assets' },
    { name: 'NEW', type: 'of_next_year' },
  ];
  expect(refusal(await put('/scripts/worker', { bindings }))).toEqual([
    400, 10041, 10085, 11000, 10143, 100119, 10021, 10021, 10021,
  ]);
  expect(api.snapshot().scripts).toEqual({});
  expect(api.snapshot().namespaces).toEqual({});
});

test('secrets are inherited, and a required one that was never set is refused', async () => {
  await start();
  await call('POST', '/a/workers/dispatch/namespaces', { name: 'portals' });
  const script = '/dispatch/namespaces/portals/scripts/partner-tenant';
  const inherited = [{ name: 'KEY', type: 'inherit' }];
  expect(refusal(await put(script, { bindings: inherited }))).toEqual([400, 10057]);
  const keep = { keep_bindings: ['secret_text'] };
  await put(script, {
    bindings: [{ name: 'KEY', type: 'secret_text', text: 'very secret' }],
    metadata: keep,
  });
  const before = api.snapshot();
  expect(refusal(await put(script, { bindings: inherited }))).toEqual([200]);
  expect(refusal(await put(script, { metadata: keep }))).toEqual([200]);
  expect(api.snapshot()).toEqual(before);
  expect(refusal(await put(script))).toEqual([200]);
  expect(api.snapshot()).not.toEqual(before);
  for (const shown of ['settings', 'bindings', 'secrets'])
    expect(JSON.stringify((await call('GET', `/a/workers${script}/${shown}`)).result)).not.toContain(
      'very secret',
    );
  expect(JSON.stringify(before)).not.toContain('very secret');
});

test('an upload is bounded, and must hold what it names', async () => {
  await start();
  // What counts is the compressed size.
  const twelve = 12 * 1024 * 1024;
  expect(refusal(await put('/scripts/long', { code: ' '.repeat(twelve) }))).toEqual([200]);
  expect(refusal(await put('/scripts/large', { code: randomBytes(twelve) }))).toEqual([413, 10027]);
  expect(refusal(await put('/scripts/worker', { metadata: { main_module: 'other.js' } }))).toEqual([
    400, 10021,
  ]);
  const future = { compatibility_date: '2126-01-01' };
  expect(refusal(await put('/scripts/worker', { metadata: future }))).toEqual([400, 10021]);
  expect(refusal(await put('/scripts/Not_A_Name'))).toEqual([400, 10016]);
  const twice = ['a', 'b'].map((text) => ({ name: 'SAME', type: 'plain_text', text }));
  expect(refusal(await put('/scripts/worker', { bindings: twice }))).toEqual([400, 10053]);
  const assets = { jwt: 'a.b.c', config: {} };
  expect(refusal(await put('/scripts/worker', { metadata: { assets } }))).toEqual([400, 10021]);
});

test('a namespace is there before its scripts, and its scripts have no versions, schedules or consumers', async () => {
  await start();
  const script = '/a/workers/dispatch/namespaces/portals/scripts/partner-tenant';
  expect(refusal(await put('/dispatch/namespaces/portals/scripts/partner-tenant'))).toEqual([404, 100119]);
  await call('POST', '/a/workers/dispatch/namespaces', { name: 'portals' });
  expect(refusal(await call('POST', '/a/workers/dispatch/namespaces', { name: 'portals' }))).toEqual([
    409, 100118,
  ]);
  expect(refusal(await call('GET', script))).toEqual([404, 10092]);
  await put('/dispatch/namespaces/portals/scripts/partner-tenant');
  for (const [method, path] of [
    ['GET', 'versions'],
    ['POST', 'deployments'],
    ['PUT', 'schedules'],
  ] as const)
    expect(refusal(await call(method, `${script}/${path}`, method === 'GET' ? undefined : []))).toEqual([
      404, 7003, 7000,
    ]);
  const queue = (await call('POST', '/a/queues', { queue_name: 'mail' })).result as { queue_id: string };
  const consumer = { type: 'worker', script_name: 'partner-tenant', settings: {} };
  expect(refusal(await call('POST', `/a/queues/${queue.queue_id}/consumers`, consumer))).toEqual([
    404, 10007,
  ]);
});

test('a deployment has at most two versions that exist, and 100 percent', async () => {
  await start();
  const versions = `/accounts/${api.accountId}/workers/scripts/dispatcher/versions`;
  expect(refusal(await upload(api, 'POST', versions, {}))).toEqual([404, 10007]);
  await put('/scripts/dispatcher');
  const { id } = (await upload(api, 'POST', versions, { code: 'export default {}' })).result as {
    id: string;
  };
  const deploy = (...shares: [string, number][]) =>
    call('POST', '/a/workers/scripts/dispatcher/deployments', {
      strategy: 'percentage',
      versions: shares.map(([version_id, percentage]) => ({ version_id, percentage })),
    });
  expect(refusal(await deploy([id, 99]))).toEqual([400, 10021]);
  expect(refusal(await deploy([id, 50], [id, 50]))).toEqual([400, 10021]);
  expect(refusal(await deploy([crypto.randomUUID(), 100]))).toEqual([404, 100146]);
  expect(refusal(await deploy([id, 100]))).toEqual([200]);
});

test('names are taken once', async () => {
  await start();
  const twice = async (path: string, body: object) => {
    const first = await call('POST', path, body);
    return [first.status < 300, ...refusal(await call('POST', path, body))];
  };
  expect(await twice('/a/storage/kv/namespaces', { title: 'directory' })).toEqual([true, 400, 10014]);
  expect(await twice('/a/r2/buckets', { name: 'brand-files' })).toEqual([true, 409, 10004]);
  expect(await twice('/a/queues', { queue_name: 'mail' })).toEqual([true, 409, 11009]);
  const [zone] = (await call('GET', '/zones?name=acme.com')).result as { id: string }[];
  const at = `/zones/${zone?.id}`;
  const record = { type: 'AAAA', name: 'acme.com', content: '100::', proxied: true };
  expect(await twice(`${at}/dns_records`, record)).toEqual([true, 400, 81058]);
  const alias = { type: 'CNAME', name: '@', content: 'acme.net' };
  expect(refusal(await call('POST', `${at}/dns_records`, alias))).toEqual([400, 81053]);
  await put('/scripts/dispatcher');
  const route = { pattern: 'acme.com/*', script: 'dispatcher' };
  expect(await twice(`${at}/workers/routes`, route)).toEqual([true, 409, 10020]);
  expect(
    refusal(await call('POST', `${at}/workers/routes`, { pattern: 'a.com/*', script: 'nobody' })),
  ).toEqual([400, 10021]);
  const hostname = { hostname: 'portal.partner.net' };
  expect(await twice(`${at}/custom_hostnames`, hostname)).toEqual([true, 409, 1406]);
  for (const [name, code] of [
    ['www.example.com', 1411],
    ['portal.internal', 1409],
    ['pörtal.net', 1408],
  ] as const)
    expect(refusal(await call('POST', `${at}/custom_hostnames`, { hostname: name }))).toEqual([400, code]);
  expect(
    refusal(await call('PUT', `${at}/custom_hostnames/fallback_origin`, { origin: 'x.acme.com' })),
  ).toEqual([400, 1414]);
});

test('KV is read as it was a while ago', async () => {
  await start({ kvLagMilliseconds: 60_000 });
  const kv = await createKv();
  expect(refusal(await call('PUT', `${kv}/values/host`, 'new'))).toEqual([200]);
  expect(refusal(await call('GET', `${kv}/values/host`))).toEqual([404, 10009]);
  expect((await call('GET', `${kv}/keys`)).result).toEqual([]);
  expect((await call('POST', `${kv}/bulk/get`, { keys: ['host'] })).result).toEqual({
    values: { host: null },
  });
});

test('values of KV are written, listed by prefix, page by page, read a hundred at once, and go', async () => {
  await start();
  const kv = await createKv();
  const names = Array.from({ length: 12 }, (_, index) => `host/${String(index).padStart(2, '0')}`);
  const writes = [...names, 'other'].map((key) => ({ key, value: JSON.stringify({ key }) }));
  expect(refusal(await call('PUT', `${kv}/bulk`, writes))).toEqual([200]);
  const list = async (query: string) => {
    const headers = { authorization: `Bearer ${api.token}` };
    const answer = await fetch(`${api.url}/accounts/${api.accountId}${kv.slice(2)}/keys?${query}`, {
      headers,
    });
    return (await answer.json()) as { result: { name: string }[]; result_info: { cursor: string } };
  };
  const first = await list('prefix=host/&limit=10');
  const rest = await list(`prefix=host/&limit=10&cursor=${encodeURIComponent(first.result_info.cursor)}`);
  expect([...first.result, ...rest.result].map(({ name }) => name)).toEqual(names);
  expect([first.result.length, rest.result_info]).toEqual([10, { count: 2, cursor: '' }]);
  expect(refusal(await call('GET', `${kv}/keys?limit=9`))).toEqual([400, 10028]);
  const read = (body: object) => call('POST', `${kv}/bulk/get`, body);
  expect((await read({ keys: ['other', 'none'] })).result).toEqual({
    values: { other: '{"key":"other"}', none: null },
  });
  expect((await read({ keys: ['other'], type: 'json' })).result).toEqual({
    values: { other: { key: 'other' } },
  });
  expect(refusal(await read({ keys: Array.from({ length: 101 }, String) }))).toEqual([400, 10026]);
  expect(refusal(await call('PUT', `${kv}/values/${'k'.repeat(513)}`, 'long'))).toEqual([414, 10029]);
  expect(refusal(await call('PUT', `${kv}/values/short?expiration_ttl=59`, 'short'))).toEqual([400, 10033]);
  expect(refusal(await call('DELETE', kv))).toEqual([200]);
  expect(refusal(await call('GET', `${kv}/values/other`))).toEqual([404, 10013]);
  expect(refusal(await call('GET', `${await createKv()}/values/other`))).toEqual([404, 10009]);
});

test('values of KV are read in bulk by who may read, though it is a POST, and written by who may write', async () => {
  await start({ permissions: ['Workers KV Storage Read'] });
  const kv = `/a/storage/kv/namespaces/${'0'.repeat(32)}`;
  expect(refusal(await call('POST', `${kv}/bulk/get`, { keys: ['host'] }))).toEqual([404, 10013]);
  expect(refusal(await call('GET', `${kv}/keys`))).toEqual([404, 10013]);
  expect(refusal(await call('PUT', `${kv}/bulk`, []))).toEqual([403, 10000]);
  expect(refusal(await call('POST', '/a/storage/kv/namespaces', { title: 't' }))).toEqual([403, 10000]);
});

test('lists come in pages', async () => {
  await start();
  for (let made = 0; made < 25; made += 1)
    await call('POST', '/a/storage/kv/namespaces', { title: `directory-${String(made).padStart(2, '0')}` });
  const answer = await fetch(
    `${api.url}/accounts/${api.accountId}/storage/kv/namespaces?per_page=10&page=3`,
    {
      headers: { authorization: `Bearer ${api.token}` },
    },
  );
  const { result, result_info } = (await answer.json()) as { result: unknown; result_info: unknown };
  expect(result).toMatchObject([{ title: 'directory-20' }, {}, {}, {}, { title: 'directory-24' }]);
  // Of KV it is not published how many pages there are.
  expect(result_info).toEqual({ page: 3, per_page: 10, count: 5, total_count: 25 });
});
