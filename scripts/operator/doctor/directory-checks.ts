/**
 * Is what KV holds of hostnames in step with the database? Called by doctor.ts, with access to Cloudflare; what visitors get
 * of it is asked by tenant-checks.ts. Entries are read and never written.
 *
 * An entry that has run out is asked for anew with the next visit: that it is behind does no harm. One that has not, or
 * that would be shown once more, does.
 */
import { isDeepStrictEqual } from 'node:util';
import type { TransactionSql } from 'postgres';
import { z } from 'zod';
import { DIRECTORY_PREFIX, type DirectoryEntry, directoryEntrySchema } from '../../../contract/directory.ts';
import { resolutionSchema } from '../../../contract/tenants.ts';
import type { CloudflareClient } from '../cloudflare-client.ts';
import type { DeployEnvironment } from '../deploy/deploy-config.ts';
import { parseJson } from '../deploy/smoke-test.ts';
import type { Deployed } from './deployed.ts';
import { type Check, type Finding, fail, ok, warn } from './findings.ts';
import { LAG_MILLISECONDS } from './installation.ts';

const CHECK_SECONDS = 180;
/** Each hundred is a call. */
const MOST_ENTRIES = 10_000;
const MOST_FINDINGS = 20;
/** `FRESH_SECONDS` of worker-dispatcher/wrangler.jsonc. */
export const FRESH_MILLISECONDS = 5 * 60_000;
/** No `FRESH_SECONDS` is longer. */
export const LONGEST_FRESH_MILLISECONDS = 60 * 60_000;
/** Of worker-dispatcher/src/tenant-directory.ts: for so long an entry that has run out is shown while it is asked for. */
export const STALE_LIMIT_MILLISECONDS = 60 * 60_000;

const NOT_REFRESHED = 'Look for directory_stale and directory_unreachable in the dispatcher’s log.';

const currentSchema = z.object({
  hostname: z.string(),
  /** Null for an answer of another release than this clone's. */
  resolution: resolutionSchema.nullable().catch(null),
  /** Of the tenant's last change; null where there is no tenant. */
  updatedAt: z.date().nullable(),
});
type Current = z.infer<typeof currentSchema>;

interface DirectoryInput {
  readonly cloudflare: CloudflareClient;
  readonly environment: DeployEnvironment;
  readonly deployed: () => Promise<Deployed>;
  readonly transact: <T>(work: (sql: TransactionSql) => Promise<T>) => Promise<T>;
  /** With `--tenant`: only these. Null: all that KV has. */
  readonly hostnames: readonly string[] | null;
}

export function directoryChecks(input: DirectoryInput): Check[] {
  const about = `KV ${input.environment.names.directory}`;
  return [{ group: 'directory', about, seconds: CHECK_SECONDS, run: () => judgeDirectory(about, input) }];
}

async function judgeDirectory(
  about: string,
  { cloudflare, environment, deployed, transact, hostnames }: DirectoryInput,
): Promise<Finding[]> {
  const title = environment.names.directory;
  const kv = (await cloudflare.listKvNamespaces()).find((one) => one.title === title);
  if (kv === undefined) return [fail(about, 'is not there', 'Deploy.')];
  const [main] = (await deployed()).dispatcher;
  if (main !== undefined && main.directoryId !== kv.id)
    return [
      fail(about, `has the id ${kv.id}, and the dispatcher reads ${main.directoryId ?? 'none'}`, 'Deploy.'),
    ];
  const { names, more } =
    hostnames === null
      ? await cloudflare.listKvKeys(kv.id, DIRECTORY_PREFIX, MOST_ENTRIES)
      : { names: hostnames.map((hostname) => `${DIRECTORY_PREFIX}${hostname}`), more: false };
  const entries = await cloudflare.readKvValues(kv.id, names);
  // Read after the entries: the database is never the one that is behind.
  const current = await transact((sql) => resolveHostnames(sql, [...entries.keys()].map(hostnameOf)));
  const now = Date.now();
  const judged = [...entries].map(([key, text]) => {
    const hostname = hostnameOf(key);
    return judgeEntry(hostname, parseJson(text), current.get(hostname), now);
  });
  const findings = judged.filter((one) => typeof one !== 'string');
  if (findings.length > MOST_FINDINGS)
    return [
      ...findings.toSorted((one, other) => one.level.localeCompare(other.level)).slice(0, MOST_FINDINGS),
      warn(about, `${findings.length - MOST_FINDINGS} more entries like these`, 'Begin with those above.'),
    ];
  if (findings.length > 0) return findings;
  const waiting = judged.filter((one) => one === 'waits').length;
  return [
    ok(
      about,
      [
        `${more ? `the first ${entries.size}` : entries.size} entries, none of them behind the database`,
        ...(waiting > 0 ? [`${waiting} have run out and are asked for anew with the next visit`] : []),
        ...(more ? [`it has more than the ${MOST_ENTRIES} that are read here`] : []),
      ].join('; '),
    ),
  ];
}

