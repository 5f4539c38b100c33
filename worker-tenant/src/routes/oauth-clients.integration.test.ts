/** A tenant's own OAuth clients, from saving to signing in with one, against strict providers, over HTTP. */
import { afterEach, describe, expect, it } from 'vitest';
import { type OAuthClientList, oauthClientListSchema } from '../../../contract/oauth-clients.ts';
import { PROVIDERS, type Provider } from '../../../contract/tenants.ts';
import { type Browser, HOSTS } from '../../tests/browser.ts';
import { expectProblem, expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal();
const HOST = HOSTS.partnerOne;
const WAY_BACK = 'partner-seo.cozyartzmedia.com';
const SECRET = 'shhh-7c1e9d5b-never-to-be-seen';
const FROM_PAGE = { 'sec-fetch-site': 'same-origin' };

async function admin(host: string = HOST): Promise<Browser> {
  const browser = test.browser();
  // Whatever another test has made of this hostname's own client.
  const query = host === HOSTS.partnerSeo ? '' : '?client=standard';
  expectSignedIn(await browser.signIn(host, 'github', 'ada', query));
  return browser;
}

async function read(browser: Browser, host: string = HOST): Promise<OAuthClientList> {
  const response = await browser.request(host, '/api/oauth-clients');
  expect(response.status).toBe(200);
  const text = await response.text();
  expect(text).not.toContain(SECRET);
  return oauthClientListSchema.parse(JSON.parse(text));
}

async function stateOf(browser: Browser, provider: Provider = 'github', host: string = HOST) {
  const list = await read(browser, host);
  return list.hostnames
    .find(({ hostname }) => hostname === host)
    ?.clients.find((client) => client.provider === provider);
}

const path = (provider: Provider = 'github', host: string = HOST) => `/api/oauth-clients/${host}/${provider}`;

function save(browser: Browser, body: unknown, options: { provider?: Provider; target?: string } = {}) {
  return browser.change(HOST, 'PUT', path(options.provider, options.target), body);
}

/** A client that the provider knows, with the callback of this host. */
function registerAt(
  provider: Provider,
  clientId: string,
  { callbackHost = HOST as string, secret = SECRET } = {},
): void {
  test.stack[provider].register({
    clientId,
    clientSecret: secret,
    redirectUris: [`${test.portal.origin(callbackHost)}/auth/callback`],
  });
}

/** Presses Test and picks a person; answers where that leads. */
async function testSignIn(
  browser: Browser,
  provider: Provider = 'github',
  choice = 'grace',
  host: string = HOST,
): Promise<Response> {
  const start = await browser.request(host, `/auth/${provider}?test=1`, { headers: FROM_PAGE });
  return browser.finish(await browser.visit(start, choice));
}

function expectOutcome(response: Response, provider: Provider, outcome: string): void {
  expect([response.status, response.headers.get('location')]).toEqual([
    302,
    `/settings/sign-in?tested=${provider}&outcome=${outcome}`,
  ]);
  expect(response.headers.getSetCookie().filter((line) => /^__Host-session=/.test(line))).toEqual([]);
}

/** A secret is in no log, whatever happened. */
afterEach(async () => {
  await test.stack.sql`update profiles set tenant_permissions = '{}' where tenant_permissions <> '{}'`;
  for (const log of test.portal.logs()) expect(log.message).not.toContain(SECRET);
});

describe('the list', () => {
  it('shows each hostname with its callback, and the way back in', async () => {
    const list = await read(await admin(HOSTS.partnerSeo), HOSTS.partnerSeo);
    expect(list.hostnames.map(({ hostname, current, fallback }) => [hostname, current, fallback])).toEqual([
      [HOSTS.partnerSeo, true, false],
      [WAY_BACK, false, true],
    ]);
    const [own, back] = list.hostnames;
    expect(own?.callbackUrl).toBe(`${test.portal.origin(HOSTS.partnerSeo)}/auth/callback`);
    expect(back?.settingsUrl).toBe(`${test.portal.origin(WAY_BACK)}/settings/sign-in`);
    expect(own?.clients.map(({ state }) => state)).toEqual(['enabled', 'enabled']);
    expect(back?.clients.map(({ state, clientId }) => [state, clientId])).toEqual([
      ['none', null],
      ['none', null],
    ]);
    expect(list.wayBackIn).toEqual({ hostname: WAY_BACK, url: `${test.portal.origin(WAY_BACK)}/sign-in` });
  });

  it('is for members with the permission', async () => {
    await expectProblem(await test.browser().request(HOST, '/api/oauth-clients'), 'not_signed_in');
    const client = test.browser();
    expectSignedIn(await client.signIn(HOST, 'github', 'grace'));
    await expectProblem(await client.request(HOST, '/api/oauth-clients'), 'permission_denied');
    await expectProblem(await save(client, { clientId: 'a', clientSecret: 'b' }), 'permission_denied');
    const narrowed = await admin();
    await test.stack.sql`update profiles set tenant_permissions = '{"domains": false}'
      where tenant_id = 'partner1' and email = 'ada@example.test'`;
    await expectProblem(await narrowed.request(HOST, '/api/oauth-clients'), 'permission_denied');
    await expectProblem(await narrowed.change(HOST, 'DELETE', path()), 'permission_denied');
    await expectProblem(
      await narrowed.request(HOST, '/auth/github?test=1', { headers: FROM_PAGE }),
      'permission_denied',
    );
  });
});

describe('a client', () => {
  it.each(PROVIDERS)(
    'of %s is saved off, tested, switched on, signs people in, and is removed',
    async (provider) => {
      const browser = await admin();
      const clientId = `own-${provider}`;
      registerAt(provider, clientId);
      expect(
        (await save(browser, { clientId: ` ${clientId}\n`, clientSecret: SECRET }, { provider })).status,
      ).toBe(204);
      expect(await stateOf(browser, provider)).toMatchObject({ state: 'untested', clientId, testedAt: null });
      const [row] = await test.stack
        .sql`select sealed_secret::text as sealed from tenant_oauth_clients where client_id = ${clientId}`;
      expect(row?.['sealed']).not.toContain(SECRET);
      // Off: the platform's own client serves.
      const standard = await test.browser().start(HOST, provider);
      expect(standard.searchParams.get('client_id')).toBe(test.stack.keys[provider].clientId);
      await expectProblem(await browser.change(HOST, 'POST', `${path(provider)}/enable`), 'client_untested');

      const before = browser.jar(HOST).get('__Host-session');
      expectOutcome(await testSignIn(browser, provider), provider, 'succeeded');
      expect(browser.jar(HOST).get('__Host-session')).toBe(before);
      const me = await (await browser.request(HOST, '/api/me')).json();
      expect(me).toMatchObject({
        member: { email: 'ada@example.test' },
        identities: [{ provider: 'github' }],
      });
      expect(await stateOf(browser, provider)).toMatchObject({ state: 'tested' });

      expect((await browser.change(HOST, 'POST', `${path(provider)}/enable`)).status).toBe(204);
      const start = await test.browser().start(HOST, provider);
      expect(start.searchParams.get('client_id')).toBe(clientId);
      expectSignedIn(await test.browser().signIn(HOST, provider, 'alan'));

      expect((await browser.change(HOST, 'POST', `${path(provider)}/disable`)).status).toBe(204);
      expect(await stateOf(browser, provider)).toMatchObject({ state: 'tested' });
      expect((await browser.change(HOST, 'DELETE', path(provider))).status).toBe(204);
      expect(await stateOf(browser, provider)).toMatchObject({ state: 'none', clientId: null });
      await expectProblem(await browser.change(HOST, 'DELETE', path(provider)), 'not_found');
      await expectProblem(await browser.change(HOST, 'POST', `${path(provider)}/enable`), 'not_found');
    },
  );

  it('that was changed is off again, and has to be tested again', async () => {
    const browser = await admin();
    registerAt('github', 'changing');
    await save(browser, { clientId: 'changing', clientSecret: SECRET });
    expectOutcome(await testSignIn(browser), 'github', 'succeeded');
    await browser.change(HOST, 'POST', `${path()}/enable`);
    await save(browser, { clientId: 'changing', clientSecret: SECRET });
    expect(await stateOf(browser)).toMatchObject({ state: 'untested', testedAt: null });
  });

  it('that is broken and on keeps nobody out under the platform’s domain', async () => {
    const browser = await admin();
    registerAt('github', 'breaking');
    await save(browser, { clientId: 'breaking', clientSecret: SECRET });
    expectOutcome(await testSignIn(browser), 'github', 'succeeded');
    await browser.change(HOST, 'POST', `${path()}/enable`);
    registerAt('github', 'breaking', { secret: 'rotated-elsewhere' });
    await expectProblem(await test.browser().signIn(HOST, 'github', 'ada'), 'client_misconfigured');
    expectSignedIn(await test.browser().signIn(HOST, 'github', 'ada', '?client=standard'));
    // A provider ties a client to its host: nowhere else does the standard one serve.
    const elsewhere = await test.browser().request(HOSTS.partnerSeo, '/auth/github?client=standard');
    await expectProblem(elsewhere, 'provider_not_configured');
  });

  it.each([
    ['no id', { clientSecret: 'b' }],
    ['an empty id', { clientId: ' ', clientSecret: 'b' }],
    ['a long id', { clientId: 'a'.repeat(256), clientSecret: 'b' }],
    ['a long secret', { clientId: 'a', clientSecret: 'b'.repeat(1025) }],
    ['a secret of two words', { clientId: 'a', clientSecret: 'b c' }],
    ['a control character', { clientId: 'a\u0000', clientSecret: 'b' }],
    ['a number', { clientId: 1, clientSecret: 'b' }],
  ])('with %s is refused', async (_name, body) => {
    await expectProblem(await save(await admin(), body), 'validation_failed');
  });

  it('that is too large is not read', async () => {
    const body = { clientId: 'a', clientSecret: 'b', more: 'x'.repeat(20_000) };
    await expectProblem(await save(await admin(), body), 'payload_too_large');
  });

  it('belongs to a verified hostname of this tenant', async () => {
    const browser = await admin();
    const body = { clientId: 'a', clientSecret: 'b' };
    for (const target of [HOSTS.partnerSeo, 'nobody.example', `x.${HOST}`]) {
      await expectProblem(await save(browser, body, { target }), 'not_found');
      await expectProblem(await browser.change(HOST, 'DELETE', path('github', target)), 'not_found');
      await expectProblem(
        await browser.change(HOST, 'POST', `${path('github', target)}/disable`),
        'not_found',
      );
    }
    await expectProblem(await save(browser, body, { target: '127.0.0.1' }), 'validation_failed');
    await expectProblem(
      await browser.change(HOST, 'PUT', `/api/oauth-clients/${HOST}/gitlab`, body),
      'validation_failed',
    );
    // Written in another way it is the same hostname.
    expect((await save(browser, body, { target: `${HOST.toUpperCase()}.` })).status).toBe(204);
  });

  it('is not changed from another site', async () => {
    const browser = await admin();
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.test' },
    ]) {
      await expectProblem(
        await browser.request(HOST, path(), { method: 'DELETE', headers }),
        'cross_site_request',
      );
    }
  });
});

