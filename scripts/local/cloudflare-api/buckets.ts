/** R2 buckets. https://developers.cloudflare.com/api/resources/r2/ */
import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, now } from './account.ts';
import { ok, readBody, refuse } from './envelope.ts';

/** 3 to 63 characters: https://developers.cloudflare.com/r2/buckets/create-buckets/#bucket-level-operations */
const BUCKET_NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

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
