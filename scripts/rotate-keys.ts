/**
 * `npm run rotate-keys`: seals every OAuth client secret of the database with the first key of FIELD_KEYS. The steps
 * around it are in scripts/README.md. What is secret comes by environment or standard input, never by an argument, and
 * is never printed.
 */
import { text } from 'node:stream/consumers';
import postgres, { type Sql } from 'postgres';
import { z } from 'zod';
import {
  type FieldKeys,
  type SealedSecret,
  type SecretOwner,
  sealedSecretKeyId,
  sealedSecretSchema,
  sealSecret,
  unsealSecret,
} from '../contract/sealed-secret.ts';
import { PROVIDERS } from '../contract/tenants.ts';
import { formatTable } from './local/table.ts';

const USAGE = `Seals all OAuth client secrets with the first key of FIELD_KEYS.

  DATABASE_URL  connection string of the database's owner
  FIELD_KEYS    {"keys":[…]} as the tenant Workers have it, the new key first;
                read from standard input where the variable is not set

  --dry-run     counts, and changes nothing

Ends with 0 when every secret opens and has the first key, with 2 when some do not, with 1 when it could not run.`;
const BATCH = 100;
/** Each pass takes what others wrote during the one before; more than a few mean that somebody seals with an old key. */
const PASSES = 5;

/** As the Workers read it (worker-tenant/src/configuration.ts). */
const keyringSchema = z.object({
  keys: z
    .array(z.object({ kty: z.literal('oct'), kid: z.string().min(1).max(100), k: z.string().length(43) }))
    .min(1),
});
const rowSchema = z.object({
  tenantId: z.string(),
  hostname: z.string(),
  provider: z.enum(PROVIDERS),
  sealed: sealedSecretSchema,
});
type Row = z.infer<typeof rowSchema>;

interface Broken extends SecretOwner {
  readonly reason: string;
}

interface Pass {
  /** Secrets per key id, as they were found. */
  readonly found: ReadonlyMap<string, number>;
  readonly broken: readonly Broken[];
  /** Open, and sealed with another key than the first. */
  readonly due: number;
  /** Fewer than `due` where others wrote meanwhile; none in a dry run. */
  readonly rewritten: number;
}

/** Walks all rows once in the order of their key, a batch at a time. Whatever is interrupted is taken up by the next run. */
async function rotateOnce(sql: Sql, keys: FieldKeys, dryRun: boolean): Promise<Pass> {
  const newest = keys[0]?.kid;
  const found = new Map<string, number>();
  const broken: Broken[] = [];
  let [due, rewritten] = [0, 0];
  let last: SecretOwner | null = null;
  for (;;) {
    const rows: Row[] = await readBatch(sql, last);
    const changes: (Row & { readonly next: SealedSecret })[] = [];
    for (const row of rows) {
      const { sealed, ...owner } = row;
      const keyId = sealedSecretKeyId(sealed) ?? '(none)';
      found.set(keyId, (found.get(keyId) ?? 0) + 1);
      const secret = await unsealSecret(sealed, owner, keys);
      if (!secret.ok) broken.push({ ...owner, reason: secret.error });
      else if (keyId !== newest) changes.push({ ...row, next: await sealSecret(secret.value, owner, keys) });
    }
    due += changes.length;
    if (!dryRun && changes.length > 0) rewritten += await writeBatch(sql, changes);
    last = rows.at(-1) ?? null;
    if (last === null || rows.length < BATCH) return { found, broken, due, rewritten };
  }
}

async function readBatch(sql: Sql, after: SecretOwner | null): Promise<Row[]> {
  const rows = await sql`
    select tenant_id as "tenantId", hostname, provider, sealed_secret as sealed from public.tenant_oauth_clients
    ${after === null ? sql`` : sql`where (tenant_id, hostname, provider) > (${after.tenantId}, ${after.hostname}, ${after.provider})`}
    order by tenant_id, hostname, provider limit ${BATCH}`;
  return z.array(rowSchema).parse(rows);
}

/** Writes over exactly what was read: a secret that an admin saves meanwhile stays, and is looked at in the next pass. */
async function writeBatch(
  sql: Sql,
  changes: readonly (Row & { readonly next: SealedSecret })[],
): Promise<number> {
  const { count } = await sql`
    update public.tenant_oauth_clients as client set sealed_secret = change.next
    from jsonb_to_recordset(${sql.json([...changes])})
      as change ("tenantId" text, hostname text, provider text, sealed jsonb, next jsonb)
    where client.tenant_id = change."tenantId" and client.hostname = change.hostname
      and client.provider = change.provider and client.sealed_secret = change.sealed`;
  return count;
}

/** True when every secret opens, and has the first key unless that was only asked. */
async function rotate(sql: Sql, keys: FieldKeys, dryRun: boolean): Promise<boolean> {
  const newest = keys[0]?.kid;
  let last = await rotateOnce(sql, keys, dryRun);
  const counts = [...last.found].map(([keyId, count]) => [
    String(count).padStart(4),
    keyId,
    keyId === newest ? 'the first key' : keys.some(({ kid }) => kid === keyId) ? '' : 'not in FIELD_KEYS',
  ]);
  console.log(counts.length === 0 ? 'There are no secrets.' : `Secrets by key:\n${formatTable(counts)}`);
  let { rewritten } = last;
  for (let pass = 1; !dryRun && last.rewritten < last.due && pass < PASSES; pass++) {
    last = await rotateOnce(sql, keys, false);
    rewritten += last.rewritten;
  }
  console.log(dryRun ? `${last.due} to seal again; nothing is changed.` : `${rewritten} sealed again.`);
  for (const { tenantId, hostname, provider, reason } of last.broken)
    console.log(`Cannot be opened (${reason}): ${tenantId}, ${hostname}, ${provider}`);
  if (!dryRun && last.rewritten < last.due) console.log('Others keep writing: run it again.');
  return last.broken.length === 0 && (dryRun || last.rewritten === last.due);
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  // What was typed is not repeated: it might be what must not be seen.
  if (args.some((arg) => arg !== '--dry-run')) throw new Error(USAGE);
  const { DATABASE_URL: url, FIELD_KEYS: given } = process.env;
  if (!url) throw new Error(`DATABASE_URL is not set.\n\n${USAGE}`);
  const keys = readKeyring(given ?? (process.stdin.isTTY ? '' : await text(process.stdin)));
  const sql = connect(url);
  try {
    return (await rotate(sql, keys, args.includes('--dry-run'))) ? 0 : 2;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function readKeyring(json: string): FieldKeys {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new Error('FIELD_KEYS is not JSON.');
  }
  const keyring = keyringSchema.safeParse(parsed);
  if (!keyring.success)
    throw new Error('FIELD_KEYS holds no keys: {"keys":[{"kty":"oct","kid":"…","k":"…"}]}, 256 bits each.');
  const { keys } = keyring.data;
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length)
    throw new Error('FIELD_KEYS holds two keys of the same id.');
  return keys;
}

function connect(url: string): Sql {
  try {
    return postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
  } catch {
    // The error of a malformed address repeats it, password and all.
    throw new Error('DATABASE_URL is no connection string.');
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  // Postgres names the row in `detail`, which stays here.
  console.error(error instanceof Error ? error.message : 'It could not run.');
  process.exitCode = 1;
}
