/** What the directory keeps about a hostname in KV (contract/directory.ts), and which of two entries is right; used by tenant-directory.ts. */
import { DIRECTORY_PREFIX, type DirectoryEntry, directoryEntrySchema } from '../../contract/directory.ts';
import type { Hostname } from '../../contract/hostnames.ts';
import { logEvent } from './metrics.ts';

const ENTRY_LIFETIME_SECONDS = 7 * 24 * 60 * 60;

/** Least that KV allows; the default of 60 s would make a change take longer to be seen. */
const KV_CACHE_SECONDS = 30;

export function entryKey(hostname: Hostname): string {
  return `${DIRECTORY_PREFIX}${hostname}`;
}

/** Null for what this release cannot read, which is then as good as not stored. */
export function parseEntry(stored: unknown): DirectoryEntry | null {
  const parsed = directoryEntrySchema.safeParse(stored);
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
