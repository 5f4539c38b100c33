import { describe, expect, test } from 'vitest';
import { freshHost, namespaceOf, openWorld, type World } from './testing.ts';
import {
  laggingStore,
  later,
  MINUTE,
  named,
  nameSeen,
  SECOND,
  useStandingClock,
} from './testing-directory.ts';

useStandingClock();

const OLD = 1_700_000_000_007;
const NEW = OLD + 1;

/** A portal with two hostnames whose tenant's Worker publishes; KV shows a write a minute late. */
async function openPublishing() {
  const [hostname, second, stranger] = [freshHost(), freshHost(), freshHost()];
  const { store, written } = laggingStore(() => MINUTE);
  const row = (name: string, version: number) => ({
    [hostname]: { tenant: named(hostname, name), version },
    [second]: { tenant: named(second, name), version },
  });
  const other = { [stranger]: { tenant: named(stranger, 'Other', { tenantId: 'other' }), version: OLD } };
  const custom = async (request: Request) => {
    if (!request.url.endsWith('/publish')) return Response.json(Object.fromEntries(request.headers));
    await world.set({ hosts: { ...row('New', NEW), ...other } });
    const headers = { 'x-directory-version': `${NEW}`, 'x-directory-hosts': `${hostname} ${second}` };
    return Response.json({ number: 2 }, { headers });
  };
  const overrides = {
    TENANT_DIRECTORY: store,
    DISPATCHER: namespaceOf({ 'custom-tenant': custom }),
    FRESH_SECONDS: '300',
  };
  const world: World = await openWorld(overrides);
  await world.set({ hosts: { ...row('Old', OLD), ...other } });
  const elsewhere = await openWorld({
    ...overrides,
    SUPABASE_PUBLISHABLE_KEY: world.env.SUPABASE_PUBLISHABLE_KEY,
  });
  for (const isolate of [world, elsewhere]) {
    for (const host of [hostname, second, stranger]) await nameSeen(isolate, host);
  }
  // Time for KV to show what was written.
  later(2 * MINUTE);
  for (const isolate of [world, elsewhere]) {
    for (const host of [hostname, second, stranger]) await nameSeen(isolate, host);
  }
  const publish = async () => {
    const { response, settled } = await world.visit(`https://${hostname}/api/branding/publish`, {
      method: 'POST',
    });
    await settled();
    return response;
  };
  return { world, elsewhere, hostname, second, stranger, publish, written };
}

async function title(world: World, hostname: string, cookie?: string): Promise<string> {
  const { response, settled } = await world.visit(`https://${hostname}/`, {
    navigate: true,
    headers: cookie === undefined ? {} : { cookie },
  });
  await settled();
  return /<title>(.*)<\/title>/.exec(await response.text())?.[1] ?? `status ${response.status}`;
}

describe('A publish', () => {
  test('is seen by its publisher on the next page, wherever that is answered', async () => {
    const { world, elsewhere, hostname, publish } = await openPublishing();
    expect(await title(world, hostname)).toBe('Old');
    const response = await publish();
    expect(await response.json()).toEqual({ number: 2 });
    const [cookie = ''] = response.headers.getSetCookie();
    expect(cookie).toBe(`__Host-brand-version=${NEW}; Max-Age=300; Path=/; HttpOnly; Secure; SameSite=Lax`);
    expect(await title(world, hostname)).toBe('New');
    expect(await title(elsewhere, hostname)).toBe('Old');
    expect(await title(elsewhere, hostname, `a=b; __Host-brand-version=${NEW}`)).toBe('New');
  });

  test('is seen by everybody within two minutes, at each of the tenant’s hostnames, and never taken back', async () => {
    const { world, elsewhere, hostname, second, publish } = await openPublishing();
    await publish();
    const seen: Record<string, string[]> = {};
    for (let elapsed = 0; elapsed < 120; elapsed += 10) {
      for (const [place, isolate] of [
        ['here', world],
        ['there', elsewhere],
      ] as const) {
        for (const host of [hostname, second]) {
          const at = `${place} ${host === hostname ? 1 : 2}`;
          seen[at] = [...(seen[at] ?? []), await nameSeen(isolate, host)];
        }
      }
      later(10 * SECOND);
    }
    for (const names of Object.values(seen)) {
      expect(names.at(-1)).toBe('New');
      expect(names.join().replace(/^(?:Old,)*/, '')).not.toContain('Old');
    }
    expect(seen['here 1']?.[0]).toBe('New');
  });

  test('leaves other tenants’ entries as they are', async () => {
    const { world, stranger, publish, written } = await openPublishing();
    const before = written.get(`host/2/${stranger}`)?.length;
    const asked = (await world.calls()).filter((host) => host === stranger).length;
    await publish();
    expect(written.get(`host/2/${stranger}`)?.length).toBe(before);
    expect((await world.calls()).filter((host) => host === stranger)).toHaveLength(asked);
    expect(await title(world, stranger)).toBe('Other');
  });

  test('cannot be told of by a visitor, nor read by one', async () => {
    const { world, hostname, publish } = await openPublishing();
    const { response } = await world.visit(`https://${hostname}/api/echo`, {
      headers: { 'x-directory-version': '9', 'x-directory-hosts': hostname },
    });
    const received = await response.json<Record<string, string>>();
    expect(Object.keys(received).filter((name) => name.startsWith('x-directory'))).toEqual([]);
    const published = await publish();
    expect([...published.headers.keys()].filter((name) => name.startsWith('x-directory'))).toEqual([]);
  });
});

describe('The hint of a cookie', () => {
  test('makes an isolate ask once in a while, however often and whatever it says', async () => {
    const { world, elsewhere, hostname } = await openPublishing();
    const asked = (await world.calls()).length;
    for (let visit = 0; visit < 40; visit += 1) {
      expect(await title(elsewhere, hostname, `__Host-brand-version=${OLD + 1_000 + visit}`)).toBe('Old');
    }
    expect(await world.calls()).toHaveLength(asked + 1);
    later(6 * SECOND);
    await title(elsewhere, hostname, `__Host-brand-version=${OLD + 5_000}`);
    expect(await world.calls()).toHaveLength(asked + 2);
  });

  test.each(['999999999999999', '12345678901234567890', '-1', 'x', '', '1e9'])(
    'that says %j is ignored',
    async (value) => {
      const { world, elsewhere, hostname } = await openPublishing();
      const asked = (await world.calls()).length;
      expect(await title(elsewhere, hostname, `__Host-brand-version=${value}`)).toBe('Old');
      expect(await world.calls()).toHaveLength(asked);
    },
  );

  test('costs nothing when memory knows what it says', async () => {
    const { world, hostname, publish } = await openPublishing();
    await publish();
    const asked = (await world.calls()).length;
    expect(await title(world, hostname, `__Host-brand-version=${NEW}`)).toBe('New');
    expect(await world.calls()).toHaveLength(asked);
  });
});
