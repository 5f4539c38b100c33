/**
 * What the directory keeps about a hostname in KV, and which of two entries is right; used by tenant-directory.ts.
 *
 * | key | value | lives |
 * |---|---|---|
 * | `host/2/<hostname>`, e.g. `host/2/partner-seo.com` | `{"tenant":{…}\|null,"version":42,"freshUntil":1795238400000}` | 7 days |
 *
 * The `2` is the format's version: a release that changes the format, be it by a field more, writes beside the previous
 * one's keys. Within a version of the tenant nothing replaces an entry, so that one which a release of before wrote, without
 * the field, would stay. 2 has `brandAdditions`.
 * `tenant: null` is a tombstone: the hostname was known and is not any more. Hostnames that never were known are
 * not stored, or a flood of random names would fill the namespace.
 */
import { z } from 'zod';
import type { Hostname } from '../../contract/hostnames.ts';
import { resolutionSchema } from '../../contract/tenants.ts';
import { logEvent } from './metrics.ts';

const ENTRY_LIFETIME_SECONDS = 7 * 24 * 60 * 60;

const entrySchema = resolutionSchema.extend({ freshUntil: z.number() });
export type DirectoryEntry = z.infer<typeof entrySchema>;

/** Least that KV allows; the default of 60 s would make a change take longer to be seen. */
const KV_CACHE_SECONDS = 30;

export function entryKey(hostname: Hostname): string {
  return `host/2/${hostname}`;
}

/** Null for what this release cannot read, which is then as good as not stored. */
export function parseEntry(stored: unknown): DirectoryEntry | null {
  const parsed = entrySchema.safeParse(stored);
  return parsed.success ? parsed.data : null;
}

/**
 * Whether `candidate` may take the place of `held`. The database gives versions in the order of its commits, also
 * across tenants and for "there is no such host", so that the larger one never shows less.
 */
export function outranks(candidate: DirectoryEntry, held: DirectoryEntry | null): boolean {
  return held === null || candidate.version > held.version;
}

/** The KV namespace. Without it the directory still works, by asking the database within the same bounds. */
export class DirectoryStore {
  readonly #namespace: KVNamespace;

  constructor(namespace: KVNamespace) {
    this.#namespace = namespace;
  }

  /** Null when there is none, or none that can be read. */
  async read(hostname: Hostname): Promise<DirectoryEntry | null> {
    try {
      const options = { type: 'json', cacheTtl: KV_CACHE_SECONDS } as const;
      return parseEntry(await this.#namespace.get(entryKey(hostname), options));
    } catch (error) {
      logFailure(hostname, error);
      return null;
    }
  }

  /** Writes an entry, unless KV shows a newer one: then that one is the answer. */
  async write(hostname: Hostname, entry: DirectoryEntry): Promise<DirectoryEntry> {
    const stored = await this.read(hostname);
    if (stored && outranks(stored, entry)) return stored;
    try {
      const options = { expirationTtl: ENTRY_LIFETIME_SECONDS };
      await this.#namespace.put(entryKey(hostname), JSON.stringify(entry), options);
    } catch (error) {
      // One write per second and key is KV's limit; whoever comes next writes.
      logFailure(hostname, error);
    }
    return entry;
  }
}

function logFailure(hostname: Hostname, error: unknown): void {
  const reason = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
  logEvent('directory_store_failed', { host: hostname, reason });
}
