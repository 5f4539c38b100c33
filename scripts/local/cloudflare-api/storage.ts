/**
 * KV namespaces with their values, and R2 buckets. https://developers.cloudflare.com/api/resources/kv/ and
 * https://developers.cloudflare.com/api/resources/r2/. A read of a value sees writes only when they are older than the
 * lag, misses included: https://developers.cloudflare.com/kv/concepts/how-kv-works/#consistency. Values that are written
 * here and values that Workers on the edge write do not meet.
 */
import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, hexId, type KvEntry, type KvNamespace, now } from './account.ts';
import { ok, okPage, readBody, refuse } from './envelope.ts';

const LARGEST_VALUE_BYTES = 25 * 1024 * 1024;
const LONGEST_KEY_BYTES = 512;
/** 3 to 63 characters: https://developers.cloudflare.com/r2/buckets/create-buckets/#bucket-level-operations */
const BUCKET_NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

export function serveKv(app: Hono, account: Account): void {
  const ALL = '/accounts/:account/storage/kv/namespaces';
  const ONE = `${ALL}/:namespace`;
  const titleSchema = z.object({ title: z.string().min(1).max(512) });
  const find = (id: string) => account.kvNamespaces.get(id) ?? refuse(404, 10013, 'namespace not found');
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
    const namespace: KvNamespace = { id: hexId('kv', title), title, writes: new Map() };
    account.kvNamespaces.set(namespace.id, namespace);
    return ok(c, shownNamespace(namespace));
  });
  app.get(ONE, (c) => ok(c, shownNamespace(find(c.req.param('namespace')))));
  app.put(ONE, async (c) => {
    const namespace = find(c.req.param('namespace'));
    const { title } = await readBody(c, titleSchema);
    if (title !== namespace.title) refuseTaken(title);
    namespace.title = title;
    return ok(c, shownNamespace(namespace));
  });
  app.delete(ONE, (c) => {
    account.kvNamespaces.delete(find(c.req.param('namespace')).id);
    return ok(c, null);
  });

  const write = (namespace: KvNamespace, key: string, entry: KvEntry | null) => {
    if (Buffer.byteLength(key) > LONGEST_KEY_BYTES)
      refuse(414, 10029, `UTF-8 encoded length of the key exceeds the limit of ${LONGEST_KEY_BYTES}`);
    if ((entry?.value.length ?? 0) > LARGEST_VALUE_BYTES) refuse(413, 10024, 'payload too large');
    const before = namespace.writes.get(key) ?? [];
    namespace.writes.set(key, [...before, { at: Date.now(), entry }]);
  };
  app.get(`${ONE}/keys`, (c) => {
    const namespace = find(c.req.param('namespace'));
    const prefix = c.req.query('prefix') ?? '';
    const keys = [...namespace.writes.keys()]
      .filter((key) => key.startsWith(prefix) && visible(account, namespace, key) !== null)
      .toSorted();
    return c.json({
      success: true,
      errors: [],
      messages: [],
      result: keys.map((name) => ({ name })),
      result_info: { count: keys.length, cursor: '' },
    });
  });
  app.get(`${ONE}/values/:key`, (c) => {
    const entry = visible(account, find(c.req.param('namespace')), c.req.param('key'));
    if (entry === null) return refuse(404, 10009, "get: 'key not found'");
    return c.body(new Uint8Array(entry.value), 200, { 'content-type': 'application/octet-stream' });
  });
  app.put(`${ONE}/values/:key`, async (c) => {
    const namespace = find(c.req.param('namespace'));
    const type = c.req.header('content-type') ?? '';
    let value: Buffer;
    let metadata: unknown = null;
    if (type.startsWith('multipart/form-data')) {
      const form = await c.req.formData();
      const part = form.get('value');
      if (part === null) refuse(400, 10012, 'malformed value');
      value = typeof part === 'string' ? Buffer.from(part) : Buffer.from(await part.arrayBuffer());
      const described = form.get('metadata');
      if (typeof described === 'string') metadata = JSON.parse(described);
    } else {
      value = Buffer.from(await c.req.arrayBuffer());
    }
    write(namespace, c.req.param('key'), { value, metadata, expiration: null });
    return ok(c, null);
  });
  app.delete(`${ONE}/values/:key`, (c) => {
    write(find(c.req.param('namespace')), c.req.param('key'), null);
    return ok(c, null);
  });
  app.put(`${ONE}/bulk`, async (c) => {
    const namespace = find(c.req.param('namespace'));
    const entries = await readBody(
      c,
      z
        .array(
          z.object({
            key: z.string(),
            value: z.string(),
            base64: z.boolean().optional(),
            metadata: z.unknown().optional(),
          }),
        )
        .max(10_000),
    );
    for (const { key, value, base64, metadata } of entries)
      write(namespace, key, {
        value: Buffer.from(value, base64 ? 'base64' : 'utf8'),
        metadata: metadata ?? null,
        expiration: null,
      });
    return ok(c, { successful_key_count: entries.length, unsuccessful_keys: [] });
  });
}

/** What a read sees at this moment. */
export function visible(account: Account, namespace: KvNamespace, key: string): KvEntry | null {
  const until = Date.now() - account.kvLagMilliseconds;
  return namespace.writes.get(key)?.findLast(({ at }) => at <= until)?.entry ?? null;
}

function shownNamespace({ id, title }: KvNamespace) {
  return { id, title, supports_url_encoding: true };
}

export function serveR2(app: Hono, account: Account): void {
  const ALL = '/accounts/:account/r2/buckets';
  const find = (name: string) =>
    account.buckets.get(name) ?? refuse(404, 10006, 'The specified bucket does not exist.');

  app.get(ALL, (c) =>
    ok(c, {
      buckets: [...account.buckets.values()]
        .filter(({ name }) => name.includes(c.req.query('name_contains') ?? ''))
        .map(shownBucket),
    }),
  );
  app.post(ALL, async (c) => {
    const { name, locationHint } = await readBody(
      c,
      z.object({
        name: z.string(),
        locationHint: z.string().optional(),
        storageClass: z.string().optional(),
      }),
    );
    if (!BUCKET_NAME.test(name)) refuse(400, 10005, 'The specified bucket name is not valid.');
    if (account.buckets.has(name))
      refuse(409, 10004, 'The bucket you tried to create already exists, and you own it.');
    const bucket = { name, creationDate: now(), location: locationHint ?? 'WEUR' };
    account.buckets.set(name, bucket);
    return ok(c, shownBucket(bucket));
  });
  app.get(`${ALL}/:bucket`, (c) => ok(c, shownBucket(find(c.req.param('bucket')))));
  app.delete(`${ALL}/:bucket`, (c) => {
    account.buckets.delete(find(c.req.param('bucket')).name);
    return ok(c, {});
  });
}

function shownBucket({
  name,
  creationDate,
  location,
}: {
  name: string;
  creationDate: string;
  location: string;
}) {
  return { name, creation_date: creationDate, location, storage_class: 'Standard' };
}
