/** What belongs to one tenant stays with it, also in a browser that is at home on several. */
import { ask, CUSTOM, expect, originOf, PARTNER, PRIMARY, signIn, signOut, test } from './portals.ts';

test('two portals in one browser are two sign-ins', async ({ context }) => {
  const partner = await context.newPage();
  const custom = await context.newPage();
  await signIn(partner, PARTNER, { person: 'Ada Lovelace' });
  await signIn(custom, CUSTOM, { person: 'Grace Hopper', provider: 'google' });

  await partner.reload();
  await expect(partner.getByRole('heading', { level: 1 })).toContainText('Ada');
  await custom.reload();
  await expect(custom.getByRole('heading', { level: 1 })).toContainText('Grace');

  await signOut(partner);
  await custom.reload();
  await expect(custom.getByRole('heading', { level: 1 })).toContainText('Grace');
});

for (const [from, to] of [
  [PARTNER, CUSTOM],
  [CUSTOM, PARTNER],
  [PARTNER, PRIMARY],
  [PRIMARY, CUSTOM],
] as const) {
  test(`a session of ${from.name} is worth nothing at ${to.name}`, async ({
    context,
    page,
    consoleWatch,
  }) => {
    await signIn(page, from);
    const cookies = await context.cookies(originOf(from.hostname));
    const session = cookies.find(({ name }) => name === '__Host-session');
    expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });

    consoleWatch.expectConsoleErrors(/401/);
    const origin = originOf(to.hostname);
    // Cookies know no port, and this prefix wants https of whoever sets one from outside of a page.
    const url = `https://${new URL(origin).hostname}`;
    await context.addCookies([
      { name: '__Host-session', value: session?.value ?? '', url, secure: true, httpOnly: true },
    ]);
    await page.goto(origin);
    await expect(page).toHaveTitle(`Sign in · ${to.name}`);
    for (const path of ['/api/me', '/api/sessions', '/api/usage']) {
      const { status, body } = await ask(page, path);
      expect(status, path).toBe(401);
      expect(body).not.toContain('ada@example.test');
    }
    await page.goto(originOf(from.hostname));
    await expect(page.getByRole('heading', { level: 1 }), 'the session still lives at home').toContainText(
      'Ada',
    );
  });
}
