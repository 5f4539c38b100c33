/** What is left to set up, over HTTP: as far as the asking member may, and of its own tenant. */
import { expect, it } from 'vitest';
import { HOSTS } from '../../tests/browser.ts';
import { expectProblem, expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal();

async function askAs(host: string, user: string): Promise<unknown> {
  const browser = test.browser();
  expectSignedIn(await browser.signIn(host, 'github', user));
  const response = await browser.request(host, '/api/setup');
  expect(response.status).toBe(200);
  return response.json();
}

it('tells what a member may set up, and nothing else', async () => {
  expect(await askAs(HOSTS.partnerSeo, 'ada')).toEqual({
    brand: true,
    logo: false,
    signIn: true,
    people: false,
  });
  expect(await askAs(HOSTS.partnerSeo, 'grace')).toEqual({
    brand: null,
    logo: null,
    signIn: null,
    people: null,
  });
  expect(await askAs(HOSTS.partnerSeo, 'ada'), 'a second member is there').toMatchObject({ people: true });
  expect(await askAs(HOSTS.partnerOne, 'ada'), 'of another tenant nothing is counted').toEqual({
    brand: true,
    logo: false,
    signIn: null,
    people: false,
  });
  await expectProblem(await test.browser().request(HOSTS.partnerOne, '/api/setup'), 'not_signed_in');
});