function hostnameOf(key: string): string {
  return key.slice(DIRECTORY_PREFIX.length);
}

async function resolveHostnames(
  sql: TransactionSql,
  hostnames: readonly string[],
): Promise<ReadonlyMap<string, Current>> {
  const rows = await sql`
    select asked.hostname, public.resolve_hostname(asked.hostname) as resolution, tenant.updated_at as "updatedAt"
    from unnest(${sql.array([...hostnames])}::text[]) as asked (hostname)
      left join public.tenant_domains as named on named.domain = asked.hostname
      left join public.tenants as tenant on tenant.tenant_id = named.tenant_id`;
  return new Map(
    z
      .array(currentSchema)
      .parse(rows)
      .map((row) => [row.hostname, row]),
  );
}

/** `now` in milliseconds since 1970. */
export function judgeEntry(
  hostname: string,
  stored: unknown,
  current: Current | undefined,
  now: number,
): Finding | 'in step' | 'waits' {
  const about = `${hostname} in KV`;
  const parsed = directoryEntrySchema.safeParse(stored);
  if (!parsed.success)
    return warn(about, 'cannot be read, and so is asked for anew', 'Did another tool write it?');
  const { data: entry } = parsed;
  if (!current?.resolution)
    return fail(
      about,
      'the database resolves it to what this clone cannot read',
      'Examine it from the commit that is deployed.',
    );
  const { tenant, version } = current.resolution;
  if (entry.freshUntil > now + LONGEST_FRESH_MILLISECONDS)
    return fail(
      about,
      `would not be asked for before ${new Date(entry.freshUntil).toISOString()}`,
      'No dispatcher writes that. Delete the key, and find out who did.',
    );
  if (entry.version > version && (entry.tenant !== null || tenant !== null))
    return fail(
      about,
      `has version ${entry.version}, the database ${version}: it is not believed`,
      'Was a backup restored? Raise app.directory_version and the versions of tenants above what KV has.',
    );
  if (entry.tenant === null && tenant === null) return 'in step';
  if (entry.version === version)
    return isDeepStrictEqual(entry.tenant, tenant)
      ? 'in step'
      : fail(
          about,
          `holds something else than the database under the same version, ${version}`,
          'Nothing replaces it before the next change. Delete the key, and find out who wrote it.',
        );
  return judgeBehind(about, entry, current, now);
}

function judgeBehind(
  about: string,
  entry: DirectoryEntry,
  { resolution, updatedAt }: Current,
  now: number,
): Finding | 'waits' {
  const { tenant = null, version = 0 } = resolution ?? {};
  // Of what is gone nobody knows since when; it was there when the entry was asked for.
  const changed = updatedAt?.getTime() ?? entry.freshUntil - FRESH_MILLISECONDS;
  const status = tenant?.status ?? 'unknown';
  const closed = entry.tenant?.status === 'active' && status !== 'active';
  const words = closed
    ? `still opens the portal of ${entry.tenant?.tenantId}, which the database has as ${status}`
    : `is of version ${entry.version}, the database has ${version}`;
  if (now - changed < LAG_MILLISECONDS)
    return warn(about, `${words}; it was changed a moment ago`, 'Run this again in ten minutes.');
  if (now < entry.freshUntil) return fail(about, words, NOT_REFRESHED);
  const shownOnceMore = closed && now < entry.freshUntil + STALE_LIMIT_MILLISECONDS;
  if (!shownOnceMore) return 'waits';
  const asked = about.replace(/ .*/, '');
  return fail(
    about,
    `${words}: whoever comes next gets it once more`,
    `Open https://${asked}/ and run this again. ${NOT_REFRESHED}`,
  );
}
