/** Signing in as people do it: three portals, two providers, accounts, invitations, linking. Over HTTP, on all Workers. */
import { describe, expect, it } from 'vitest';
import { type Me, meSchema } from '../../../contract/api.ts';
import { PROVIDERS } from '../../../contract/tenants.ts';
import { IDENTITY_USERS } from '../../../scripts/local/identity-users.ts';
import { type Browser, HOSTS } from '../../tests/browser.ts';
import { expectProblem, expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal();
const PORTALS = [
  [HOSTS.primary, 'cozyartzmedia'],
  [HOSTS.partnerOne, 'partner1'],
  [HOSTS.partnerSeo, 'partner-seo'],
] as const;

async function me(browser: Browser, host: string): Promise<Me> {
  const response = await browser.request(host, '/api/me');
  expect(response.status).toBe(200);
  return meSchema.parse(await response.json());
}

/** A member's link on a page of the portal. */
function link(browser: Browser, host: string, provider: string): Promise<Response> {
  return browser.request(host, `/auth/${provider}?link=1&next=/profile`, {
    headers: { 'sec-fetch-site': 'same-origin' },
  });
}

describe('signing in', () => {
  for (const [host, tenantId] of PORTALS) {
    for (const provider of PROVIDERS) {
      it(`works on ${host} with ${provider}, and leads to the page that was asked for`, async () => {
        const browser = test.browser();
        expectSignedIn(
          await browser.signIn(host, provider, 'grace', '?next=/sessions%3Fstate=all'),
          '/sessions?state=all',
        );
        const { member, tenant, identities } = await me(browser, host);
        expect([tenant.tenantId, member.name, member.email]).toEqual([
          tenantId,
          'Grace Hopper',
          'grace@example.test',
        ]);
        expect(identities.map((identity) => identity.provider)).toEqual([provider]);
        const out = await browser.change(host, 'POST', '/auth/sign-out');
        expect(out.status).toBe(204);
        await expectProblem(await browser.request(host, '/api/me'), 'not_signed_in');
      });
    }
  }

  it('sends PKCE with S256 and a fresh state to both, a nonce to Google, and nobody else’s client', async () => {
    const states = new Set<string | null>();
    for (const provider of PROVIDERS) {
      const url = await test.browser().start(HOSTS.partnerSeo, provider);
      const query = url.searchParams;
      expect(query.get('code_challenge_method')).toBe('S256');
      expect(query.get('code_challenge')).toMatch(/^[\w-]{43}$/);
      expect(query.get('client_id')).toBe(`partner-seo.com.${provider}`);
      expect(query.get('redirect_uri')).toBe(`${test.portal.origin(HOSTS.partnerSeo)}/auth/callback`);
      expect(query.has('nonce')).toBe(provider === 'google');
      states.add(query.get('state'));
      expect(query.get('state')).toMatch(/^[\w-]{43}$/);
    }
    expect(states.size).toBe(2);
  });

  it('serves a second tab that was opened before the first came home', async () => {
    const browser = test.browser();
    const first = await browser.startAndPick(HOSTS.partnerSeo, 'github', 'grace', '?next=/first');
    const second = await browser.startAndPick(HOSTS.partnerSeo, 'google', 'grace', '?next=/second');
    expectSignedIn(await browser.finish(second), '/second');
    expectSignedIn(await browser.finish(first), '/first');
  });

  it('makes two members of one person on two tenants, who know nothing of each other', async () => {
    const browser = test.browser();
    await browser.signIn(HOSTS.partnerOne, 'github', 'alan');
    await browser.signIn(HOSTS.partnerSeo, 'github', 'alan');
    const [one, seo] = [await me(browser, HOSTS.partnerOne), await me(browser, HOSTS.partnerSeo)];
    expect(one.member.id).not.toBe(seo.member.id);
    expect([one.tenant.tenantId, seo.tenant.tenantId]).toEqual(['partner1', 'partner-seo']);
  });

  it('finds the member again, by the provider’s id and not by the email', async () => {
    const [first, second] = [test.browser(), test.browser()];
    await first.signIn(HOSTS.partnerOne, 'google', 'alan');
    await test.stack.sql`update profiles set email = 'moved@example.test'
      where tenant_id = 'partner1' and email = 'alan@example.test'`;
    await second.signIn(HOSTS.partnerOne, 'google', 'alan');
    expect((await me(second, HOSTS.partnerOne)).member.id).toBe(
      (await me(first, HOSTS.partnerOne)).member.id,
    );
  });

  it('never joins two accounts because their emails are equal', async () => {
    const [github, google] = [test.browser(), test.browser()];
    await github.signIn(HOSTS.primary, 'github', 'alan');
    await google.signIn(HOSTS.primary, 'google', 'alan');
    const [a, b] = [await me(github, HOSTS.primary), await me(google, HOSTS.primary)];
    expect(a.member.email).toBe(b.member.email);
    expect(a.member.id).not.toBe(b.member.id);
  });

  it('uses the platform’s own client under its domain where a tenant has none', async () => {
    const host = 'partner-seo.cozyartzmedia.com';
    const browser = test.browser();
    for (const provider of PROVIDERS) {
      const url = await browser.start(host, provider);
      expect(url.searchParams.get('client_id')).toBe(test.stack.keys[provider].clientId);
    }
    expectSignedIn(await browser.signIn(host, 'google', 'grace'));
    expect((await me(browser, host)).tenant.tenantId).toBe('partner-seo');
  });
});

describe('invitations', () => {
  it('make the first admin, once', async () => {
    const browser = test.browser();
    await browser.signIn(HOSTS.partnerSeo, 'github', 'ada');
    expect((await me(browser, HOSTS.partnerSeo)).member.role).toBe('admin');
    const other = test.browser();
    await other.signIn(HOSTS.partnerSeo, 'google', 'ada');
    expect((await me(other, HOSTS.partnerSeo)).member.role).toBe('client');
  });

  it('are the only way in where sign-up is by invitation', async () => {
    const { sql } = test.stack;
    await sql`insert into tenants (tenant_id, name, domain, type, sign_up)
      values ('closed', 'Closed Shop', 'closed.cozyartzmedia.com', 'partner-subdomain', 'invite')`;
    const host = 'closed.cozyartzmedia.com';
    await expectProblem(await test.browser().signIn(host, 'github', 'grace'), 'not_invited');

    await sql`insert into invitations (tenant_id, email, tenant_role) values ('closed', 'GRACE@example.test', 'admin')`;
    const browser = test.browser();
    expectSignedIn(await browser.signIn(host, 'github', 'grace'));
    expect((await me(browser, host)).member.role).toBe('admin');
    expectSignedIn(await test.browser().signIn(host, 'github', 'grace'));
    await expectProblem(await test.browser().signIn(host, 'google', 'grace'), 'not_invited');
  });

  it('that were withdrawn or have expired let nobody in', async () => {
    const { sql } = test.stack;
    await sql`insert into tenants (tenant_id, name, domain, type, sign_up)
      values ('strict', 'Strict', 'strict.cozyartzmedia.com', 'partner-subdomain', 'invite')`;
    await sql`insert into invitations (tenant_id, email, revoked_at) values ('strict', 'grace@example.test', now())`;
    await sql`insert into invitations (tenant_id, email, expires_at)
      values ('strict', 'alan@example.test', now() - interval '1 second')`;
    const host = 'strict.cozyartzmedia.com';
    await expectProblem(await test.browser().signIn(host, 'google', 'grace'), 'not_invited');
    await expectProblem(await test.browser().signIn(host, 'google', 'alan'), 'not_invited');
  });

  it('do not count for an address that nobody verified', async () => {
    const { sql } = test.stack;
    const [primary] = IDENTITY_USERS.mallory.emails;
    await sql`insert into invitations (tenant_id, email, tenant_role) values ('closed', ${primary.email}, 'admin')`;
    for (const provider of PROVIDERS) {
      await expectProblem(
        await test.browser().signIn('closed.cozyartzmedia.com', provider, 'mallory'),
        'email_unverified',
      );
    }
    const [left] = await sql`select count(*)::int as count from invitations
      where tenant_id = 'closed' and email = ${primary.email} and accepted_at is null`;
    expect(left?.['count']).toBe(1);
  });
});

describe('linking a second provider', () => {
  it('gives the signed-in member who asks for it a second way in', async () => {
    const browser = test.browser();
    await browser.signIn(HOSTS.partnerOne, 'github', 'grace');
    const before = await me(browser, HOSTS.partnerOne);
    const start = await link(browser, HOSTS.partnerOne, 'google');
    const callback = await browser.visit(start, 'ghost');
    const done = await browser.finish(callback);
    expect([done.status, done.headers.get('location')]).toEqual([302, '/profile?linked=google']);
    const after = await me(browser, HOSTS.partnerOne);
    expect(after.session.id).toBe(before.session.id);
    expect(after.identities.map(({ provider }) => provider)).toEqual(['github', 'google']);

    // Without a verified email of its own: a known identity needs none.
    const other = test.browser();
    expectSignedIn(await other.signIn(HOSTS.partnerOne, 'google', 'ghost'));
    expect((await me(other, HOSTS.partnerOne)).member.id).toBe(before.member.id);
  });

  it('is refused for an account of somebody else here', async () => {
    await test.browser().signIn(HOSTS.partnerSeo, 'google', 'alan');
    const browser = test.browser();
    await browser.signIn(HOSTS.partnerSeo, 'github', 'grace');
    const callback = await browser.visit(await link(browser, HOSTS.partnerSeo, 'google'), 'alan');
    await expectProblem(await browser.finish(callback), 'identity_taken');
  });

  it('is refused when nobody is signed in', async () => {
    await expectProblem(await link(test.browser(), HOSTS.partnerSeo, 'google'), 'not_signed_in');
  });

  it.each([['cross-site'], ['same-site'], ['none']])('is refused when the way here was %s', async (site) => {
    const browser = test.browser();
    await browser.signIn(HOSTS.partnerSeo, 'github', 'grace');
    const headers = { 'sec-fetch-site': site };
    const response = await browser.request(HOSTS.partnerSeo, '/auth/google?link=1', { headers });
    await expectProblem(response, 'cross_site_request');
  });

  it('is refused at the callback when the session has ended in between', async () => {
    const browser = test.browser();
    await browser.signIn(HOSTS.partnerSeo, 'github', 'grace');
    const callback = await browser.visit(await link(browser, HOSTS.partnerSeo, 'google'), 'ghost');
    await test.stack.sql`update sessions set revoked_at = now() where tenant_id = 'partner-seo'`;
    await expectProblem(await browser.finish(callback), 'session_ended');
  });

  it('is refused at the callback when the browser has come to be somebody else’s', async () => {
    const browser = test.browser();
    await browser.signIn(HOSTS.partnerSeo, 'github', 'grace');
    const callback = await browser.visit(await link(browser, HOSTS.partnerSeo, 'google'), 'ghost');
    const other = test.browser();
    await other.signIn(HOSTS.partnerSeo, 'github', 'alan');
    browser
      .jar(HOSTS.partnerSeo)
      .set('__Host-session', other.jar(HOSTS.partnerSeo).get('__Host-session') ?? '');
    await expectProblem(await browser.finish(callback), 'session_ended');
  });
});

describe('what anybody may ask', () => {
  it.each(PORTALS)('%s tells its name, brand and ways to sign in', async (host, tenantId) => {
    const response = await test.browser().request(host, '/api/tenant');
    expect(await response.json()).toMatchObject({
      tenantId,
      hostname: host,
      providers: ['github', 'google'],
    });
  });
});
