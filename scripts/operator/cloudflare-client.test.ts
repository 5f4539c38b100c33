/** Lists of Cloudflare's API come in pages, and say in different ways whether there are more. */
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { afterEach, expect, test } from 'vitest';
import { startCloudflareApi } from '../local/cloudflare-api/server.ts';
import { callApi } from '../local/cloudflare-api/testing.ts';
import { CloudflareClient } from './cloudflare-client.ts';

let server: ServerType | undefined;
afterEach(() => void server?.close());

test('more namespaces of KV than a page holds are all found', async () => {
  const api = await startCloudflareApi();
  try {
    const titles = Array.from({ length: 105 }, (_, index) => `directory-${String(index).padStart(3, '0')}`);
    const path = `/accounts/${api.accountId}/storage/kv/namespaces`;
    for (const title of titles) await callApi(api, 'POST', path, { title });
    const found = await new CloudflareClient(api).listKvNamespaces();
    expect(found.map(({ title }) => title).toSorted()).toEqual(titles);
  } finally {
    await api.close();
  }
});

test.each([
  ['the number of pages', { total_pages: 3 }, [100, 100, 5]],
  ['how many there are', { total_count: 205 }, [100, 100, 5]],
  ['how many there are, on smaller pages than asked for', { total_count: 105, per_page: 50 }, [50, 50, 5]],
  ['nothing but the size of a page', { per_page: 50 }, [50, 50, 5]],
  ['nothing but the size of a page, the last one full', { per_page: 50 }, [50, 50, 0]],
  ['nothing at all, and comes whole', null, [100]],
])('a list that says %s is read to its end', async (_how, info, pages) => {
  const asked: string[] = [];
  const app = new Hono().get('*', (c) => {
    const page = Number(c.req.query('page'));
    asked.push(c.req.query('page') ?? '');
    const result = Array.from({ length: pages[page - 1] ?? 0 }, (_, index) => ({
      id: `${page}-${index}`,
      title: 'one',
    }));
    return c.json({ success: true, result, ...(info && { result_info: { page, ...info } }) });
  });
  const url = await new Promise<string>((listening) => {
    server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      listening(`http://127.0.0.1:${port}`),
    );
  });
  const client = new CloudflareClient({ url, token: 't', accountId: 'a' });
  const found = await client.listKvNamespaces();
  expect(found).toHaveLength(pages.reduce((sum, length) => sum + length, 0));
  expect(asked).toHaveLength(pages.length);
});
