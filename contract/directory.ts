/**
 * What the directory of hostnames keeps in KV: written and read by the dispatcher (worker-dispatcher/src/directory-store.ts),
 * compared with the database by the doctor.
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
import { resolutionSchema } from './tenants.ts';

/** Of every key; the hostname stands behind it. */
export const DIRECTORY_PREFIX = 'host/2/';

/** `freshUntil` in milliseconds since 1970: until then nobody asks the database. */
export const directoryEntrySchema = resolutionSchema.extend({ freshUntil: z.number() });
export type DirectoryEntry = z.infer<typeof directoryEntrySchema>;
