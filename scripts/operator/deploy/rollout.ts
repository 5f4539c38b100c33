/**
 * A release that has begun and has not proved itself yet: what is gone back to, and who was not well before it. It is
 * kept in the project's database, so that whoever goes on, at whichever machine, goes on from there; the lock of a
 * deployment keeps it from being written twice at once.
 */
import type { Sql } from 'postgres';
import { z } from 'zod';
import { Refusal } from '../../local/steps.ts';

const KEY = 'deployment_rollout';
/** What a setting may have (supabase/migrations: app.settings). */
const MOST_CHARACTERS = 2000;
const MOST_RELEASES = 8;

const rolloutSchema = z.object({
  /** Tried since the beginning, the present one last. */
  releases: z.array(z.string().min(1).max(200)).min(1).max(MOST_RELEASES),
  /** Dispatcher version to go back to; null with the first release. */
  previousVersion: z.string().max(100).nullable(),
  /** When who is well was looked at, RFC 3339: tenants that came later do not decide. */
  since: z.iso.datetime(),
  /** Tenants that were not as they should be then: they do not decide, either. */
  ill: z.array(z.string().max(63)),
});
export type Rollout = z.infer<typeof rolloutSchema>;

/** Null where none has begun, or where there is no schema yet. */
export async function readRollout(sql: Sql): Promise<Rollout | null> {
  const [table] = await sql<{ there: boolean }[]>`select to_regclass('app.settings') is not null as there`;
  const [row] = table?.there
    ? await sql<{ value: string }[]>`select value from app.settings where key = ${KEY}`
    : [];
  if (row === undefined) return null;
  const parsed = z
    .string()
    .transform((text) => JSON.parse(text))
    .pipe(rolloutSchema)
    .safeParse(row.value);
  if (!parsed.success)
    throw new Refusal(
      `What app.settings has under ${KEY} is of another release of these tools. When no deployment is under way: delete from app.settings where key = '${KEY}'.`,
    );
  return parsed.data;
}

/** Null: it has proved itself, or was taken back. */
export async function writeRollout(sql: Sql, rollout: Rollout | null): Promise<void> {
  if (rollout === null) {
    await sql`delete from app.settings where key = ${KEY}`;
    return;
  }
  const value = fitting({ ...rollout, releases: rollout.releases.slice(-MOST_RELEASES) });
  await sql`insert into app.settings (key, value) values (${KEY}, ${value})
    on conflict (key) do update set value = excluded.value`;
}

/** Of very many that are ill, some are left out: they then decide, which stops a release rather than let it pass. */
function fitting(rollout: Rollout): string {
  for (let { ill } = rollout; ; ill = ill.slice(0, ill.length >> 1)) {
    const text = JSON.stringify({ ...rollout, ill });
    if (text.length <= MOST_CHARACTERS || ill.length === 0) return text;
  }
}
