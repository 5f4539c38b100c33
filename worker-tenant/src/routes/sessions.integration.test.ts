/** Sessions from sign-in to their end, however they end. Over HTTP, on all Workers and a real database. */
import { randomBytes } from 'node:crypto';
import { decodeProtectedHeader, type JWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { meSchema, sessionListSchema } from '../../../contract/api.ts';
import { type Browser, HOSTS } from '../../tests/browser.ts';
import { expectProblem, expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal();
const HOST = HOSTS.partnerSeo;
const COOKIE = '__Host-session';

function keyring(): readonly JWK[] {
  return test.stack.keys.sessions;
}

function held(browser: Browser): string {
  return browser.jar(HOST).get(COOKIE) ?? '';
}

async function me(browser: Browser, host: string = HOST) {
  const response = await browser.request(host, '/api/me');
  expect(response.status).toBe(200);
  return meSchema.parse(await response.json());
}

async function list(browser: Browser, query = '') {
  const response = await browser.request(HOST, `/api/sessions${query}`);
  expect(response.status).toBe(200);
  return sessionListSchema.parse(await response.json());
}

/** The same session with a token of `age` seconds ago, signed with this key. */
async function tokenOf(browser: Browser, age: number, key: JWK | undefined): Promise<string> {
  const { member, session } = await me(browser);
  if (!key?.kid) throw new Error('the keyring is too short');
  const issuedAt = Math.floor(Date.now() / 1000) - age;
  return new SignJWT({ sid: session.id, tid: 'partner-seo' })
    .setProtectedHeader({ alg: 'HS256', typ: 'session+jwt', kid: key.kid })
    .setSubject(member.id)
    .setAudience(HOST)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 600)
    .sign(key);
}

async function signedIn(user = 'grace'): Promise<Browser> {
  const browser = test.browser();
  expectSignedIn(await browser.signIn(HOST, 'github', user));
  return browser;
}

describe('the list of sessions', () => {
  it('shows the member’s own, last used first, a page at a time', async () => {
    const browsers = [await signedIn('alan'), await signedIn('alan'), await signedIn('alan')];
    await signedIn('grace');
    const [, , last] = browsers;
    if (!last) throw new Error('there are three');
    const all = await list(last);
    expect(all.items.map((session) => session.current)).toEqual([true, false, false]);
    expect(all.items[0]).toMatchObject({
      provider: 'github',
      device: 'Firefox on Linux',
      kind: 'desktop',
      address: last.address,
      state: 'active',
    });
    expect(all.nextCursor).toBeNull();

    const first = await list(last, '?limit=2');
    expect(first.nextCursor).not.toBeNull();
    const rest = await list(last, `?limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(all.items.map(({ id }) => id));
    expect(rest.nextCursor).toBeNull();
  });

  it('leaves out the ended ones unless asked for', async () => {
    const [kept, ended] = [await signedIn('ada'), await signedIn('ada')];
    await ended.change(HOST, 'POST', '/auth/sign-out');
    expect((await list(kept)).items).toHaveLength(1);
    const all = await list(kept, '?state=all');
    expect(all.items.map(({ state }) => state).sort()).toEqual(['active', 'ended']);
  });

  it.each([
    '?limit=0',
    '?limit=101',
    '?limit=x',
    '?state=other',
    '?cursor=x',
    `?cursor=${btoa(JSON.stringify(['2026-01-01T00:00:00Z",or(id.neq.1', '1']))}`,
  ])('refuses %s', async (query) => {
    const browser = await signedIn();
    await expectProblem(await browser.request(HOST, `/api/sessions${query}`), 'validation_failed');
  });
});

describe('signing out', () => {
  it('ends the session for good, also for whoever kept the cookie', async () => {
    const browser = await signedIn();
    const stolen = held(browser);
    const response = await browser.change(HOST, 'POST', '/auth/sign-out');
    expect([response.status, response.headers.getSetCookie()]).toEqual([
      204,
      [`${COOKIE}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`],
    ]);
    browser.jar(HOST).set(COOKIE, stolen);
    await expectProblem(await browser.request(HOST, '/api/me'), 'session_ended');
    expect(browser.jar(HOST).has(COOKIE)).toBe(false);
  });

  it('succeeds when nobody is signed in, or the session has ended elsewhere', async () => {
    expect((await test.browser().change(HOST, 'POST', '/auth/sign-out')).status).toBe(204);
    const browser = await signedIn();
    await test.stack.sql`update sessions set revoked_at = now() where tenant_id = 'partner-seo'`;
    expect((await browser.change(HOST, 'POST', '/auth/sign-out')).status).toBe(204);
  });

  it('is refused by GET', async () => {
    const browser = await signedIn();
    const response = await browser.request(HOST, '/auth/sign-out');
    await expectProblem(response, 'method_not_allowed');
    expect(response.headers.get('allow')).toBe('POST');
    await me(browser);
  });

  it.each([
    ['from another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
    ['from a sibling subdomain', { 'sec-fetch-site': 'same-site', origin: 'http://other.localhost' }],
    ['with a foreign origin alone', { origin: 'https://evil.test' }],
    ['from a sandboxed frame', { origin: 'null' }],
    ['without a word about where it is from', {}],
  ])('is refused %s', async (_name, headers) => {
    const browser = await signedIn();
    const response = await browser.request(HOST, '/auth/sign-out', { method: 'POST', headers });
    await expectProblem(response, 'cross_site_request');
    await me(browser);
  });

  it('works for one other browser, and only one’s own', async () => {
    const [here, there, other] = [await signedIn('alan'), await signedIn('alan'), await signedIn('grace')];
    const { session } = await me(there);
    await expectProblem(await other.change(HOST, 'DELETE', `/api/sessions/${session.id}`), 'not_found');
    await me(there);
    expect((await here.change(HOST, 'DELETE', `/api/sessions/${session.id}`)).status).toBe(204);
    await expectProblem(await there.request(HOST, '/api/me'), 'session_ended');
    await expectProblem(await here.change(HOST, 'DELETE', `/api/sessions/${session.id}`), 'not_found');
    await expectProblem(await here.change(HOST, 'DELETE', '/api/sessions/1'), 'validation_failed');
    await me(here);
  });

  it('works everywhere at once', async () => {
    const [here, there] = [await signedIn('ada'), await signedIn('ada')];
    const response = await here.change(HOST, 'POST', '/api/sessions/revoke-all');
    const { revoked } = (await response.json()) as { revoked: number };
    expect(revoked).toBeGreaterThanOrEqual(2);
    expect(here.jar(HOST).has(COOKIE)).toBe(false);
    await expectProblem(await there.request(HOST, '/api/me'), 'session_ended');
  });
});

describe('in mid-session', () => {
  const ends: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
    [
      'the member is suspended',
      () => test.stack.sql`update profiles set status = 'suspended' where email = 'grace@example.test'`,
      () => test.stack.sql`update profiles set status = 'active' where email = 'grace@example.test'`,
    ],
    [
      'the member is removed',
      () => test.stack.sql`update profiles set status = 'removed' where email = 'grace@example.test'`,
      () => test.stack.sql`update profiles set status = 'active' where email = 'grace@example.test'`,
    ],
    [
      'the session is revoked',
      () => test.stack.sql`update sessions set revoked_at = now() where revoked_at is null`,
      async () => {},
    ],
    [
      'the session has been idle for too long',
      () => test.stack.sql`update sessions set idle_expires_at = now() - interval '1 second'`,
      async () => {},
    ],
    [
      'the session is too old',
      () => test.stack.sql`update sessions set idle_expires_at = now() - interval '1 second',
        absolute_expires_at = now() - interval '1 second'`,
      async () => {},
    ],
  ];
  it.each(ends)('%s: the next request is refused', async (_name, end, mend) => {
    const browser = await signedIn();
    await me(browser);
    await end();
    try {
      await expectProblem(await browser.request(HOST, '/api/usage'), 'session_ended');
      expect(browser.jar(HOST).has(COOKIE)).toBe(false);
    } finally {
      await mend();
    }
  });

  it('the tenant is suspended: its members’ next request is refused, whatever is remembered of the host', async () => {
    const { sql } = test.stack;
    await sql`insert into tenants (tenant_id, name, domain, type, sign_up)
      values ('doomed', 'Doomed', 'doomed.cozyartzmedia.com', 'partner-subdomain', 'open')`;
    const host = 'doomed.cozyartzmedia.com';
    const browser = test.browser();
    await browser.signIn(host, 'google', 'grace');
    await me(browser, host);
    await sql`update tenants set status = 'suspended' where tenant_id = 'doomed'`;
    await expectProblem(await browser.request(host, '/api/me'), 'session_ended');
  });
});

describe('the session token', () => {
  it('is renewed when it has run out while its session lives', async () => {
    const browser = await signedIn();
    const { session } = await me(browser);
    await test.stack.sql`update sessions set last_seen_at = now() - interval '1 day',
      idle_expires_at = now() + interval '1 hour' where id = ${session.id}`;
    browser.jar(HOST).set(COOKIE, await tokenOf(browser, 660, keyring()[0]));
    const old = held(browser);

    const renewed = await me(browser);
    expect(renewed.session.id).toBe(session.id);
    expect(Date.parse(renewed.session.idleExpiresAt)).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    expect(held(browser)).not.toBe(old);
    const [row] = await test.stack.sql`select last_seen_at > now() - interval '1 minute' as seen
      from sessions where id = ${session.id}`;
    expect(row?.['seen']).toBe(true);

    const again = held(browser);
    await me(browser);
    expect(held(browser), 'not at every request').toBe(again);
  });

  it('is not renewed when its session has ended', async () => {
    const browser = await signedIn();
    const { session } = await me(browser);
    const old = await tokenOf(browser, 660, keyring()[0]);
    await test.stack.sql`update sessions set revoked_at = now() where id = ${session.id}`;
    browser.jar(HOST).set(COOKIE, old);
    await expectProblem(await browser.request(HOST, '/api/me'), 'session_ended');
    expect(browser.jar(HOST).has(COOKIE)).toBe(false);
  });

  it('of an older key is accepted while the key is in the ring, and refused when it is not', async () => {
    const browser = await signedIn();
    expect(keyring()).toHaveLength(2);
    expect(decodeProtectedHeader(held(browser)).kid).toBe(keyring()[0]?.kid);

    const previous = await tokenOf(browser, 0, keyring()[1]);
    const retired = await tokenOf(browser, 0, {
      kty: 'oct',
      kid: 'retired',
      k: randomBytes(32).toString('base64url'),
    });
    browser.jar(HOST).set(COOKIE, previous);
    await me(browser);
    browser.jar(HOST).set(COOKIE, retired);
    await expectProblem(await browser.request(HOST, '/api/me'), 'not_signed_in');
  });

  it('of an older key comes back signed with the first one when it is renewed', async () => {
    const browser = await signedIn();
    browser.jar(HOST).set(COOKIE, await tokenOf(browser, 660, keyring()[1]));
    await me(browser);
    expect(decodeProtectedHeader(held(browser)).kid).toBe(keyring()[0]?.kid);
  });

  it('of an earlier session is worth nothing after the next sign-in (fixation)', async () => {
    const [attacker, victim] = [await signedIn('alan'), test.browser()];
    const planted = held(attacker);
    victim.jar(HOST).set(COOKIE, planted);
    const before = await me(victim);
    expectSignedIn(await victim.signIn(HOST, 'github', 'grace'));
    const after = await me(victim);
    expect(after.session.id).not.toBe(before.session.id);
    expect(after.member.email).toBe('grace@example.test');
    // The one who planted it is not signed in as the victim, nor at all.
    await expectProblem(await attacker.request(HOST, '/api/me'), 'session_ended');
  });

  it('names one session a sign-in: none is ever used twice', async () => {
    const browser = await signedIn();
    const first = await me(browser);
    const cookie = held(browser);
    expectSignedIn(await browser.signIn(HOST, 'github', 'grace'));
    expect((await me(browser)).session.id).not.toBe(first.session.id);
    browser.jar(HOST).set(COOKIE, cookie);
    await expectProblem(await browser.request(HOST, '/api/me'), 'session_ended');
  });
});
