/**
 * A copy of all that an account holds, to be put back later, as often as wanted: where a fault is met at each of many
 * calls, what came before it is done once. Used by server.ts.
 */
import { createHash } from 'node:crypto';
import type { Account } from './account.ts';

const HELD = [
  'namespaces',
  'scripts',
  'assetFiles',
  'kvNamespaces',
  'buckets',
  'queues',
  'zones',
] as const satisfies readonly (keyof Account)[];

export type SavedAccount = Pick<Account, (typeof HELD)[number]>;

export function saveAccount(account: Account): SavedAccount {
  const { namespaces, scripts, assetFiles, kvNamespaces, buckets, queues, zones } = account;
  return copyOf({ namespaces, scripts, assetFiles, kvNamespaces, buckets, queues, zones });
}

/** What the edge runs is started anew only where it is other than before. */
export function restoreAccount(account: Account, saved: SavedAccount): void {
  const before = digestOfCode(account);
  const fresh = copyOf(saved);
  for (const name of HELD) refill<unknown>(account[name], fresh[name]);
  if (digestOfCode(account) !== before) account.codeRevision += 1;
}

function refill<Value>(map: Map<string, Value>, from: ReadonlyMap<string, Value>): void {
  map.clear();
  for (const [name, value] of from) map.set(name, value);
}

/** Files are never changed in place, and shared. */
function copyOf<Value>(value: Value): Value;
function copyOf(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (value instanceof Map) return new Map([...value].map(([name, one]) => [name, copyOf(one)]));
  if (Array.isArray(value)) return value.map((one) => copyOf(one));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copyOf(one)]));
}

const TIMES = new Set(['createdOn', 'modifiedOn', 'creationDate', 'at']);

function digestOfCode({ namespaces, scripts, kvNamespaces, buckets, queues }: Account): string {
  const hash = createHash('sha256');
  const add = (name: string, one: unknown): void => {
    if (TIMES.has(name)) return;
    hash.update(`${name}:`);
    // Code is known by the digest of its upload.
    if (one instanceof Uint8Array) hash.update(String(one.length));
    else if (one === null || typeof one !== 'object') hash.update(String(one));
    else {
      const members = one instanceof Map ? [...one] : Object.entries(one);
      for (const [key, member] of members.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)))
        add(String(key), member);
    }
    hash.update(';');
  };
  add('', { namespaces, scripts, kvNamespaces, buckets, queues });
  return hash.digest('hex');
}
