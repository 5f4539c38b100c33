/**
 * What the directory stores about a hostname in KV, and which of two entries is right; used by tenant-directory.ts.
 *
 * | key | value | lives |
 * |---|---|---|
 * | `host/1/<hostname>`, e.g. `host/1/partner-seo.com` | `{"tenant":{…}\|null,"version":42,"freshUntil":1795238400000}` | 7 days |
 *
 * The `1` is the format's version: a release that changes the format writes beside the previous one's keys.
 * `tenant: null` is a tombstone: the hostname was known and is not any more. Hostnames that never were known are
 * not stored, or a flood of random names would fill the namespace.
 */
import { z } from 'zod';
import type { Hostname } from '../../contract/hostnames.ts';
import { resolutionSchema } from '../../contract/tenants.ts';

export const ENTRY_LIFETIME_SECONDS = 7 * 24 * 60 * 60;

const entrySchema = resolutionSchema.extend({ freshUntil: z.number() });
export type DirectoryEntry = z.infer<typeof entrySchema>;

export function entryKey(hostname: Hostname): string {
  return `host/1/${hostname}`;
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
