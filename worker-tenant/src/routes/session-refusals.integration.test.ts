/** Sessions and accounts that let nobody in although they are real ones. Over HTTP, on all Workers: exact status and code. */
import { describe, expect, it } from 'vitest';
import { HOSTS } from '../../tests/browser.ts';
import { expectProblem, usePortal } from '../../tests/portal.ts';

const test = usePortal();
const HOST = HOSTS.partnerSeo;
const OTHER = HOSTS.partnerOne;

describe('a session', () => {
  it('of one tenant is refused by another, which takes the cookie away', async () => {
    const browser = test.browser();
    await browser.signIn(HOST, 'github', 'grace');
    browser.jar(OTHER).set('__Host-session', browser.jar(HOST).get('__Host-session') ?? '');
    await expectProblem(await browser.request(OTHER, '/api/me'), 'not_signed_in');
    expect(browser.jar(OTHER).has('__Host-session')).toBe(false);
  });

  it('is refused on another host of its own tenant too', async () => {
    const sibling = 'partner-seo.cozyartzmedia.com';
    const browser = test.browser();
    await browser.signIn(HOST, 'github', 'grace');
    browser.jar(sibling).set('__Host-session', browser.jar(HOST).get('__Host-session') ?? '');
    await expectProblem(await browser.request(sibling, '/api/me'), 'not_signed_in');
  });
});

describe('an account', () => {
  it.each([
    ['suspended', 'member_suspended'],
    ['removed', 'member_removed'],
  ] as const)('that is %s does not sign in', async (status, code) => {
    const { sql } = test.stack;
    await test.browser().signIn(HOSTS.primary, 'github', 'alan');
    const change = (to: string) => sql`update profiles set status = ${to}
      where tenant_id = 'cozyartzmedia' and email = 'alan@example.test'`;
    await change(status);
    await expectProblem(await test.browser().signIn(HOSTS.primary, 'github', 'alan'), code);
    await change('active');
  });
});
