/**
 * What `npm run build` left in dist/: whether it is of the sources as they are, and each Worker of it as this
 * environment wants it (names, ids, variables), with a digest of all that would be uploaded.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { Refusal } from '../../local/steps.ts';

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
export const DIST = join(REPOSITORY, 'dist');
const run = promisify(execFile);
const FOLDERS = {
  dispatcher: 'worker_dispatcher',
  tenant: 'worker_tenant',
  jobs: 'worker_jobs',
} as const;
export type BuiltWorker = keyof typeof FOLDERS;

/** What the build writes; what is not named here passes as it is. */
const builtConfigSchema = z.looseObject({
  main: z.string(),
  compatibility_date: z.string(),
  vars: z.record(z.string(), z.string()),
  secrets: z.object({ required: z.array(z.string()) }),
  assets: z.looseObject({ directory: z.string() }).optional(),
  kv_namespaces: z.array(z.looseObject({ binding: z.string() })),
  r2_buckets: z.array(z.looseObject({ binding: z.string(), bucket_name: z.string() })),
  queues: z.looseObject({
    producers: z.array(z.looseObject({ binding: z.string(), queue: z.string() })).optional(),
    consumers: z.array(z.looseObject({ queue: z.string() })).optional(),
  }),
  dispatch_namespaces: z.array(z.looseObject({ binding: z.string(), namespace: z.string() })),
  ratelimits: z.array(z.looseObject({ name: z.string(), namespace_id: z.string() })),
});
export type BuiltConfig = z.infer<typeof builtConfigSchema>;

/** Of each Worker, the configuration that the build wrote for it. */
export type BuildOutput = Readonly<
  Record<BuiltWorker, { readonly config: BuiltConfig; readonly files: string }>
>;

/** What is asked for depends on the build, and there is none. */
export class NoBuild extends Refusal {}

/** The three Workers of a build, or null when there is none. */
export async function readBuild(dist = DIST): Promise<BuildOutput | null> {
  const names = Object.keys(FOLDERS).filter(isBuiltWorker);
  const folders = names.map((name) => join(dist, FOLDERS[name]));
  if (!folders.every((folder) => existsSync(join(folder, 'wrangler.json')))) return null;
  const read = await Promise.all(folders.map(readWorker));
  const [dispatcher, tenant, jobs] = read;
  if (dispatcher === undefined || tenant === undefined || jobs === undefined) return null;
  return { dispatcher, tenant, jobs };
}

async function readWorker(folder: string): Promise<{ config: BuiltConfig; files: string }> {
  const parsed = builtConfigSchema.safeParse(
    JSON.parse(await readFile(join(folder, 'wrangler.json'), 'utf8')),
  );
  if (!parsed.success)
    throw new Refusal(`${folder}/wrangler.json is not what the build writes: npm run build`);
  const { main, assets, ...config } = parsed.data;
  const folders = [folder, ...(assets === undefined ? [] : [resolve(folder, assets.directory)])];
  return {
    // Absolute: the configuration that is handed to wrangler stands elsewhere.
    config: {
      ...config,
      main: join(folder, main),
      ...(assets && { assets: { ...assets, directory: resolve(folder, assets.directory) } }),
    },
    files: digestOf((await Promise.all(folders.map(digestFolder))).join()),
  };
}

function isBuiltWorker(name: string): name is BuiltWorker {
  return Object.hasOwn(FOLDERS, name);
}

/** Of all files but maps and the configuration, which is looked at by itself (it names this folder). */
async function digestFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map') && entry.name !== 'wrangler.json')
    .map((entry) => join(entry.parentPath, entry.name))
    // What wrangler leaves behind when it is run by hand.
    .filter((file) => !relative(folder, file).startsWith('.wrangler'))
    .toSorted();
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${relative(folder, file)}\0`)
      .update(await readFile(file))
      .update('\0');
  return hash.digest('hex');
}

/** Of everything that the build reads, as it is now: what git knows, and what it would know. Null without git. */
export async function digestSources(): Promise<string | null> {
  const listed = await run(
    'git',
    [
      'ls-files',
      '-z',
      '--cached',
      '--others',
      '--exclude-standard',
      '--',
      'contract',
      'web',
      'worker-dispatcher',
      'worker-tenant',
      'vite.config.ts',
      'package-lock.json',
    ],
    { cwd: REPOSITORY, maxBuffer: 16 * 1024 * 1024 },
  ).catch(() => null);
  if (listed === null) return null;
  const hash = createHash('sha256');
  for (const file of listed.stdout.split('\0').filter(Boolean).toSorted()) {
    const content = await readFile(join(REPOSITORY, file)).catch(() => null);
    if (content !== null) hash.update(`${file}\0`).update(content).update('\0');
  }
  return hash.digest('hex');
}

/** Seven digits of the commit, or null outside of a clone. */
export async function readCommit(): Promise<string | null> {
  const told = await run('git', ['rev-parse', '--short=7', 'HEAD'], { cwd: REPOSITORY }).catch(() => null);
  const commit = told?.stdout.trim().slice(0, 7) ?? '';
  return /^[0-9a-f]{7}$/.test(commit) ? commit : null;
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Where a Worker's modules are, for wrangler. */
export function moduleFolder(config: BuiltConfig): string {
  return dirname(config.main);
}
