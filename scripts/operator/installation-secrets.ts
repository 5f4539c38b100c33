/**
 * All secrets of an installation in one JSON document: its schema, its file, and what of it each Worker is given. In
 * each list the first key signs or seals, and all of them verify or open. Called by deploy, create-secrets,
 * rotate-keys, doctor, and local/keys.ts.
 */
import { createPrivateKey, createPublicKey, randomUUID, sign, verify } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, link, open, realpath, rename, rm } from 'node:fs/promises';
import type { JWK } from 'jose';
import { z } from 'zod';
import { workerNameSchema } from '../../contract/tenants.ts';
import { Refusal } from '../local/steps.ts';
import { ENVIRONMENTS, type EnvironmentName } from './deploy/deploy-config.ts';
import { createSigningKey, createSymmetricKey, publicHalf, type SecretKey } from './key-making.ts';
import type { ToolWorld } from './tool.ts';

const KEYS_PER_LIST = 8;
const WORKERS = 200;
const MAX_FILE_BYTES = 64 * 1024;

const kid = z.string().regex(/^[\w.:-]{1,100}$/);
/** 256 bits as base64url. */
const bits256 = z.string().regex(/^[\w-]{43}$/);
const signing = { kid, use: z.literal('sig').exactOptional() };
const contextKeySchema = z
  .object({
    ...signing,
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: bits256,
    d: bits256,
    alg: z.literal(['EdDSA', 'Ed25519']).exactOptional(),
  })
  .refine(isWhole);
const supabaseKeySchema = z
  .object({
    ...signing,
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: bits256,
    y: bits256,
    d: bits256,
    alg: z.literal('ES256').exactOptional(),
  })
  .refine(isWhole);
const symmetric = { kty: z.literal('oct'), kid, k: bits256 };
const sessionKeySchema = z.object({
  ...symmetric,
  alg: z.literal('HS256').exactOptional(),
  use: z.literal('sig').exactOptional(),
});
const fieldKeySchema = z.object({
  ...symmetric,
  alg: z.literal('A256GCM').exactOptional(),
  use: z.literal('enc').exactOptional(),
});
const text = z.string().regex(/^[\x21-\x7e]{1,300}$/);
export const publishableKeySchema = z.string().regex(/^sb_publishable_[\w-]{1,200}$/);
export const oauthClientSchema = z.strictObject({ clientId: text, clientSecret: text });
const time = z.iso.datetime();
/** When what became of a key was deployed. Holds no secret. */
const keyHistorySchema = z.strictObject({
  kid,
  /** Last in its list from then on. */
  added: time,
  /** First in its list from then on. */
  promoted: time.optional(),
});
const listOf = <Key extends z.ZodType>(key: Key) => z.array(key).min(1).max(KEYS_PER_LIST);

const secretsSchema = z.strictObject({
  version: z.literal(1),
  /** Whose it is; documents of before do not say. */
  environment: z.enum(ENVIRONMENTS).exactOptional(),
  /** Ed25519: sign tenant contexts. */
  contextKeys: listOf(contextKeySchema),
  /** ES256: sign the tokens for the Data API. */
  supabaseKeys: listOf(supabaseKeySchema),
  /** HS256 by logical Worker: sign sessions. */
  sessionKeys: z
    .record(workerNameSchema, listOf(sessionKeySchema))
    .refine((lists) => Object.keys(lists).length <= WORKERS),
  /** A256GCM: seal fields of the database. */
  fieldKeys: listOf(fieldKeySchema),
  /** What Supabase calls its publishable key: public, but asked for. */
  publishableKey: publishableKeySchema,
  /** The platform's own OAuth clients, for hosts under the platform's domain. */
  github: oauthClientSchema,
  google: oauthClientSchema,
  history: z.array(keyHistorySchema).max(10_000).default([]),
});

export type OAuthClient = z.infer<typeof oauthClientSchema>;
export type KeyHistory = z.infer<typeof keyHistorySchema>;

export interface InstallationSecrets {
  readonly version: 1;
  readonly environment?: EnvironmentName;
  readonly contextKeys: readonly SecretKey[];
  readonly supabaseKeys: readonly SecretKey[];
  readonly sessionKeys: Readonly<Record<string, readonly SecretKey[]>>;
  readonly fieldKeys: readonly SecretKey[];
  readonly publishableKey: string;
  readonly github: OAuthClient;
  readonly google: OAuthClient;
  readonly history: readonly KeyHistory[];
}

