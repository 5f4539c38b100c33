import { env as bindings } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { openPortalWorld, type World } from './testing.ts';
import {
  HOUR,
  laggingStore,
  later,
  MINUTE,
  named,
  nameSeen,
  SECOND,
  sibling,
  storedVersion,
  useStandingClock,
} from './testing-directory.ts';

useStandingClock();

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
      `host/2/${hostname}`,
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
    await store.put(`host/2/${hostname}`, JSON.stringify({ ...changed, freshUntil: Date.now() + MINUTE }));
    await world.set({ hosts: { [hostname]: changed }, holds: false });
    await (await slow).settled();
    expect(JSON.parse(written.get(`host/2/${hostname}`)?.at(-1) ?? '{}').version).toBe(8);
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
        expect(JSON.parse(written.get(`host/2/${hostname}`)?.at(-1) ?? '{}').version).toBe(version);
      }),
      { numRuns: 25 },
    );
  });

  test('what KV lost is written again by an isolate that knows it', async () => {
    const world = await openPortalWorld();
    const { hostname } = world;
    await nameSeen(world, hostname);
    await bindings.TENANT_DIRECTORY.delete(`host/2/${hostname}`);
    later(70 * SECOND);
    await nameSeen(world, hostname);
    expect(await storedVersion(hostname)).toBe(7);
  });

  test('an older row in KV is put right by an isolate that knows better', async () => {
    const world = await openPortalWorld();
    const { hostname } = world;
    await nameSeen(world, hostname);
    const older = { tenant: named(hostname, 'Older'), version: 6, freshUntil: Date.now() + HOUR };
    await bindings.TENANT_DIRECTORY.put(`host/2/${hostname}`, JSON.stringify(older));
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
    expect(await bindings.TENANT_DIRECTORY.get(`host/2/${hostname}`, 'json')).toMatchObject({
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
      `host/2/${hostname}`,
      JSON.stringify({ tenant: null, version: 12, freshUntil: Date.now() + 10 * SECOND }),
    );
    expect(await nameSeen(world, hostname)).toBe('status 404');
    expect(await world.calls()).toEqual([]);
  });
});
