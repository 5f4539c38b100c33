/** Every way in which a started sign-in must not be finished, over HTTP, on all Workers: exact status and code. */
import { describe, expect, it } from 'vitest';
import { PROVIDERS } from '../../../contract/tenants.ts';
import { HOSTS } from '../../tests/browser.ts';
import { expectProblem, expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal();
const HOST = HOSTS.partnerSeo;
const OTHER = HOSTS.partnerOne;

/** Another query on the same callback. */
function changed(callback: URL, change: (query: URLSearchParams) => void): URL {
  const url = new URL(callback);
  change(url.searchParams);
  return url;
}

describe('a callback', () => {
  it('without a flow is refused', async () => {
    const response = await test.browser().request(HOST, `/auth/callback?code=c&state=${'s'.repeat(43)}`);
    await expectProblem(response, 'sign_in_expired');
  });

  it('with another state is refused, and leaves the flow alone', async () => {
    const browser = test.browser();
    const callback = await browser.startAndPick(HOST, 'github', 'grace');
    const wrong = changed(callback, (query) => query.set('state', 's'.repeat(43)));
    await expectProblem(await browser.finish(wrong), 'sign_in_expired');
    expectSignedIn(await browser.finish(callback));
  });

  it.each([
    ['no state', (query: URLSearchParams) => query.delete('state')],
    ['an empty state', (query: URLSearchParams) => query.set('state', '')],
    ['its state twice', (query: URLSearchParams) => query.append('state', query.get('state') ?? '')],
    ['a second state', (query: URLSearchParams) => query.append('state', 'other')],
    ['a second code', (query: URLSearchParams) => query.append('code', 'other')],
    ['a code and an error', (query: URLSearchParams) => query.append('error', 'access_denied')],
    ['neither code nor error', (query: URLSearchParams) => query.delete('code')],
  ])('with %s is refused', async (_name, change) => {
    const browser = test.browser();
    const callback = await browser.startAndPick(HOST, 'github', 'grace');
    await expectProblem(await browser.finish(changed(callback, change)), 'sign_in_failed');
  });

  it('opened in another browser is refused, and its flow is used up', async () => {
    const [victim, attacker] = [test.browser(), test.browser()];
    const callback = await attacker.startAndPick(HOST, 'github', 'mallory');
    await expectProblem(await victim.finish(callback), 'sign_in_other_browser');
    await expectProblem(await attacker.finish(callback), 'sign_in_expired');
  });

  it('opened in another browser that has started a sign-in of its own is refused', async () => {
    const [victim, attacker] = [test.browser(), test.browser()];
    await victim.start(HOST, 'github');
    const callback = await attacker.startAndPick(HOST, 'github', 'grace');
    await expectProblem(await victim.finish(callback), 'sign_in_other_browser');
  });

  it('opened twice is refused the second time', async () => {
    const browser = test.browser();
    const callback = await browser.startAndPick(HOST, 'google', 'grace');
    expectSignedIn(await browser.finish(callback));
    await expectProblem(await browser.finish(callback), 'sign_in_expired');
  });

  it('after ten minutes is refused', async () => {
    const browser = test.browser();
    const callback = await browser.startAndPick(HOST, 'github', 'grace');
    await test.stack.sql`update sign_in_flows set created_at = created_at - interval '10 minutes',
      expires_at = expires_at - interval '10 minutes'`;
    await expectProblem(await browser.finish(callback), 'sign_in_expired');
    await expectProblem(await browser.finish(callback), 'sign_in_expired');
  });

  it.each(PROVIDERS)('of somebody who cancelled at %s says so', async (provider) => {
    const browser = test.browser();
    await expectProblem(await browser.signIn(HOST, provider, 'cancel'), 'sign_in_cancelled');
  });

  it.each([
    ['redirect_uri_mismatch', 'client_misconfigured'],
    ['unauthorized_client', 'client_misconfigured'],
    ['temporarily_unavailable', 'provider_unreachable'],
    ['server_error', 'provider_unreachable'],
    ['something_new', 'sign_in_failed'],
  ] as const)('with the error %s is answered with %s', async (error, code) => {
    const browser = test.browser();
    const state = (await browser.start(HOST, 'github')).searchParams.get('state');
    await expectProblem(await browser.request(HOST, `/auth/callback?error=${error}&state=${state}`), code);
  });
});

describe('of two tenants', () => {
  it('the one refuses a state of the other, and does not burn it', async () => {
    const browser = test.browser();
    const callback = await browser.startAndPick(HOST, 'github', 'grace');
    // As if the cookie had come along as well.
    browser.jar(OTHER).set('__Host-sign-in', browser.jar(HOST).get('__Host-sign-in') ?? '');
    const response = await browser.request(OTHER, `${callback.pathname}${callback.search}`);
    await expectProblem(response, 'sign_in_expired');
    expectSignedIn(await browser.finish(callback));
  });

  it.each(PROVIDERS)('the one cannot use a code that %s made for the other', async (provider) => {
    const browser = test.browser();
    const code = (await browser.startAndPick(HOST, provider, 'grace')).searchParams.get('code') ?? '';
    const callback = await browser.startAndPick(OTHER, provider, 'alan');
    const mixed = changed(callback, (query) => query.set('code', code));
    await expectProblem(await browser.finish(mixed), 'sign_in_failed');
  });

  it('the one cannot use an OAuth client whose row was copied from the other', async () => {
    const { sql } = test.stack;
    await sql`insert into tenants (tenant_id, name, domain, type, sign_up)
      values ('copycat', 'Copycat', 'copycat.test', 'custom-domain', 'open')`;
    await sql`insert into tenant_oauth_clients (tenant_id, hostname, provider, client_id, sealed_secret)
      select 'copycat', 'copycat.test', provider, client_id, sealed_secret
      from tenant_oauth_clients where hostname = ${HOST} and provider = 'github'`;
    const browser = test.browser();
    await expectProblem(await browser.request('copycat.test', '/auth/github'), 'client_misconfigured');
    // And a domain outside the platform's does not fall back on the platform's client.
    await expectProblem(await browser.request('copycat.test', '/auth/google'), 'provider_not_configured');
  });
});

describe('of two providers', () => {
  it('GitHub’s flow is not finished with Google’s code', async () => {
    const browser = test.browser();
    const github = await browser.startAndPick(HOST, 'github', 'grace');
    const google = await browser.startAndPick(HOST, 'google', 'grace');
    const mixed = changed(github, (query) => query.set('code', google.searchParams.get('code') ?? ''));
    await expectProblem(await browser.finish(mixed), 'sign_in_failed');
  });

  it('Google’s flow is not finished with GitHub’s code', async () => {
    const browser = test.browser();
    const github = await browser.startAndPick(HOST, 'github', 'grace');
    const google = await browser.startAndPick(HOST, 'google', 'grace');
    const mixed = changed(google, (query) => query.set('code', github.searchParams.get('code') ?? ''));
    await expectProblem(await browser.finish(mixed), 'sign_in_failed');
  });

  it('GitHub’s flow is not finished by an answer that names Google as its issuer', async () => {
    const browser = test.browser();
    const github = await browser.startAndPick(HOST, 'github', 'grace');
    const mixed = changed(github, (query) => query.set('iss', test.stack.google.url));
    const requestId = await expectProblem(await browser.finish(mixed), 'sign_in_failed');
    expect(await test.reasonOf(requestId)).toBe('foreign-issuer');
  });

  it('a foreign issuer on the callback is refused', async () => {
    await test.withGoogle('foreign-callback-iss', async () => {
      await expectProblem(await test.browser().signIn(HOST, 'google', 'grace'), 'sign_in_failed');
    });
  });

  it.each(PROVIDERS)('an injected code of %s is refused (PKCE)', async (provider) => {
    const [victim, attacker] = [test.browser(), test.browser()];
    // The attacker's own account, its own code, made for the same client: only the verifier differs.
    const code = (await attacker.startAndPick(HOST, provider, 'alan')).searchParams.get('code') ?? '';
    const state = (await victim.start(HOST, provider)).searchParams.get('state') ?? '';
    const response = await victim.request(HOST, `/auth/callback?code=${code}&state=${state}`);
    expect(await test.reasonOf(await expectProblem(response, 'sign_in_failed'))).toBe(
      `${provider}: code-refused`,
    );
  });
});

describe('the page to go to', () => {
  it.each([
    '//evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    'https://evil.test/',
    'javascript:alert(1)',
    '/%2fevil.test',
    '/%5cevil.test',
    '/.//evil.test',
    '/\t/evil.test',
    '/\r\nset-cookie:a=b',
    '/%0d%0aset-cookie:a=b',
    '/auth/github',
    '/auth/../auth/google?next=/auth/github',
  ])('is never %j', async (next) => {
    const query = `?next=${encodeURIComponent(next)}`;
    expectSignedIn(await test.browser().signIn(HOST, 'github', 'grace', query), '/');
  });

  it('is no header of a proxy either', async () => {
    const headers = {
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'http',
      'x-original-host': 'evil.test',
      forwarded: 'host=evil.test;proto=http',
      'x-tenant-context': 'forged',
      'x-client-address': '192.0.2.66',
    };
    const browser = test.browser();
    const url = await browser.start(HOST, 'google', '', headers);
    expect(url.searchParams.get('redirect_uri')).toBe(`${test.portal.origin(HOST)}/auth/callback`);
    const response = await browser.finish(await browser.startAndPick(HOST, 'google', 'grace'), headers);
    expectSignedIn(response);
    const [session] = await test.stack.sql`select address from sessions order by created_at desc limit 1`;
    expect(session?.['address']).toBe(browser.address);
  });
});

describe('attempts', () => {
  it('that stay open are bounded per address and tenant', async () => {
    // One subscriber with as many addresses as it likes.
    const visitor = (last: number) => test.browser(`2001:db8:1:1::${last}`);
    for (let attempt = 0; attempt < 20; attempt++) await visitor(attempt).start(HOST, 'github');
    const refused = await visitor(99).request(HOST, '/auth/google');
    await expectProblem(refused, 'too_many_sign_ins');
    expect(refused.headers.get('retry-after')).toBe('60');
    // Neither a neighbour nor another tenant's visitors are kept out.
    await test.browser('2001:db8:1:2::1').start(HOST, 'github');
    await visitor(1).start(OTHER, 'github');
  });

  it('to finish are slowed down per address and tenant', async () => {
    const browser = test.browser();
    const attempt = () => browser.request(HOST, `/auth/callback?code=c&state=${'s'.repeat(43)}`);
    let refused: Response[] = [];
    // The minute of the count may end in the middle of a batch, not of two.
    for (let batch = 0; batch < 2 && refused.length === 0; batch++) {
      const answers = await Promise.all(Array.from({ length: 80 }, attempt));
      refused = answers.filter((answer) => answer.status === 429);
    }
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(answer.headers.get('retry-after')).toBe('60');
      await expectProblem(answer, 'too_many_sign_ins');
    }
    expectSignedIn(await test.browser().signIn(HOST, 'github', 'grace'));
  });
});

describe('a person in front of a refused sign-in', () => {
  it('sees the tenant’s own page with the reason in it', async () => {
    const response = await test.browser().request(HOST, `/auth/callback?code=c&state=${'s'.repeat(43)}`, {
      headers: { accept: 'text/html,application/xhtml+xml', 'sec-fetch-mode': 'navigate' },
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('text/html');
    const page = await response.text();
    expect(page).toContain('sign_in_expired');
    expect(page).toContain('Partner SEO');
  });
});
