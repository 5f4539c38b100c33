/** On the real names, with TLS: signing in works on each, and a sibling subdomain cannot plant a cookie. */
import { continueWith, expect, PARTNER, PORTALS, PRIMARY, signIn, signOut, test } from './portals.ts';

for (const portal of PORTALS) {
  test(`https://${portal.hostname}: sign in, with cookies that only this host can have set`, async ({
    page,
    context,
  }) => {
    const origin = `https://${portal.hostname}`;
    const response = await page.goto(origin);
    const hsts = response?.headers()['strict-transport-security'] ?? '';
    expect(hsts).toMatch(/^max-age=\d{8,}$/);

    await signIn(page, portal, { origin });
    const cookies = await context.cookies(origin);
    const session = cookies.find(({ name }) => name === '__Host-session');
    expect(session).toMatchObject({
      domain: portal.hostname,
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
    });
    await signOut(page);
    const left = await context.cookies(origin);
    expect(left.map(({ name }) => name)).not.toContain('__Host-session');
  });
}

test('a sibling subdomain cannot plant a session or a sign-in on another portal', async ({
  page,
  context,
}) => {
  await page.goto(`https://${PARTNER.hostname}/sign-in`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.evaluate((domain) => {
    for (const name of ['__Host-session', '__Host-sign-in', '__HOST-session', 'session']) {
      // The document's own way to set cookies is the attack.
      // biome-ignore lint/suspicious/noDocumentCookie: the attack itself
      document.cookie = `${name}=planted; Domain=${domain}; Path=/; Secure; SameSite=Lax`;
    }
  }, PRIMARY.hostname);

  const origin = `https://${PRIMARY.hostname}`;
  const planted = (await context.cookies(origin)).filter(({ value }) => value === 'planted');
  expect(
    planted.map(({ name }) => name),
    'only a name that nothing reads',
  ).toEqual(['session']);

  await page.goto(origin);
  await expect(page).toHaveTitle(`Sign in · ${PRIMARY.name}`);
  await continueWith(page, 'github', 'Ada Lovelace');
  await expect(page).toHaveTitle(`Dashboard · ${PRIMARY.name}`);
  const session = (await context.cookies(origin)).find(({ name }) => name === '__Host-session');
  expect(session?.value).not.toBe('planted');
  expect(session?.domain).toBe(PRIMARY.hostname);
});

test('a session of the primary is not sent to a subdomain under it', async ({ page, context }) => {
  await signIn(page, PRIMARY, { origin: `https://${PRIMARY.hostname}` });
  const names = (await context.cookies(`https://${PARTNER.hostname}`)).map(({ name }) => name);
  expect(names).not.toContain('__Host-session');
  await page.goto(`https://${PARTNER.hostname}`);
  await expect(page).toHaveTitle(`Sign in · ${PARTNER.name}`);
});
