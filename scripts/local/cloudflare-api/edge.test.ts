/** The edge runs what was uploaded, on workerd: bindings, restarts, failures. Small Workers; the build's own are elsewhere. */
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CloudflareApi, startCloudflareApi } from './server.ts';
import { callApi, upload } from './testing.ts';

const LAG = 400;
let api: CloudflareApi;
let account: string;
let kv: { readonly id: string };

const FRONT = `
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname === '/throw') throw new Error('on purpose');
    if (url.pathname === '/early') return new Response('no', { status: 413 });
    if (url.pathname === '/kv') {
      if (request.method === 'PUT') await env.KV.put('key', await request.text());
      return Response.json({ seen: await env.KV.get('key', { type: 'json' }) });
    }
    if (url.pathname.startsWith('/to/'))
      return env.DISPATCHER.get(url.pathname.slice(4)).fetch(request).catch((e) => new Response(e.message, { status: 404 }));
    return Response.json({
      url: request.url, host: request.headers.get('host'), json: env.JSON, text: env.TEXT, secret: env.SECRET,
      limited: (await env.LIMIT.limit({ key: 'k' })).success,
      other: await (await env.OTHER.fetch(request)).text(),
    });
  },
};`;
const say = (word: string) => `export default { fetch: () => new Response(${JSON.stringify(word)}) };`;

const put = async (path: string, given: Parameters<typeof upload>[3]) => {
  const answer = await upload(api, 'PUT', `${account}/workers${path}`, given);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.codes}`);
};

function ask(
  path: string,
  { host = 'acme.com', method = 'GET', body = '' } = {},
): Promise<{ status: number; why: string; body: string }> {
  return new Promise((answered, failed) => {
    const { hostname, port } = new URL(api.edge.url);
    const sent = request(
      { hostname, port, path, method, headers: { host }, agent: false },
      async (answer) => {
        let text = '';
        for await (const chunk of answer) text += chunk;
        const why = decodeURI(String(answer.headers['cf-edge-refusal'] ?? ''));
        answered({ status: answer.statusCode ?? 0, why, body: text });
      },
    );
    sent.once('error', failed);
    sent.end(body);
  });
}

beforeAll(async () => {
  api = await startCloudflareApi({ zones: ['acme.com'], kvLagMilliseconds: LAG });
  account = `/accounts/${api.accountId}`;
  const make = async (path: string, body: object) => (await callApi(api, 'POST', path, body)).result;
  await make(`${account}/workers/dispatch/namespaces`, { name: 'portals' });
  kv = (await make(`${account}/storage/kv/namespaces`, { title: 'directory' })) as { id: string };
  await put('/scripts/other', { code: say('other') });
  await put('/dispatch/namespaces/portals/scripts/partner-tenant--r1', { code: say('r1') });
  await put('/scripts/front', {
    code: FRONT,
    bindings: [
      { name: 'JSON', type: 'json', json: { a: [1] } },
      { name: 'TEXT', type: 'plain_text', text: 'text' },
      { name: 'SECRET', type: 'secret_text', text: 'secret' },
      { name: 'KV', type: 'kv_namespace', namespace_id: kv.id },
      { name: 'LIMIT', type: 'ratelimit', namespace_id: '1', simple: { limit: 100, period: 60 } },
      { name: 'OTHER', type: 'service', service: 'other' },
      { name: 'DISPATCHER', type: 'dispatch_namespace', namespace: 'portals' },
    ],
  });
  const [zone] = (await callApi(api, 'GET', '/zones')).result as { id: string }[];
  await make(`/zones/${zone?.id}/dns_records`, { type: 'AAAA', name: '@', content: '100::', proxied: true });
  await make(`/zones/${zone?.id}/workers/routes`, { pattern: 'acme.com/*', script: 'front' });
}, 60_000);
afterAll(() => api.close());

test('a Worker meets its bindings, and the address that a visitor of production asks for', async () => {
  const { status, body } = await ask('/hello?a=b', { host: 'acme.com:1234' });
  expect([status, JSON.parse(body)]).toEqual([
    200,
    {
      url: 'https://acme.com/hello?a=b',
      host: 'acme.com',
      json: { a: [1] },
      text: 'text',
      secret: 'secret',
      limited: true,
      other: 'other',
    },
  ]);
}, 30_000);

test('a Worker of a namespace is found by name as soon as it is uploaded, and no other', async () => {
  expect(await ask('/to/partner-tenant--r1')).toMatchObject({ status: 200, body: 'r1' });
  expect(await ask('/to/partner-tenant--r2')).toMatchObject({ status: 404, body: 'Worker not found.' });
  await put('/dispatch/namespaces/portals/scripts/partner-tenant--r2', { code: say('r2') });
  expect(await ask('/to/partner-tenant--r2')).toMatchObject({ status: 200, body: 'r2' });
}, 30_000);

test('KV is read as it was a while ago, also after a restart', async () => {
  const seen = async () => (JSON.parse((await ask('/kv')).body) as { seen: unknown }).seen;
  expect((await ask('/kv', { method: 'PUT', body: '{"n":1}' })).body).toBe('{"seen":null}');
  await expect.poll(seen, { timeout: 10 * LAG }).toEqual({ n: 1 });
  expect((await ask('/kv', { method: 'PUT', body: '{"n":2}' })).body).toBe('{"seen":{"n":1}}');
  await put('/scripts/other', { code: say('another') });
  await expect.poll(seen, { timeout: 50 * LAG }).toEqual({ n: 2 });
}, 30_000);

test('what a Worker writes into KV the API reads a moment later, and the reverse', async () => {
  const values = `${account}/storage/kv/namespaces/${kv.id}`;
  const read = async () =>
    (await callApi(api, 'POST', `${values}/bulk/get`, { keys: ['key', 'none'] })).result;
  await ask('/kv', { method: 'PUT', body: '{"n":3}' });
  await expect.poll(read, { timeout: 20 * LAG }).toEqual({ values: { key: '{"n":3}', none: null } });
  expect((await callApi(api, 'GET', `${values}/keys`)).result).toMatchObject([{ name: 'key' }]);
  expect(await callApi(api, 'PUT', `${values}/values/key`, { n: 4 })).toMatchObject({ status: 200 });
  const seen = async () => (JSON.parse((await ask('/kv')).body) as { seen: unknown }).seen;
  await expect.poll(seen, { timeout: 20 * LAG }).toEqual({ n: 4 });
}, 30_000);

test('what goes wrong is a refusal in words', async () => {
  expect(await ask('/throw')).toMatchObject({ status: 500, why: expect.stringContaining('1101') });
  expect(await ask('/early', { method: 'PUT', body: 'x'.repeat(4_000_000) })).toMatchObject({ status: 413 });
  expect(await ask('/', { host: 'other.com' })).toMatchObject({
    status: 409,
    why: expect.stringContaining('no zone'),
  });
}, 30_000);
