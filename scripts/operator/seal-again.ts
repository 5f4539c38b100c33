/** Seals every OAuth client secret of the database with the first of the field keys. Called by rotate-keys.ts. */
import type { TransactionSql } from 'postgres';
import { z } from 'zod';
import {
  type FieldKeys,
  type SealedSecret,
  type SecretOwner,
  sealedSecretKeyId,
  sealedSecretSchema,
  sealSecret,
  unsealSecret,
} from '../../contract/sealed-secret.ts';
import { PROVIDERS } from '../../contract/tenants.ts';
import { formatTable } from '../local/table.ts';
import type { ToolResult, ToolRun } from './tool.ts';

type Run = Pick<ToolRun<Record<never, never>>, 'transact' | 'dryRun'>;

const BATCH = 100;
/** Each pass takes what others wrote during the one before; more than a few mean that somebody seals with an old key. */
const PASSES = 5;

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
async function rotateOnce({ transact, dryRun }: Run, keys: FieldKeys): Promise<Pass> {
  const newest = keys[0]?.kid;
  const found = new Map<string, number>();
  const broken: Broken[] = [];
  let [due, rewritten] = [0, 0];
  let last: SecretOwner | null = null;
  for (;;) {
    const after = last;
    const rows: Row[] = await transact((sql) => readBatch(sql, after));
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
    if (!dryRun && changes.length > 0) rewritten += await transact((sql) => writeBatch(sql, changes));
    last = rows.at(-1) ?? null;
    if (last === null || rows.length < BATCH) return { found, broken, due, rewritten };
  }
}

async function readBatch(sql: TransactionSql, after: SecretOwner | null): Promise<Row[]> {
  const rows = await sql`
    select tenant_id as "tenantId", hostname, provider, sealed_secret as sealed from public.tenant_oauth_clients
    ${after === null ? sql`` : sql`where (tenant_id, hostname, provider) > (${after.tenantId}, ${after.hostname}, ${after.provider})`}
    order by tenant_id, hostname, provider limit ${BATCH}`;
  return z.array(rowSchema).parse(rows);
}

/** Writes over exactly what was read: a secret that an admin saves meanwhile stays, and is looked at in the next pass. */
async function writeBatch(
  sql: TransactionSql,
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

export interface Sealing extends ToolResult {
  /** Nothing was found that another key than the first has sealed: the others are not needed any more. */
  readonly clean: boolean;
}

/** Fails when some do not open, after sealing the rest. */
export async function sealAgain(run: Run, keys: FieldKeys): Promise<Sealing> {
  const { dryRun } = run;
  const newest = keys[0]?.kid ?? '';
  const first = await rotateOnce(run, keys);
  let last = first;
  let { rewritten } = first;
  for (let pass = 1; !dryRun && last.rewritten < last.due && pass < PASSES; pass++) {
    last = await rotateOnce(run, keys);
    rewritten += last.rewritten;
  }
  const unfinished = !dryRun && last.rewritten < last.due;
  const keyCounts = [...first.found].map(([keyId, secrets]) => ({
    keyId,
    secrets,
    known: keys.some(({ kid }) => kid === keyId),
  }));
  return {
    data: { newest, keys: keyCounts, due: last.due, rewritten, broken: last.broken, unfinished, dryRun },
    text: [
      keyCounts.length === 0
        ? 'There are no secrets.'
        : `Secrets by key:\n${formatTable(
            keyCounts.map(({ keyId, secrets, known }) => [
              String(secrets).padStart(4),
              keyId,
              keyId === newest ? 'the first key' : known ? '' : 'not in FIELD_KEYS',
            ]),
          )}`,
      dryRun ? `${last.due} to seal again; nothing is changed.` : `${rewritten} sealed again.`,
      ...last.broken.map(
        ({ tenantId, hostname, provider, reason }) =>
          `Cannot be opened (${reason}): ${tenantId}, ${hostname}, ${provider}`,
      ),
      ...(unfinished ? ['Others keep writing: run it again.'] : []),
    ].join('\n'),
    failed: last.broken.length > 0 || unfinished,
    clean: first.due === 0 && first.broken.length === 0,
  };
}
