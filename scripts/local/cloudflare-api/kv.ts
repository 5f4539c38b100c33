/**
 * KV namespaces and their values. https://developers.cloudflare.com/api/resources/kv/. Values are those of the edge: what
 * Workers write is read here, and a read sees a write only when it is older than the lag, misses included:
 * https://developers.cloudflare.com/kv/concepts/how-kv-works/#consistency. Values are text, without metadata: what
 * else the original takes is refused aloud.
 */
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { type Account, hexId, type KvNamespace } from './account.ts';
import type { EdgeKv } from './edge-kv.ts';
import { ok, okPage, readBody, refuse } from './envelope.ts';

/** https://developers.cloudflare.com/kv/platform/limits/ */
const LARGEST_VALUE_BYTES = 25 * 1024 * 1024;
const LONGEST_KEY_BYTES = 512;
const LEAST_TTL_SECONDS = 60;
const MOST_KEYS_READ = 100;
const MOST_KEYS_WRITTEN = 10_000;
const MOST_KEYS_LISTED = 1000;
const LEAST_KEYS_LISTED = 10;

const ALL = '/accounts/:account/storage/kv/namespaces';
const ONE = `${ALL}/:namespace`;

const titleSchema = z.object({ title: z.string().min(1).max(512) });
const keysSchema = z.strictObject({
  keys: z.array(z.string()).min(1).max(MOST_KEYS_READ, `keys: at most ${MOST_KEYS_READ} at once`),
  type: z.enum(['text', 'json']).optional(),
  withMetadata: z.literal(false).optional(),
});
const ttlSchema = z.coerce.number().int().min(LEAST_TTL_SECONDS);
const writesSchema = z
  .array(
    z.strictObject({
      key: z.string(),
      value: z.string(),
      expiration: z.number().int().optional(),
      expiration_ttl: ttlSchema.optional(),
    }),
  )
  .max(MOST_KEYS_WRITTEN);

export function serveKv(app: Hono, account: Account, values: EdgeKv): void {
  serveKvNamespaces(app, account, values);
  const find = (c: Context) => findNamespace(account, c.req.param('namespace') ?? '').id;

  app.get(`${ONE}/keys`, async (c) => {
    const limit = z.coerce
      .number()
      .int()
      .min(LEAST_KEYS_LISTED)
      .max(MOST_KEYS_LISTED)
      .safeParse(c.req.query('limit') ?? MOST_KEYS_LISTED);
    if (!limit.success)
      return refuse(400, 10028, `limit has to be ${LEAST_KEYS_LISTED} to ${MOST_KEYS_LISTED}`);
    const cursor = c.req.query('cursor');
    const page = await values.list(find(c), {
      prefix: c.req.query('prefix') ?? '',
      limit: limit.data,
      ...(cursor && { cursor }),
    });
    return c.json({
      success: true,
      errors: [],
      messages: [],
      result: page.keys.map(({ name, expiration }) => ({
        name,
        ...(expiration !== undefined && { expiration }),
      })),
      result_info: { count: page.keys.length, cursor: page.list_complete ? '' : page.cursor },
    });
  });
  app.get(`${ONE}/values/:key`, async (c) => {
    const [value = null] = await values.get(find(c), [checkKey(c.req.param('key'))]);
    if (value === null) return refuse(404, 10009, "get: 'key not found'");
    return c.body(value, 200, { 'content-type': 'application/octet-stream' });
  });
  app.put(`${ONE}/values/:key`, async (c) => {
    const namespace = find(c);
    if ((c.req.header('content-type') ?? '').startsWith('multipart/form-data'))
      return refuse(400, 10012, 'The stand-in takes the value as the body, without metadata.');
    const ttl = ttlSchema.optional().safeParse(c.req.query('expiration_ttl'));
    if (!ttl.success) return refuse(400, 10033, `expiration_ttl has to be at least ${LEAST_TTL_SECONDS}`);
    const value = checkValue(await c.req.text());
    const options = ttl.data === undefined ? {} : { expirationTtl: ttl.data };
    await values.put(namespace, checkKey(c.req.param('key')), value, options);
    return ok(c, null);
  });
  app.delete(`${ONE}/values/:key`, async (c) => {
    await values.delete(find(c), checkKey(c.req.param('key')));
    return ok(c, null);
  });
  app.post(`${ONE}/bulk/get`, async (c) => {
    const namespace = find(c);
    const { keys, type } = await readBody(c, keysSchema);
    const found = await values.get(namespace, keys.map(checkKey));
    const shown = keys.map((key, index) => {
      const value = found[index] ?? null;
      return [key, value !== null && type === 'json' ? readJson(key, value) : value];
    });
    return ok(c, { values: Object.fromEntries(shown) });
  });
  app.put(`${ONE}/bulk`, async (c) => {
    const namespace = find(c);
    const entries = await readBody(c, writesSchema);
    for (const { key, value, expiration, expiration_ttl } of entries)
      await values.put(namespace, checkKey(key), checkValue(value), {
        ...(expiration !== undefined && { expiration }),
        ...(expiration_ttl !== undefined && { expirationTtl: expiration_ttl }),
      });
    return ok(c, { successful_key_count: entries.length, unsuccessful_keys: [] });
  });
}

