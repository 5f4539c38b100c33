/** Calls that go wrong on request, and what they leave behind. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CloudflareApi, startCloudflareApi } from './server.ts';

let api: CloudflareApi;
beforeEach(async () => {
  api = await startCloudflareApi();
});
afterEach(() => api.close());

const NAMESPACES = '/workers/dispatch/namespaces';
const ask = (method: string, name?: string, signal?: AbortSignal) =>
  fetch(`${api.url}/accounts/${api.accountId}${NAMESPACES}`, {
    method,
    headers: { authorization: `Bearer ${api.token}` },
    ...(name === undefined ? {} : { body: JSON.stringify({ name }) }),
    ...(signal && { signal }),
  });
const made = () => Object.keys(api.snapshot().namespaces);

test.each([
  ['refused', 403, 10000],
  ['rate-limited', 429, 971],
  ['failing', 500, 10002],
] as const)('%s: the nth call, once, and nothing is done', async (fault, status, code) => {
  api.breakCall({ nth: 2 }, fault);
  expect((await ask('GET')).status).toBe(200);
  const broken = await ask('POST', 'portals');
  expect(broken.status).toBe(status);
  expect(await broken.json()).toMatchObject({ success: false, errors: [{ code }] });
  expect(broken.headers.get('retry-after')).toBe(fault === 'rate-limited' ? '1' : null);
  expect(made()).toEqual([]);
  expect((await ask('POST', 'portals')).status).toBe(200);
});

test('bad gateway: HTML, as often as asked', async () => {
  api.breakCall({ match: /^POST .*namespaces$/, times: 2 }, 'bad-gateway');
  expect((await ask('GET')).status).toBe(200);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const answer = await ask('POST', 'portals');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'text/html; charset=UTF-8']);
  }
  expect((await ask('POST', 'portals')).status).toBe(200);
});

test('answer lost: done, and nobody is told', async () => {
  api.breakCall({ match: 'POST' }, 'answer-lost');
  await expect(ask('POST', 'portals')).rejects.toThrow();
  expect(made()).toEqual(['portals']);
  expect(api.calls).toEqual([`POST /accounts/${api.accountId}${NAMESPACES}`]);
  expect((await ask('GET')).status).toBe(200);
});

test('hanging: never answered and not done, until somebody gives up', async () => {
  api.breakCall({ match: 'POST', times: 2 }, 'hanging');
  await expect(ask('POST', 'portals', AbortSignal.timeout(100))).rejects.toThrow();
  const waiting = ask('POST', 'portals');
  // `close` cuts what still hangs.
  const cut = expect(waiting).rejects.toThrow();
  await new Promise((later) => setTimeout(later, 50));
  expect(made()).toEqual([]);
  await api.close();
  await cut;
  api = await startCloudflareApi();
});

test('a fault that did not come is taken back', async () => {
  api.breakCall({ nth: 1 }, 'failing');
  api.mendCalls();
  expect((await ask('GET')).status).toBe(200);
});

test('a call after others of its kind, told of as it comes in', async () => {
  const met: string[] = [];
  api.breakCall({ match: /^GET /, after: 1 }, 'refused', () => met.push('refused'));
  api.breakCall({ match: /^POST / }, null, () => met.push('made'));
  expect((await ask('GET')).status).toBe(200);
  expect((await ask('GET')).status).toBe(403);
  expect((await ask('GET')).status).toBe(200);
  expect((await ask('POST', 'portals')).status).toBe(200);
  expect(met).toEqual(['refused', 'made']);
});

test('an account is put back to how it was, as often as wanted', async () => {
  await ask('POST', 'before');
  const saved = api.save();
  for (const name of ['once', 'twice']) {
    expect((await ask('POST', name)).status).toBe(200);
    expect(made()).toContain(name);
    api.restore(saved);
    expect(made()).toEqual(['before']);
  }
});
