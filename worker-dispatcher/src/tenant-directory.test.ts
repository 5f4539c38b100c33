import { env as bindings } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { problemSchema } from '../../contract/errors.ts';
import { entryKey, parseEntry } from './directory-entry.ts';
import {
  freshHost,
  limiterOf,
  openPortalWorld,
  openWorld,
  type TenantRow,
  tenantRow,
  type World,
} from './testing.ts';
import { LOOKUPS_PER_WINDOW } from './unknown-hosts.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let warnings: string[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  warnings = [];
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'warn').mockImplementation((line: string) => void warnings.push(line));
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const later = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);
const events = () => warnings.map((line) => JSON.parse(line).event as string);

/** What the tenant's Worker was told the tenant is called: the name of the row that the request was served from. */
async function nameSeen(world: World, hostname: string): Promise<string> {
  const { response, settled } = await world.visit(`https://${hostname}/manifest.webmanifest`);
  const name = response.ok ? (await response.json<{ name: string }>()).name : `status ${response.status}`;
  await settled();
  return name;
}

const named = (hostname: string, name: string, changes: Partial<TenantRow> = {}): TenantRow =>
  tenantRow(hostname, { brand: { name }, ...changes });

/** A KV namespace in which a write shows up only when time has come: reads lag, as at another location. */
function laggingStore(lag: () => number): { store: KVNamespace; written: Map<string, string[]> } {
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

async function storedVersion(hostname: string): Promise<number | null> {
  return (
    parseEntry(await bindings.TENANT_DIRECTORY.get(entryKey(hostname as never), 'json'))?.version ?? null
  );
}

describe('Memory, then KV, then the database', () => {
  test('a warm host asks nobody: neither KV nor the database', async () => {
    const get = vi.spyOn(bindings.TENANT_DIRECTORY, 'get');
    const world = await openPortalWorld();
    await nameSeen(world, world.hostname);
    const asked = (await world.calls()).length;
    get.mockClear();
    for (let visit = 0; visit < 20; visit += 1) await nameSeen(world, world.hostname);
    expect(get).not.toHaveBeenCalled();
    expect(await world.calls()).toHaveLength(asked);
  });

  test('a new isolate finds in KV what another one asked the database for', async () => {
    const world = await openPortalWorld();
    await nameSeen(world, world.hostname);
    const asked = (await world.calls()).length;
    const elsewhere = await openWorld({
      SUPABASE_PUBLISHABLE_KEY: world.env.SUPABASE_PUBLISHABLE_KEY,
    });
    expect(await nameSeen(elsewhere, world.hostname)).toBe('Partner SEO');
    expect(await world.calls()).toHaveLength(asked);
  });

  test('an entry lives seven days in KV', async () => {
    const put = vi.spyOn(bindings.TENANT_DIRECTORY, 'put');
    const world = await openPortalWorld();
    await nameSeen(world, world.hostname);
    expect(put).toHaveBeenCalledWith(`host/1/${world.hostname}`, expect.any(String), {
      expirationTtl: 604_800,
    });
  });

  test('visitors who come at the same time share one look-up', async () => {
    const world = await openPortalWorld();
    await world.set({ holds: true });
    const visits = Array.from({ length: 25 }, () => world.visit(`${world.origin}/api/health`));
    await vi.waitFor(async () => expect(await world.parked()).toBe(1));
    await world.set({ holds: false });
    for (const { response } of await Promise.all(visits)) expect(response.status).toBe(200);
    // One for all of them, and the one that confirms what was written to KV.
    await vi.waitFor(async () => expect(await world.calls()).toHaveLength(2));
  });

  test('a change reaches a visitor within two minutes, without waiting for the database', async () => {
    const world = await openPortalWorld({}, { FRESH_SECONDS: '60' });
    const { hostname } = world;
    await nameSeen(world, hostname);
    await world.set({ hosts: { [hostname]: { tenant: named(hostname, 'New name'), version: 8 } } });
    const seen = [];
    for (let elapsed = 0; elapsed < 120; elapsed += 10) {
      later(10 * SECOND);
      seen.push(await nameSeen(world, hostname));
    }
    expect(seen[0]).toBe('Partner SEO');
    expect(seen.at(-1)).toBe('New name');
    expect(await storedVersion(hostname)).toBe(8);
  });

  test('an entry that is stale for hours is not served while the database answers', async () => {
    const world = await openPortalWorld();
    const { hostname } = world;
    await nameSeen(world, hostname);
    await world.set({ hosts: { [hostname]: { tenant: named(hostname, 'After lunch'), version: 8 } } });
    later(3 * HOUR);
    expect(await nameSeen(world, hostname)).toBe('After lunch');
  });

  test('what another release wrote in a format that this one cannot read is asked for again', async () => {
    const world = await openPortalWorld();
    await bindings.TENANT_DIRECTORY.put(
      `host/1/${world.hostname}`,
      JSON.stringify({ tenant: { id: 1 }, version: 'x' }),
    );
    expect(await nameSeen(world, world.hostname)).toBe('Partner SEO');
  });

  test('without KV the database answers', async () => {
    const broken = {
      get: () => Promise.reject(new Error('KV GET failed: 500')),
      put: () => Promise.reject(new Error('429')),
    };
    const world = await openPortalWorld({}, { TENANT_DIRECTORY: broken as unknown as KVNamespace });
    expect(await nameSeen(world, world.hostname)).toBe('Partner SEO');
    expect(events()).toContain('directory_store_failed');
  });
});

describe('Newer and older rows', () => {
  test('an isolate that holds an older row leaves the newer one in KV', async () => {
    const world = await openPortalWorld();
    const { hostname } = world;
    await world.set({ holds: true });
    const slow = world.visit(`https://${hostname}/manifest.webmanifest`);
    await vi.waitFor(async () => expect(await world.parked()).toBe(1));
    // While the older answer is on its way, the row changes and whoever changed it writes KV.
    const changed = { tenant: named(hostname, 'Newer'), version: 8 };
    await bindings.TENANT_DIRECTORY.put(
      `host/1/${hostname}`,
      JSON.stringify({ ...changed, freshUntil: Date.now() + MINUTE }),
    );
    const put = vi.spyOn(bindings.TENANT_DIRECTORY, 'put');
    await world.set({ hosts: { [hostname]: changed }, holds: false });
    await (await slow).settled();
    expect(put.mock.calls.map(([, value]) => JSON.parse(String(value)).version)).not.toContain(7);
    expect(await storedVersion(hostname)).toBe(8);
    expect(await nameSeen(world, hostname)).toBe('Newer');
  });

  test('also when KV does not show the newer one yet: the last one written is never the older', async () => {
    const { store, written } = laggingStore(() => MINUTE);
    const world = await openPortalWorld({}, { TENANT_DIRECTORY: store });
    const { hostname } = world;
    await world.set({ holds: true });
    const slow = world.visit(`https://${hostname}/manifest.webmanifest`);
    await vi.waitFor(async () => expect(await world.parked()).toBe(1));
    const changed = { tenant: named(hostname, 'Newer'), version: 8 };
    await store.put(`host/1/${hostname}`, JSON.stringify({ ...changed, freshUntil: Date.now() + MINUTE }));
    await world.set({ hosts: { [hostname]: changed }, holds: false });
    await (await slow).settled();
    expect(JSON.parse(written.get(`host/1/${hostname}`)?.at(-1) ?? '{}').version).toBe(8);
  });

  test('whatever the lags and the order: KV ends with the newest row, and no visitor of an isolate goes back in time', async () => {
    const step = fc.record({
      isolate: fc.nat({ max: 2 }),
      change: fc.boolean(),
      wait: fc.constantFrom(0, SECOND, 12 * SECOND, 70 * SECOND, 6 * MINUTE),
      lag: fc.constantFrom(0, 5 * SECOND, MINUTE),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
        let lag = 0;
        const { store, written } = laggingStore(() => lag);
        const world = await openPortalWorld({ brand: { name: '7' } }, { TENANT_DIRECTORY: store });
        const { hostname } = world;
        const isolates = [world, await sibling(world), await sibling(world)];
        const newest = [0, 0, 0];
        let version = 7;
        for (const { isolate, change, wait, lag: nextLag } of steps) {
          lag = nextLag;
          later(wait);
          if (change) {
            version += 1;
            await world.set({ hosts: { [hostname]: { tenant: named(hostname, String(version)), version } } });
          }
          const seen = Number(await nameSeen(isolates[isolate] as World, hostname));
          expect(seen).toBeGreaterThanOrEqual(newest[isolate] as number);
          newest[isolate] = seen;
        }
        // Once everything is stale and visible, one visit anywhere brings the newest row to KV.
        later(2 * HOUR);
        await nameSeen(world, hostname);
        expect(JSON.parse(written.get(`host/1/${hostname}`)?.at(-1) ?? '{}').version).toBe(version);
      }),
      { numRuns: 25 },
    );
  });

  test('what KV lost is written again by an isolate that knows it', async () => {
    const world = await openPortalWorld();
    const { hostname } = world;
    await nameSeen(world, hostname);
    await bindings.TENANT_DIRECTORY.delete(`host/1/${hostname}`);
    later(70 * SECOND);
    await nameSeen(world, hostname);
    expect(await storedVersion(hostname)).toBe(7);
  });

  test('an older row in KV is put right by an isolate that knows better', async () => {
    const world = await openPortalWorld();
    const { hostname } = world;
    await nameSeen(world, hostname);
    const older = { tenant: named(hostname, 'Older'), version: 6, freshUntil: Date.now() + HOUR };
    await bindings.TENANT_DIRECTORY.put(`host/1/${hostname}`, JSON.stringify(older));
    later(70 * SECOND);
    expect(await nameSeen(world, hostname)).toBe('Partner SEO');
    expect(await storedVersion(hostname)).toBe(7);
  });

  test('a hostname that was taken away stays away, and comes back at once when it is given anew', async () => {
    const world = await openPortalWorld();
    const { hostname } = world;
    await nameSeen(world, hostname);
    await world.set({ hosts: {}, version: 12 });
    later(2 * HOUR);
    expect(await nameSeen(world, hostname)).toBe('status 404');
    expect(await bindings.TENANT_DIRECTORY.get(`host/1/${hostname}`, 'json')).toMatchObject({
      tenant: null,
      version: 12,
    });
    await world.set({ hosts: { [hostname]: { tenant: named(hostname, 'Back again'), version: 13 } } });
    later(11 * SECOND);
    expect(await nameSeen(world, hostname)).toBe('Back again');
    expect(await storedVersion(hostname)).toBe(13);
  });

  test('an older row does not raise a hostname from its fresh grave', async () => {
    const world = await openPortalWorld();
    const { hostname } = world;
    await bindings.TENANT_DIRECTORY.put(
      `host/1/${hostname}`,
      JSON.stringify({ tenant: null, version: 12, freshUntil: Date.now() + 10 * SECOND }),
    );
    expect(await nameSeen(world, hostname)).toBe('status 404');
    expect(await world.calls()).toEqual([]);
  });
});