/** Refuses with the place of what is wrong, and never with a value. */
export function parseSecrets(document: string): InstallationSecrets {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    // The parser's message quotes what it read.
    throw new Refusal('The secrets document is no JSON.');
  }
  const parsed = secretsSchema.safeParse(value);
  if (!parsed.success) {
    const places = [...new Set(parsed.error.issues.map(({ path, code }) => placeOf(path, code)))].slice(0, 5);
    throw new Refusal(`The secrets document is malformed at: ${places.join(', ')}.`);
  }
  const keys = allKeys(parsed.data);
  if (new Set(keys.map((key) => key.kid)).size < keys.length)
    throw new Refusal('The secrets document holds two keys of the same kid: each key is one of its own.');
  if (new Set(keys.map((key) => key.k ?? key.d)).size < keys.length)
    throw new Refusal(
      'The secrets document holds one key twice: each Worker and each use has keys of its own.',
    );
  return parsed.data;
}

/** The names of the schema and of Workers; what else stands as a name may be a secret in the wrong place. */
function placeOf(path: readonly PropertyKey[], code: string): string {
  const known = code === 'invalid_key' ? path.slice(0, -1) : path;
  const place = known.map(String).join('.') || 'its top';
  return code === 'unrecognized_keys' ? `${place} (has names that it does not take)` : place;
}

/** False for halves that do not belong together: what the one signs, the other would not verify. */
function isWhole(key: JWK & { readonly kty: string; readonly d: string }): boolean {
  const { d: _private, ...half } = key;
  try {
    const probe = Buffer.from('marquee');
    const digest = half.kty === 'EC' ? 'sha256' : null;
    const signature = sign(digest, probe, createPrivateKey({ key, format: 'jwk' }));
    return verify(digest, probe, createPublicKey({ key: half, format: 'jwk' }), signature);
  } catch {
    return false;
  }
}

function allKeys(secrets: InstallationSecrets): readonly SecretKey[] {
  const { contextKeys, supabaseKeys, sessionKeys, fieldKeys } = secrets;
  return [...contextKeys, ...supabaseKeys, ...Object.values(sessionKeys).flat(), ...fieldKeys];
}

interface Accounts {
  readonly publishableKey: string;
  readonly github: OAuthClient;
  readonly google: OAuthClient;
}

/** Fresh keys, one session list for each Worker. `now` in milliseconds since the epoch; `environment` null: not said. */
export async function createSecrets(
  accounts: Accounts,
  workers: readonly string[],
  now: number,
  environment: EnvironmentName | null = null,
): Promise<InstallationSecrets> {
  const sessionKeys: Record<string, SecretKey[]> = {};
  for (const worker of workers) sessionKeys[worker] = [await createSymmetricKey('HS256')];
  const secrets = {
    version: 1,
    ...(environment !== null && { environment }),
    contextKeys: [await createSigningKey('Ed25519')],
    supabaseKeys: [await createSigningKey('ES256')],
    sessionKeys,
    fieldKeys: [await createSymmetricKey('A256GCM')],
    ...accounts,
    history: [],
  } as const;
  const added = new Date(now).toISOString();
  return { ...secrets, history: allKeys(secrets).map((key) => ({ kid: key.kid, added, promoted: added })) };
}

/** One more Worker's session list. */
export async function addWorker(
  secrets: InstallationSecrets,
  worker: string,
  now: number,
): Promise<InstallationSecrets> {
  const key = await createSymmetricKey('HS256');
  const added = new Date(now).toISOString();
  return {
    ...secrets,
    sessionKeys: { ...secrets.sessionKeys, [worker]: [key] },
    history: [...secrets.history, { kid: key.kid, added, promoted: added }],
  };
}

/** Refuses a file that others may read, that is no regular file, or that is larger than 64 kB. */
export async function readSecretsFile(file: string): Promise<InstallationSecrets> {
  // Non-blocking: opening a pipe without a writer would wait for one.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(unusable(file, 'read'));
  try {
    const stats = await handle.stat();
    requirePrivate(file, stats);
    return parseSecrets(await handle.readFile('utf8'));
  } finally {
    await handle.close();
  }
}

function requirePrivate(file: string, { mode, size }: Stats): void {
  if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw new Refusal(`${file} is no regular file.`);
  if ((mode & 0o177) !== 0) throw new Refusal(`${file} may be used by others than you: chmod 600 ${file}`);
  if (size > MAX_FILE_BYTES) throw new Refusal(`${file} is larger than ${MAX_FILE_BYTES / 1024} kB.`);
}

