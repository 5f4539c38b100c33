import { env as bindings } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { freshHost, limiterOf, openPortalWorld, openWorld, type World } from './testing.ts';
import { events, HOUR, later, named, nameSeen, SECOND, useStandingClock } from './testing-directory.ts';
import { LOOKUPS_PER_WINDOW } from './unknown-hosts.ts';

useStandingClock();

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
    expect(await bindings.TENANT_DIRECTORY.get(`host/2/${hostname}`)).toBeNull();
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
    await flood(world, 200, (index) => `bot-${index}`);
    // The clock stands still: one window. The portal's own first look-up counted as one.
    expect((await world.calls()).length - before).toBe(LOOKUPS_PER_WINDOW - 1);
    expect(await nameSeen(world, world.hostname)).toBe('Partner SEO');
    // A portal that this isolate does not know yet is still found in KV.
    later(10 * SECOND);
    const elsewhere = freshHost();
    const entry = { tenant: named(elsewhere, 'In KV'), version: 3, freshUntil: Date.now() + HOUR };
    await bindings.TENANT_DIRECTORY.put(`host/2/${elsewhere}`, JSON.stringify(entry));
    await flood(world, 150, (index) => `bot-${index}`);
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
    // Twice refused, told once: a flood of hosts is no flood of log lines.
    expect(events().filter((event) => event === 'directory_limited')).toHaveLength(1);
  });
});

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
