/** From an invitation in the panel through the mail to a member: what is sent is what whoever is invited acts on. */
import postgres from 'postgres';
import { currentBrowserPortal } from '../../scripts/local/browser-portal.ts';
import { keepPicture } from './pictures.ts';
import {
  continueWith,
  type DemoPortal,
  enter,
  expect,
  foreignNames,
  mailTo,
  originOf,
  PLATFORM_NAME,
  test,
} from './portals.ts';

const ADDRESS = 'alan@example.test';
/** A portal of its own: who is a member elsewhere is other tests' business. */
const NORDLICHT: DemoPortal = {
  hostname: 'nordlicht.cozyartzmedia.com',
  name: 'Nordlicht Studio',
  headline: 'Sign in to Nordlicht Studio',
  plan: 'Starter',
  rolesOfAda: 'Admin',
};
const BRAND = {
  colors: { light: { primary: '#0f766e' }, dark: { primary: '#2dd4bf' } },
  radius: 12,
  mailSenderName: 'Nordlicht',
  supportEmail: 'help@nordlicht.example',
  privacyUrl: 'https://nordlicht.example/privacy',
};

test.beforeAll(async () => {
  const sql = postgres(currentBrowserPortal().databaseUrl, { max: 1, onnotice: () => {} });
  await sql`insert into tenants (tenant_id, name, domain, type, whitelabel_config)
    values ('nordlicht', ${NORDLICHT.name}, ${NORDLICHT.hostname}, 'partner-subdomain', ${sql.json(BRAND)})
    on conflict do nothing`;
  await sql`insert into invitations (tenant_id, email, tenant_role) values ('nordlicht', 'ada@example.test', 'admin')
    on conflict do nothing`;
  await sql.end();
});

test('whoever is invited reads the mail, opens its link, signs in and is a member', async ({
  page,
  browser,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await enter(page, NORDLICHT, { path: '/invitations' });
  await page.getByLabel('Email address').fill(ADDRESS);
  await page.getByLabel('Role').selectOption('admin');
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByRole('main').getByText(`${ADDRESS} is invited`)).toBeVisible();
  const row = page.getByRole('listitem').filter({ hasText: ADDRESS });
  // Without a reload: the list is asked for again while a mail is on its way.
  await expect(row).toContainText('Mail sent', { timeout: 15_000 });

  const mail = await mailTo(ADDRESS);
  expect(mail.from?.name).toBe(BRAND.mailSenderName);
  expect(mail.replyTo?.[0]?.address).toBe(BRAND.supportEmail);
  expect(mail.subject).toBe(`Your invitation to ${NORDLICHT.name}`);
  const guest = await browser.newContext({ colorScheme: 'light' });
  const reading = await guest.newPage();
  await reading.setContent(mail.html ?? '');
  await expect(reading.getByRole('heading', { name: `You are invited to ${NORDLICHT.name}` })).toBeVisible();
  const shown = await reading.locator('body').textContent();
  for (const name of foreignNames(NORDLICHT)) expect(shown).not.toContain(name);
  expect(`${mail.html}${mail.text}`).not.toMatch(PLATFORM_NAME);
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [720, 390, 320]) {
      await reading.setViewportSize({ width, height: 800 });
      await reading.emulateMedia({ colorScheme });
      const overflow = await reading.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `at ${width}`).toBeLessThanOrEqual(0);
      await keepPicture(reading, `nordlicht-mail-${width}-${colorScheme}`);
    }
  }

  const link = reading.getByRole('link', { name: `Sign in to ${NORDLICHT.name}` });
  const address = await link.getAttribute('href');
  expect(address).toBe(`${originOf(NORDLICHT.hostname)}/sign-in`);
  await reading.setViewportSize({ width: 1280, height: 800 });
  await reading.goto(address ?? '');
  await continueWith(reading, 'google', 'Alan Turing');
  await expect(reading).toHaveTitle(`Dashboard · ${NORDLICHT.name}`);
  await reading.getByRole('link', { name: 'Profile', exact: true }).click();
  await expect(reading.getByRole('main')).toContainText('Admin');
  await guest.close();
});

test('a mail that could not be delivered says so, and can be sent again', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await enter(page, NORDLICHT, { path: '/invitations' });
  await page.getByLabel('Email address').fill('lost@example.test');
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'lost@example.test' });
  await expect(row).toContainText('Mail sent', { timeout: 15_000 });
  const sql = postgres(currentBrowserPortal().databaseUrl, { max: 1 });
  await sql`update mails set state = 'failed', error = 'recipient_refused' where recipient = 'lost@example.test'`;
  await sql`insert into invitations (tenant_id, email) values ('nordlicht', 'operator@example.test')`;
  await sql.end();
  await page.reload();
  await expect(row).toContainText('Mail not delivered');
  await expect(page.getByRole('listitem').filter({ hasText: 'operator@' })).toContainText('No mail was sent');
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      await keepPicture(page, `nordlicht-invitations-${width}-${colorScheme}`);
    }
  }
  await page.getByRole('button', { name: 'Resend to lost@example.test' }).click();
  await expect(row).toContainText('sent twice');
  await expect(row).toContainText('Mail sent', { timeout: 15_000 });
});