describe('Hosts that nobody knows', () => {
  test('an unknown host is asked for once, and answers at once when it becomes a tenant', async () => {
    const world = await openWorld();
    const hostname = freshHost();
    for (let visit = 0; visit < 5; visit += 1) expect(await nameSeen(world, hostname)).toBe('status 404');
    expect(await world.calls()).toHaveLength(1);
    await world.set({ hosts: { [hostname]: { tenant: named(hostname, 'Brand new'), version: 2 } } });
    later(10 * SECOND);
    expect(await nameSeen(world, hostname)).toBe('Brand new');
  });

  test('an unknown host leaves nothing in KV', async () => {
    const world = await openWorld();
    const hostname = freshHost();
    await nameSeen(world, hostname);
    expect(await bindings.TENANT_DIRECTORY.get(`host/1/${hostname}`)).toBeNull();
  });

  test('a flood of random subdomains from one address meets the address’s limit, and stops nobody else', async () => {
    const world = await openWorld({ UNKNOWN_HOSTS: limiterOf(60) });
    const answers = await flood(world, 110, () => 'scanner');
    expect(await world.calls()).toHaveLength(60);
    expect(answers).toEqual(
      new Map([
        [404, 60],
        [503, 50],
      ]),
    );
    const { response } = await world.visit(`https://${freshHost()}/`, {
      headers: { 'cf-connecting-ip': 'customer' },
    });
    expect(response.status).toBe(404);
  });

  test('a flood from everywhere meets the isolate’s ceiling, and known portals stay open', async () => {
    const world = await openPortalWorld();
    await nameSeen(world, world.hostname);
    const before = (await world.calls()).length;
    await flood(world, 600, (index) => `bot-${index}`);
    // The clock stands still: one window. The portal's own first look-up counted as one.
    expect((await world.calls()).length - before).toBe(LOOKUPS_PER_WINDOW - 1);
    expect(await nameSeen(world, world.hostname)).toBe('Partner SEO');
    // A portal that this isolate does not know yet is still found in KV.
    later(10 * SECOND);
    const elsewhere = freshHost();
    const entry = { tenant: named(elsewhere, 'In KV'), version: 3, freshUntil: Date.now() + HOUR };
    await bindings.TENANT_DIRECTORY.put(`host/1/${elsewhere}`, JSON.stringify(entry));
    await flood(world, 300, (index) => `bot-${index}`);
    expect(await nameSeen(world, elsewhere)).toBe('In KV');
  });

  test('whoever is over the limit is told when to come again, not that there is nothing', async () => {
    const world = await openWorld({ UNKNOWN_HOSTS: limiterOf(5) });
    await flood(world, 6, () => 'scanner');
    const { response } = await world.visit(`https://${freshHost()}/`, {
      headers: { 'cf-connecting-ip': 'scanner' },
    });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('10');
    expect(events()).toContain('directory_limited');
  });
});