/** The whole document or none of it, readable by its owner alone. `fresh` refuses to replace a file. */
export async function writeSecretsFile(
  file: string,
  secrets: InstallationSecrets,
  { fresh = false }: { readonly fresh?: boolean } = {},
): Promise<void> {
  const place = fresh ? file : await realpath(file).catch(() => file);
  const draft = `${place}.${randomUUID()}`;
  const handle = await open(draft, 'wx', 0o600).catch(unusable(file, 'written'));
  try {
    await writeDraft(handle, secrets);
    // A link is refused where there is something already; a rename replaces it.
    await (fresh ? link(draft, place) : rename(draft, place)).catch(unusable(file, 'written'));
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeDraft(handle: FileHandle, secrets: InstallationSecrets): Promise<void> {
  try {
    await handle.writeFile(`${JSON.stringify(secrets, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unusable(file: string, verb: string): (error: NodeJS.ErrnoException) => never {
  return ({ code }) => {
    throw new Refusal(
      code === 'EEXIST' ? `${file} is there already.` : `${file} cannot be ${verb}: ${code}.`,
    );
  };
}

/** Where a tool has the document from: `--secrets-file`, else MARQUEE_SECRETS, else what a person at a terminal names. */
export async function readSecrets(
  { env, ask }: Pick<ToolWorld, 'env' | 'ask'>,
  given: string | undefined,
): Promise<{ readonly secrets: InstallationSecrets; readonly file: string | null }> {
  const document = env['MARQUEE_SECRETS'];
  if (given === undefined && document) return { secrets: parseSecrets(document), file: null };
  const file = given ?? (await ask?.('File of the secrets document: ')) ?? '';
  if (file === '') throw new Refusal('Name the secrets document: --secrets-file FILE, or MARQUEE_SECRETS.');
  return { secrets: await readSecretsFile(file), file };
}

/**
 * A document of another environment would sign everybody out, and open what belongs to the other. Throws a Refusal;
 * answers a hint for a document that does not say whose it is, else null.
 */
export function requireEnvironment(secrets: InstallationSecrets, name: EnvironmentName): string | null {
  if (secrets.environment === name) return null;
  if (secrets.environment !== undefined)
    throw new Refusal(
      `The secrets document is of ${secrets.environment}, and this is ${name}: name that of ${name} by --secrets-file or MARQUEE_SECRETS.`,
    );
  return `The secrets document does not say whose it is. Is it of ${name}? Then write "environment": "${name}" into it, behind "version": 1, and it cannot be mistaken any more.`;
}

/** The public halves of the keys that sign tokens for the Data API (an RFC 7517 set). */
export function supabaseJwks({ supabaseKeys }: InstallationSecrets): { keys: JWK[] } {
  return { keys: supabaseKeys.map(publicHalf) };
}

/** The dispatcher's secrets, as its wrangler.jsonc names them. */
export function dispatcherSecrets(secrets: InstallationSecrets): Record<string, string> {
  return {
    CONTEXT_SIGNING_KEY: JSON.stringify(firstOf(secrets.contextKeys)),
    SUPABASE_JWKS: JSON.stringify(supabaseJwks(secrets)),
  };
}

/** A tenant Worker's secrets, by its logical name. */
export function tenantSecrets(secrets: InstallationSecrets, worker: string): Record<string, string> {
  // An own property: `constructor` is a Worker's name, too.
  const sessions = Object.hasOwn(secrets.sessionKeys, worker) ? secrets.sessionKeys[worker] : undefined;
  if (sessions === undefined)
    throw new Refusal(
      `The secrets document has no session keys for ${worker}. Add some: npm run create-secrets -- FILE --add-worker ${worker}`,
    );
  const { github, google } = secrets;
  return {
    CONTEXT_KEYS: JSON.stringify({ keys: secrets.contextKeys.map(publicHalf) }),
    SESSION_KEYS: JSON.stringify({ keys: sessions }),
    FIELD_KEYS: JSON.stringify({ keys: secrets.fieldKeys }),
    SUPABASE_SIGNING_KEY: JSON.stringify(firstOf(secrets.supabaseKeys)),
    GITHUB_CLIENT_ID: github.clientId,
    GITHUB_CLIENT_SECRET: github.clientSecret,
    GOOGLE_CLIENT_ID: google.clientId,
    GOOGLE_CLIENT_SECRET: google.clientSecret,
  };
}

/** The jobs Worker's secrets, as its wrangler.jobs.jsonc names them. */
export function jobsSecrets(secrets: InstallationSecrets): Record<string, string> {
  return { SUPABASE_SIGNING_KEY: JSON.stringify(firstOf(secrets.supabaseKeys)) };
}

function firstOf(keys: readonly SecretKey[]): SecretKey {
  const [first] = keys;
  if (first === undefined) throw new TypeError('a list of keys is empty');
  return first;
}
