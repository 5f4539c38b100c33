/** What the tests of the directory share: a clock, what a visitor sees, and KV as it is elsewhere. */
import { env as bindings } from 'cloudflare:workers';
import { afterEach, beforeEach, vi } from 'vitest';
import { entryKey, parseEntry } from './directory-store.ts';
import { openWorld, type TenantRow, tenantRow, type World } from './testing.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

let warnings: string[] = [];

/** A clock that stands until `later`, and the log; for each test of the file that calls it. */
export function useStandingClock(): void {
  useLog();
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  });
}

/** Keeps what is warned of, and the rest of the log from the terminal; for each test of the file that calls it. */
export function useLog(): void {
  beforeEach(() => {
    warnings = [];
    vi.spyOn(console, 'log').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation((line: string) => void warnings.push(line));
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
}

export const later = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);
/** What was warned of in this test, oldest first. */
export const warned = () => warnings.map((line) => JSON.parse(line) as { readonly event: string });
export const events = () => warned().map(({ event }) => event);

/** What the tenant's Worker was told the tenant is called: the name of the row that the request was served from. */
export async function nameSeen(world: World, hostname: string): Promise<string> {
  const { response, settled } = await world.visit(`https://${hostname}/manifest.webmanifest`);
  const name = response.ok ? (await response.json<{ name: string }>()).name : `status ${response.status}`;
  await settled();
  return name;
}

export const named = (hostname: string, name: string, changes: Partial<TenantRow> = {}): TenantRow =>
  tenantRow(hostname, { brand: { name }, ...changes });

/** A KV namespace in which a write shows up only when time has come: reads lag, as at another location. */
export function laggingStore(lag: () => number): { store: KVNamespace; written: Map<string, string[]> } {
  const values = new Map<string, { value: string; visibleAt: number }[]>();
  const written = new Map<string, string[]>();
  const store = {
    async get(key: string) {
      const visible = values.get(key)?.filter(({ visibleAt }) => visibleAt <= Date.now());
      const value = visible?.at(-1)?.value;
      return value === undefined ? null : JSON.parse(value);
    },
    async put(key: string, value: string) {
      values.set(key, [...(values.get(key) ?? []), { value, visibleAt: Date.now() + lag() }]);
      written.set(key, [...(written.get(key) ?? []), value]);
    },
  };
  return { store: store as unknown as KVNamespace, written };
}

export async function storedVersion(hostname: string): Promise<number | null> {
  return (
    parseEntry(await bindings.TENANT_DIRECTORY.get(entryKey(hostname as never), 'json'))?.version ?? null
  );
}

/** The same platform seen from another isolate: same database, same KV, nothing in memory. */
export async function sibling(world: World): Promise<World> {
  const { TENANT_DIRECTORY, SUPABASE_PUBLISHABLE_KEY, FRESH_SECONDS } = world.env;
  return openWorld({ TENANT_DIRECTORY, SUPABASE_PUBLISHABLE_KEY, FRESH_SECONDS });
}
