import { env as bindings } from 'cloudflare:workers';
import { describe, expect, test, vi } from 'vitest';
import { problemSchema } from '../../contract/errors.ts';
import { freshHost, openPortalWorld, openWorld, tenantRow } from './testing.ts';
import {
  events,
  HOUR,
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
    expect(put).toHaveBeenCalledWith(`host/2/${world.hostname}`, expect.any(String), {
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

  test('a suspension reaches visitors within six minutes, with nobody telling the dispatcher', async () => {
    const world = await openPortalWorld();
    const { hostname } = world;
    await nameSeen(world, hostname);
    const closed = named(hostname, 'Closed', { status: 'suspended' });
    await world.set({ hosts: { [hostname]: { tenant: closed, version: 8 } } });
    const seen = [];
    for (let elapsed = 0; elapsed < 6 * MINUTE; elapsed += 10 * SECOND) {
      later(10 * SECOND);
      seen.push(await nameSeen(world, hostname));
    }
    expect(seen[0]).toBe('Partner SEO');
    expect(seen.at(-1)).toBe('status 403');
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
      `host/2/${world.hostname}`,
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