function serveKvNamespaces(app: Hono, account: Account, values: EdgeKv): void {
  const refuseTaken = (title: string) => {
    if ([...account.kvNamespaces.values()].some((namespace) => namespace.title === title))
      refuse(400, 10014, `a namespace with this account ID and title already exists`);
  };
  app.get(ALL, (c) =>
    okPage(
      c,
      [...account.kvNamespaces.values()].map(shownNamespace).toSorted((a, b) => (a.title < b.title ? -1 : 1)),
    ),
  );
  app.post(ALL, async (c) => {
    const { title } = await readBody(c, titleSchema);
    refuseTaken(title);
    const namespace: KvNamespace = { id: hexId('kv', title), title };
    account.kvNamespaces.set(namespace.id, namespace);
    account.codeRevision += 1;
    return ok(c, shownNamespace(namespace));
  });
  app.get(ONE, (c) => ok(c, shownNamespace(findNamespace(account, c.req.param('namespace')))));
  app.put(ONE, async (c) => {
    const namespace = findNamespace(account, c.req.param('namespace'));
    const { title } = await readBody(c, titleSchema);
    if (title !== namespace.title) refuseTaken(title);
    namespace.title = title;
    return ok(c, shownNamespace(namespace));
  });
  app.delete(ONE, async (c) => {
    const { id } = findNamespace(account, c.req.param('namespace'));
    // One that is made again under this title has this id, and begins empty.
    for await (const key of everyKey(values, id)) await values.delete(id, key);
    account.kvNamespaces.delete(id);
    account.codeRevision += 1;
    return ok(c, null);
  });
}

async function* everyKey(values: EdgeKv, namespace: string): AsyncGenerator<string> {
  for (let cursor = ''; ; ) {
    const page = await values.list(namespace, {
      prefix: '',
      limit: MOST_KEYS_LISTED,
      ...(cursor && { cursor }),
    });
    for (const { name } of page.keys) yield name;
    if (page.list_complete) return;
    cursor = page.cursor;
  }
}

function findNamespace(account: Account, id: string): KvNamespace {
  return account.kvNamespaces.get(id) ?? refuse(404, 10013, 'namespace not found');
}

function checkKey(key: string): string {
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES)
    refuse(414, 10029, `UTF-8 encoded length of the key exceeds the limit of ${LONGEST_KEY_BYTES}`);
  return key;
}

function checkValue(value: string): string {
  if (Buffer.byteLength(value) > LARGEST_VALUE_BYTES) refuse(413, 10024, 'payload too large');
  return value;
}

function readJson(key: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return refuse(400, 10026, `bulk get: the value of ${key} is no JSON`);
  }
}

function shownNamespace({ id, title }: KvNamespace) {
  return { id, title, supports_url_encoding: true };
}
