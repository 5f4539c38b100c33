/**
 * The keys of the embedded platform: made once, kept in `.local/keys.json` (0600), handed to the Workers as secrets.
 * Called by platform.ts, dev.ts and the test configuration. None of them is worth anything outside this machine.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JWK } from 'jose';
import { z } from 'zod';
import * as installation from '../operator/installation-secrets.ts';
import { createSigningKey, createSymmetricKey, publicHalf, type SecretKey } from '../operator/key-making.ts';

const jwkSchema = z.looseObject({ kty: z.string(), kid: z.string() });
const clientSchema = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) });

/** Private keys are whole JWKs; `oct` keyrings are used first to last: the first signs or encrypts, all of them open. */
const keysSchema = z.object({
  version: z.literal(1),
  /** Ed25519: signs the tenant context. */
  contextSigning: jwkSchema,
  /** ES256: signs the tokens for the Data API. */
  supabaseSigning: jwkSchema,
  /** 256-bit `oct`: signs sessions. */
  sessions: z.array(jwkSchema).min(1),
  /** 256-bit `oct`: encrypts fields in the database. */
  fields: z.array(jwkSchema).min(1),
  /** What a Supabase project calls its publishable key: public, but asked for. */
  publishableKey: z.string().startsWith('sb_publishable_'),
  /** The platform's own OAuth clients, for hosts under the platform's domain. */
  github: clientSchema,
  google: clientSchema,
});

export type { SecretKey };

export interface PlatformKeys {
  readonly version: 1;
  readonly contextSigning: SecretKey;
  readonly supabaseSigning: SecretKey;
  readonly sessions: readonly SecretKey[];
  readonly fields: readonly SecretKey[];
  readonly publishableKey: string;
  readonly github: { readonly clientId: string; readonly clientSecret: string };
  readonly google: { readonly clientId: string; readonly clientSecret: string };
}

/** A fresh set, for development and for each test run. */
export async function createKeys(): Promise<PlatformKeys> {
  return {
    version: 1,
    contextSigning: await createSigningKey('Ed25519'),
    supabaseSigning: await createSigningKey('ES256'),
    sessions: [await createSymmetricKey('HS256')],
    fields: [await createSymmetricKey('A256GCM')],
    publishableKey: `sb_publishable_${randomBytes(16).toString('base64url')}`,
    github: {
      clientId: `Iv23li${randomBytes(7).toString('hex')}`,
      clientSecret: randomBytes(20).toString('hex'),
    },
    google: {
      clientId: `${randomBytes(6).toString('hex')}.apps.googleusercontent.com`,
      clientSecret: `GOCSPX-${randomBytes(21).toString('base64url')}`,
    },
  };
}

/** The keys in `file`, or new ones written there when there are none that this version can read. */
export async function loadKeys(file: string): Promise<PlatformKeys> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  const stored = text === null ? null : parseKeys(text);
  if (stored) {
    await chmod(file, 0o600);
    return stored;
  }
  const keys = await createKeys();
  await writePrivately(file, `${JSON.stringify(keys, null, 2)}\n`);
  return keys;
}

function parseKeys(text: string): PlatformKeys | null {
  try {
    return keysSchema.parse(JSON.parse(text)) as PlatformKeys;
  } catch {
    // Half-written, edited or of another version: new keys cost a developer one more sign-in.
    return null;
  }
}

/** The public half of what the dispatcher holds for the tokens of the Data API (RFC 7517 set). */
export function supabasePublicKeys(keys: PlatformKeys): { keys: JWK[] } {
  return { keys: [publicHalf(keys.supabaseSigning)] };
}

/** The dispatcher's secrets, as its wrangler.jsonc names them. */
export function dispatcherSecrets(keys: PlatformKeys): Record<string, string> {
  return installation.dispatcherSecrets(asInstallation(keys));
}

/** A tenant Worker's secrets. The three Workers share them here, so that only the claims keep tenants apart in tests. */
export function tenantSecrets(keys: PlatformKeys): Record<string, string> {
  return installation.tenantSecrets(asInstallation(keys), 'partner-tenant');
}

function asInstallation(keys: PlatformKeys): installation.InstallationSecrets {
  const { contextSigning, supabaseSigning, sessions, fields, publishableKey, github, google } = keys;
  return {
    version: 1,
    contextKeys: [contextSigning],
    supabaseKeys: [supabaseSigning],
    sessionKeys: { 'partner-tenant': sessions },
    fieldKeys: fields,
    publishableKey,
    github,
    google,
    history: [],
  };
}

/** Writes a `.dev.vars` file: single-quoted dotenv values (JSON holds no single quotes of ours), readable by its owner. */
export async function writeDevVars(file: string, vars: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(vars).map(([name, value]) => {
    if (/['\r\n]/.test(value)) throw new TypeError(`${name} does not fit into a .dev.vars file`);
    return `${name}='${value}'`;
  });
  const text = `# Written by npm run dev. Keys of this machine only.\n${lines.join('\n')}\n`;
  const present = await readFile(file, 'utf8').catch(() => null);
  // An untouched file keeps its time: Vite restarts the Workers when it changes.
  if (present === text) return chmod(file, 0o600);
  await writePrivately(file, text);
}

async function writePrivately(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}