describe('a test', () => {
  it('fails with a wrong secret, and the client stays off', async () => {
    const browser = await admin();
    for (const provider of PROVIDERS) {
      registerAt(provider, `wrong-${provider}`, { secret: 'the-right-one' });
      await save(browser, { clientId: `wrong-${provider}`, clientSecret: SECRET }, { provider });
      expectOutcome(await testSignIn(browser, provider), provider, 'wrong_secret');
      expect(await stateOf(browser, provider)).toMatchObject({ state: 'untested', testedAt: null });
      await expectProblem(await browser.change(HOST, 'POST', `${path(provider)}/enable`), 'client_untested');
    }
  });

  it('tells of a person who cancelled, of another callback, and of a provider that is away', async () => {
    const browser = await admin();
    registerAt('github', 'telling');
    await save(browser, { clientId: 'telling', clientSecret: SECRET });
    expectOutcome(await testSignIn(browser, 'github', 'cancel'), 'github', 'cancelled');
    const start = await browser.request(HOST, '/auth/github?test=1', { headers: FROM_PAGE });
    const state = new URL(start.headers.get('location') ?? '').searchParams.get('state');
    const mismatch = await browser.request(HOST, `/auth/callback?error=redirect_uri_mismatch&state=${state}`);
    expectOutcome(mismatch, 'github', 'redirect_mismatch');
    await test.withGitHub('token-unavailable', async () => {
      expectOutcome(await testSignIn(browser), 'github', 'unreachable');
    });
    await test.withGitHub('emails-not-granted', async () => {
      expectOutcome(await testSignIn(browser), 'github', 'refused');
    });
    expect(await stateOf(browser)).toMatchObject({ state: 'untested' });
  });

  it('proves nothing about a client that was saved in the meantime', async () => {
    const browser = await admin();
    registerAt('github', 'raced');
    await save(browser, { clientId: 'raced', clientSecret: SECRET });
    const start = await browser.request(HOST, '/auth/github?test=1', { headers: FROM_PAGE });
    const callback = await browser.visit(start, 'grace');
    await save(browser, { clientId: 'raced', clientSecret: SECRET });
    expectOutcome(await browser.finish(callback), 'github', 'changed');
    expect(await stateOf(browser)).toMatchObject({ state: 'untested' });
  });

  it('is started from a page of the portal alone, by a member', async () => {
    const browser = await admin();
    for (const site of ['cross-site', 'same-site', 'none']) {
      const headers = { 'sec-fetch-site': site };
      await expectProblem(
        await browser.request(HOST, '/auth/github?test=1', { headers }),
        'cross_site_request',
      );
    }
    await expectProblem(await browser.request(HOST, '/auth/github?test=1'), 'cross_site_request');
    await expectProblem(
      await test.browser().request(HOST, '/auth/github?test=1', { headers: FROM_PAGE }),
      'not_signed_in',
    );
  });

  it('is finished once, by the browser and the session that started it', async () => {
    const browser = await admin();
    registerAt('github', 'finished');
    await save(browser, { clientId: 'finished', clientSecret: SECRET });
    const begin = async () =>
      browser.visit(await browser.request(HOST, '/auth/github?test=1', { headers: FROM_PAGE }), 'grace');
    const other = await admin();
    await expectProblem(await other.finish(await begin()), 'sign_in_other_browser');
    const callback = await begin();
    await browser.change(HOST, 'POST', '/auth/sign-out');
    await expectProblem(await browser.finish(callback), 'session_ended');
    await expectProblem(await browser.finish(callback), 'sign_in_expired');
    expect(await stateOf(other)).toMatchObject({ state: 'untested' });
  });

  it('does not become a sign-in by another state', async () => {
    const browser = await admin();
    registerAt('github', 'renamed');
    await save(browser, { clientId: 'renamed', clientSecret: SECRET });
    const callback = await browser.visit(
      await browser.request(HOST, '/auth/github?test=1', { headers: FROM_PAGE }),
      'grace',
    );
    const state = callback.searchParams.get('state') ?? '';
    for (const forged of [state.replace('test.', ''), state.replace('test.', 'standard.')]) {
      callback.searchParams.set('state', forged);
      await expectProblem(await browser.finish(callback), 'sign_in_expired');
    }
  });

  it('is for the hostname that it is started on', async () => {
    const browser = await admin(WAY_BACK);
    // Its own hostname has no client, and that of the other is not taken.
    await expectProblem(
      await browser.request(WAY_BACK, '/auth/github?test=1', { headers: FROM_PAGE }),
      'not_found',
    );
  });
});
