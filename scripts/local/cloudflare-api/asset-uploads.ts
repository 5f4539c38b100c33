/**
 * Static assets: a session names every file by hash, files that are not there yet are uploaded in buckets, and the last
 * upload answers the token that a version is uploaded with.
 * https://developers.cloudflare.com/workers/static-assets/direct-upload/
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { Account, AssetFile } from './account.ts';
import { ok, readBody, refuse } from './envelope.ts';

const MOST_FILES = 100_000;
const LARGEST_FILE_BYTES = 25 * 1024 * 1024;
const BUCKET_FILES = 50;

const sessionSchema = z.object({
  manifest: z
    .record(
      z.string().startsWith('/').max(2048),
      z.object({
        hash: z.string().regex(/^[0-9a-f]{32}$/),
        size: z.number().int().nonnegative().max(LARGEST_FILE_BYTES),
      }),
    )
    .refine((manifest) => Object.keys(manifest).length <= MOST_FILES, 'too many files'),
});

interface Session {
  readonly manifest: Readonly<Record<string, AssetFile>>;
  readonly left: Set<string>;
}

export interface AssetUploads {
  readonly sessions: Map<string, Session>;
  readonly key: Buffer;
}

export function createAssetUploads(): AssetUploads {
  return { sessions: new Map(), key: randomBytes(32) };
}

/** Opens a session; called below the script that the assets are for. */
export async function openSession(
  c: Parameters<typeof ok>[0],
  account: Account,
  uploads: AssetUploads,
): Promise<Response> {
  const { manifest: sent } = await readBody(c, sessionSchema);
  // Clients list files in the order in which they read them: the same files are the same manifest.
  const manifest = Object.fromEntries(
    Object.entries(sent).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
  const left = new Set(
    Object.values(manifest)
      .map(({ hash }) => hash)
      .filter((hash) => !account.assetFiles.has(hash)),
  );
  const id = randomBytes(16).toString('hex');
  uploads.sessions.set(id, { manifest, left });
  const hashes = [...left];
  const buckets = Array.from({ length: Math.ceil(hashes.length / BUCKET_FILES) }, (_, index) =>
    hashes.slice(index * BUCKET_FILES, (index + 1) * BUCKET_FILES),
  );
  const jwt = issue(uploads, id, left.size === 0 ? 'completion' : 'session');
  return ok(c, { jwt, buckets }, left.size === 0 ? 200 : 201);
}

/** `path` is the account's; its bearer is the session's token, not the operator's. */
export function serveAssetUploads(app: Hono, account: Account, uploads: AssetUploads): void {
  app.post('/accounts/:account/workers/assets/upload', async (c) => {
    const bearer = c.req.header('authorization')?.replace(/^Bearer /, '') ?? '';
    const id = open(uploads, bearer, 'session');
    const session = id === null ? undefined : uploads.sessions.get(id);
    if (id === null || session === undefined) refuse(401, 10000, 'Authentication error');
    if (c.req.query('base64') !== 'true') refuse(400, 10021, 'Assets must be uploaded as base64.');
    const form = await c.req.formData().catch(() => refuse(400, 10021, 'The body is no form data.'));
    const sizes = new Map(Object.values(session.manifest).map(({ hash, size }) => [hash, size]));
    for (const [hash, part] of form) {
      if (typeof part === 'string' || !sizes.has(hash))
        return refuse(400, 10021, `The asset ${hash} is not in the session's manifest.`);
      const content = Buffer.from(await part.text(), 'base64');
      if (content.length !== sizes.get(hash))
        return refuse(400, 10021, `The asset ${hash} has not the size that the manifest says.`);
      account.assetFiles.set(hash, {
        content,
        contentType: part.type === 'application/null' ? null : part.type,
      });
      session.left.delete(hash);
    }
    if (session.left.size > 0) return ok(c, { jwt: null }, 202);
    return ok(c, { jwt: issue(uploads, id, 'completion') }, 201);
  });
}

/** The manifest of a completed upload, or null. */
export function openCompletionToken(
  uploads: AssetUploads,
  jwt: string,
): Readonly<Record<string, AssetFile>> | null {
  const id = open(uploads, jwt, 'completion');
  return (id === null ? undefined : uploads.sessions.get(id)?.manifest) ?? null;
}

function issue({ key }: AssetUploads, id: string, use: 'session' | 'completion'): string {
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT' })).toString('base64url');
  const payload = Buffer.from(JSON.stringify({ sid: id, use })).toString('base64url');
  return `${header}.${payload}.${sign(key, `${header}.${payload}`)}`;
}

function open({ key }: AssetUploads, jwt: string, use: 'session' | 'completion'): string | null {
  const [header = '', payload = '', signature = ''] = jwt.split('.');
  const expected = Buffer.from(sign(key, `${header}.${payload}`));
  const presented = Buffer.from(signature);
  if (presented.length !== expected.length || !timingSafeEqual(presented, expected)) return null;
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const parsed = z.object({ sid: z.string(), use: z.string() }).safeParse(claims);
  return parsed.success && parsed.data.use === use ? parsed.data.sid : null;
}

function sign(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
