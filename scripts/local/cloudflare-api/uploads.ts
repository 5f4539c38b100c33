/**
 * An upload of a script, as `PUT …/scripts/:name` and `POST …/versions` take it: multipart, `metadata` and one part per
 * module, https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/. Refuses what the original
 * refuses, with its codes as wrangler knows them. Used by scripts.ts, versions.ts and namespaces.ts.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Context } from 'hono';
import { z } from 'zod';
import type { Account, AssetDirectory, Binding, Upload, UploadedModule } from './account.ts';
import { type AssetUploads, openCompletionToken } from './asset-uploads.ts';
import { checkBindings } from './bindings.ts';
import { refuse } from './envelope.ts';

/** Compressed, of a paid account: https://developers.cloudflare.com/workers/platform/limits/#worker-size */
export const LARGEST_SCRIPT_BYTES = 10 * 1024 * 1024;
const MOST_MODULES = 1000;
const MOST_BINDINGS = 1000;

const bindingSchema = z.looseObject({ name: z.string().min(1).max(255), type: z.string().min(1).max(64) });

const metadataSchema = z.looseObject({
  main_module: z.string().min(1),
  bindings: z.array(bindingSchema).max(MOST_BINDINGS).default([]),
  compatibility_date: z.iso.date(),
  compatibility_flags: z.array(z.string()).default([]),
  keep_bindings: z.array(z.string()).default([]),
  annotations: z.record(z.string(), z.string().max(1000).optional()).default({}),
  assets: z
    .looseObject({ jwt: z.string(), config: z.record(z.string(), z.unknown()).default({}) })
    .optional(),
  keep_assets: z.boolean().optional(),
  limits: z.record(z.string(), z.unknown()).optional(),
  observability: z.unknown().optional(),
  tags: z.array(z.string().max(1024)).max(8).default([]),
});

export interface UploadContext {
  readonly account: Account;
  readonly assetUploads: AssetUploads;
  /** What bindings are inherited from: the newest version, or what the namespace holds. */
  readonly previous: Upload | null;
}

export async function readUpload(c: Context, context: UploadContext): Promise<Upload> {
  const { account, previous } = context;
  if (!/^multipart\/form-data\b/i.test(c.req.header('content-type') ?? ''))
    refuse(
      400,
      10001,
      'Content-Type must be one of: application/javascript, text/javascript, multipart/form-data',
    );
  const form = await c.req
    .formData()
    .catch(() => refuse(400, 10001, 'Unable to authenticate or read the request body'));
  const metadata = readMetadata(form.get('metadata'));
  const modules = await readModules(form);
  if (!modules.some(({ name }) => name === metadata.main_module))
    refuse(400, 10021, `No such module "${metadata.main_module}".`);
  refuseTooLarge(modules);
  if (metadata.compatibility_date > new Date().toISOString().slice(0, 10))
    refuse(400, 10021, `Can't set compatibility date in the future: ${metadata.compatibility_date}`);
  const assets = metadata.assets
    ? openAssets(context.assetUploads, metadata.assets.jwt, metadata.assets.config)
    : metadata.keep_assets
      ? (previous?.assets ?? null)
      : null;
  const strict = c.req.query('bindings_inherit') === 'strict';
  const bindings = inherit(metadata.bindings as Binding[], metadata.keep_bindings, previous, strict);
  checkBindings(bindings, { account, assets });
  const upload = {
    mainModule: metadata.main_module,
    modules,
    bindings,
    compatibilityDate: metadata.compatibility_date,
    compatibilityFlags: metadata.compatibility_flags,
    assets,
    annotations: Object.fromEntries(
      Object.entries(metadata.annotations).flatMap(([name, text]) =>
        text === undefined ? [] : [[name, text]],
      ),
    ),
    limits: metadata.limits ?? null,
    tags: metadata.tags,
    observability: metadata.observability ?? null,
  };
  return { ...upload, digest: digestOf(upload) };
}

/** Whether two uploads run the same: annotations and tags are not in it. */
export function digestOf(upload: Omit<Upload, 'digest' | 'annotations' | 'tags' | 'observability'>): string {
  const hash = createHash('sha256');
  for (const { name, content } of upload.modules.toSorted(byName)) hash.update(name).update(content);
  const { mainModule, compatibilityDate, compatibilityFlags, assets, limits } = upload;
  const bindings = upload.bindings.toSorted(byName);
  hash.update(
    JSON.stringify({ mainModule, compatibilityDate, compatibilityFlags, assets, limits, bindings }),
  );
  return hash.digest('hex');
}

function readMetadata(part: unknown): z.infer<typeof metadataSchema> {
  if (typeof part !== 'string') return refuse(400, 10021, 'The uploaded script has no metadata part.');
  let value: unknown;
  try {
    value = JSON.parse(part);
  } catch {
    return refuse(400, 10021, 'The metadata part is not JSON.');
  }
  const parsed = metadataSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return refuse(400, 10021, `metadata: ${issue?.path.join('.')} ${issue?.message}`);
}

async function readModules(form: FormData): Promise<UploadedModule[]> {
  const modules: UploadedModule[] = [];
  for (const [name, part] of form) {
    if (name === 'metadata' || typeof part === 'string') continue;
    // Source maps are kept apart from what runs.
    if (part.type === 'application/source-map') continue;
    modules.push({ name, contentType: part.type, content: Buffer.from(await part.arrayBuffer()) });
  }
  if (modules.length > MOST_MODULES) refuse(400, 10021, `More than ${MOST_MODULES} modules.`);
  return modules;
}

function refuseTooLarge(modules: readonly UploadedModule[]): void {
  const raw = modules.reduce((sum, { content }) => sum + content.length, 0);
  // Nothing compresses to more than it was; most uploads need no look.
  if (raw <= LARGEST_SCRIPT_BYTES) return;
  const compressed = modules.reduce((sum, { content }) => sum + gzipSync(content).length, 0);
  if (compressed > LARGEST_SCRIPT_BYTES)
    refuse(413, 10027, 'Your Worker exceeded the size limit of 10 MiB. Please upload a smaller script.');
}

function openAssets(
  uploads: AssetUploads,
  jwt: string,
  config: Readonly<Record<string, unknown>>,
): AssetDirectory {
  const manifest = openCompletionToken(uploads, jwt);
  if (manifest === null) return refuse(400, 10021, 'The assets token is not one of a completed upload.');
  return { manifest, config };
}

/** `keep_bindings` keeps what is not named; `inherit` names one and, when strict, must find it. */
function inherit(
  named: readonly Binding[],
  kept: readonly string[],
  previous: Upload | null,
  strict: boolean,
): Binding[] {
  const before = new Map((previous?.bindings ?? []).map((binding) => [binding.name, binding]));
  const bindings: Binding[] = [];
  const missing: string[] = [];
  for (const binding of named) {
    if (binding.type !== 'inherit') {
      bindings.push(binding);
      continue;
    }
    const old = typeof binding['old_name'] === 'string' ? binding['old_name'] : binding.name;
    const found = before.get(old);
    if (found) bindings.push({ ...found, name: binding.name });
    else if (strict) missing.push(binding.name);
  }
  if (missing.length > 0)
    refuse(
      400,
      10057,
      `inherit binding '${missing[0]}' is invalid, could not find a binding named '${missing[0]}' in the previous version.`,
    );
  const present = new Set(named.map(({ name }) => name));
  for (const binding of before.values())
    if (kept.includes(binding.type) && !present.has(binding.name)) bindings.push(binding);
  return bindings;
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