describe('When Supabase is down', () => {
  test('known hosts go on from KV for as long as it lasts; the visitor sees nothing, the operator does', async () => {
    const world = await openPortalWorld();
    await nameSeen(world, world.hostname);
    await world.set({ behaviour: 'fails' });
    const elsewhere = await sibling(world);
    for (const wait of [10 * MINUTE, 5 * HOUR, 5 * 24 * HOUR]) {
      later(wait);
      expect(await nameSeen(world, world.hostname)).toBe('Partner SEO');
      expect(await nameSeen(elsewhere, world.hostname)).toBe('Partner SEO');
    }
    expect(events()).toContain('directory_stale');
  });

  test.each(['fails', 'talks-nonsense'] as const)(
    'a database that %s makes unknown hosts wait, not vanish',
    async (behaviour) => {
      const world = await openPortalWorld();
      await world.set({ behaviour });
      const { response } = await world.visit(`${world.origin}/`);
      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(problemSchema.parse(await response.json()).code).toBe('directory_unavailable');
      await world.set({ behaviour: 'answers' });
      later(3 * SECOND);
      expect(await nameSeen(world, world.hostname)).toBe('Partner SEO');
    },
  );

  test('a database that hangs is given up after three seconds, and left alone for a moment', async () => {
    const world = await openPortalWorld();
    await world.set({ behaviour: 'hangs' });
    vi.useRealTimers();
    const started = Date.now();
    const { response } = await world.visit(`${world.origin}/`);
    expect(response.status).toBe(503);
    expect(Date.now() - started).toBeGreaterThan(2_500);
    expect(Date.now() - started).toBeLessThan(8_000);
    const asked = (await world.calls()).length;
    expect((await world.visit(`https://${freshHost()}/`)).response.status).toBe(503);
    expect(await world.calls()).toHaveLength(asked);
  });

  test('a database that answers about another hostname is not believed', async () => {
    const world = await openWorld();
    const [asked, other] = [freshHost(), freshHost()];
    await world.set({ hosts: { [asked]: { tenant: tenantRow(other), version: 3 } } });
    expect(await nameSeen(world, asked)).toBe('status 503');
  });
});

/** The same platform seen from another isolate: same database, same KV, nothing in memory. */
async function sibling(world: World): Promise<World> {
  const { TENANT_DIRECTORY, SUPABASE_PUBLISHABLE_KEY, FRESH_SECONDS } = world.env;
  return openWorld({ TENANT_DIRECTORY, SUPABASE_PUBLISHABLE_KEY, FRESH_SECONDS });
}

async function flood(
  world: World,
  visits: number,
  address: (index: number) => string,
): Promise<Map<number, number>> {
  const answers = new Map<number, number>();
  for (let start = 0; start < visits; start += 50) {
    const batch = Array.from({ length: Math.min(50, visits - start) }, (_, offset) =>
      world.visit(`https://${freshHost('flooded-brand.com')}/`, {
        headers: { 'cf-connecting-ip': address(start + offset) },
      }),
    );
    for (const { response, settled } of await Promise.all(batch)) {
      answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
      await settled();
    }
  }
  return answers;
}
