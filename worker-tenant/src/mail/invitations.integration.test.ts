/** Invitations on their way out: API, outbox, queue, jobs Worker, and the mail as it would leave. On a real database. */
import PostalMime, { type Email } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { type Invitation, invitationListSchema } from '../../../contract/invitations.ts';
import { SENDING_DOMAIN, signingDomain } from '../../../scripts/local/mailbox.ts';
import { type Browser, HOSTS } from '../../tests/browser.ts';
import { expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal();
const HOST = HOSTS.partnerOne;
const MAILS_CRON = '*/5 * * * *';

async function admin(host: string = HOST): Promise<Browser> {
  const browser = test.browser();
  expectSignedIn(await browser.signIn(host, 'github', 'ada'));
  return browser;
}

async function invite(browser: Browser, email: string, host: string = HOST): Promise<string> {
  const response = await browser.change(host, 'POST', '/api/invitations', { email, role: 'client' });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

async function invitation(browser: Browser, id: string, host: string = HOST): Promise<Invitation> {
  const response = await browser.request(host, '/api/invitations?state=all&limit=100');
  const { items } = invitationListSchema.parse(await response.json());
  const found = items.find((item) => item.id === id);
  if (found === undefined) throw new Error('no such invitation');
  return found;
}

/** The queue takes its time: waits until `question` answers something. */
async function eventually<T>(
  question: () => Promise<T | undefined> | T | undefined,
  seconds = 10,
): Promise<T> {
  for (let attempt = 0; attempt < seconds * 10; attempt++) {
    const answer = await question();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not happen in time');
}

const mailsTo = (email: string) => test.stack.mailbox.mails.filter(({ to }) => to === email);

async function mailTo(email: string): Promise<{ raw: string; mail: Email }> {
  const { raw } = await eventually(() => mailsTo(email).at(-1));
  return { raw, mail: await PostalMime.parse(raw) };
}

/** Every text that the message holds: as it travels, and each part and header as a mail program shows it. */
function texts(raw: string, mail: Email): string[] {
  const decoded = mail.headers.map(({ value }) => value);
  const people = [mail.from, ...(mail.replyTo ?? [])].map((party) => `${party?.name} ${party?.address}`);
  return [raw, mail.subject ?? '', mail.html ?? '', mail.text ?? '', ...decoded, ...people];
}

describe('the mail of an invitation', () => {
  it("comes in the partner's name from the neutral domain, and leads to a sign-in that makes a member", async () => {
    const { sql } = test.stack;
    await sql`update tenants set sign_up = 'invite', whitelabel_config = whitelabel_config
      || '{"mailSenderName": "Partner One Team", "supportEmail": "help@partner-one.example", "termsUrl": "https://partner-one.example/terms?a=1&b=2"}'
      where tenant_id = 'partner1'`;
    const browser = await admin();
    const id = await invite(browser, 'Grace@Example.test');
    const { raw, mail } = await mailTo('Grace@Example.test');
    expect(mail.from).toMatchObject({ name: 'Partner One Team', address: `no-reply@${SENDING_DOMAIN}` });
    expect(mail.replyTo).toMatchObject([{ address: 'help@partner-one.example' }]);
    expect(mail.to).toMatchObject([{ address: 'Grace@example.test' }]);
    expect(mail.returnPath).toMatch(new RegExp(`@cf-bounce\\.${SENDING_DOMAIN}>?$`));
    expect(signingDomain(mail)).toBe(SENDING_DOMAIN);
    expect(mail.messageId).toMatch(new RegExp(`@${SENDING_DOMAIN}>$`));
    expect(mail.subject).toBe('Your invitation to Partner One');
    const address = `${test.portal.origin(HOST)}/sign-in`;
    for (const part of [mail.html ?? '', mail.text ?? '']) {
      expect(part).toContain('Ada Lovelace');
      expect(part).toContain('invites you');
      expect(part).toContain('as a client');
      expect(part).toContain('Grace@Example.test');
      expect(part).toContain(address);
      expect(part).toContain('Terms');
    }
    expect(mail.html).toContain(`href="${address}"`);
    expect(mail.html).toContain('href="https://partner-one.example/terms?a=1&amp;b=2"');
    expect(mail.html).not.toMatch(/<script|javascript:|<img|<link|@import|url\(|\son\w+=/i);

    const sent = await eventually(async () => {
      const { mail: state } = await invitation(browser, id);
      return state?.state === 'sent' ? state : undefined;
    });
    expect(Date.now() - Date.parse(sent.at)).toBeLessThan(60_000);
    const page = await browser.request(HOST, new URL(address).pathname);
    expect(page.status).toBe(200);
    expectSignedIn(await test.browser().signIn(HOST, 'google', 'grace'));
    expect(await invitation(browser, id)).toMatchObject({ state: 'accepted' });

    // Nobody else is named in it: not the platform, nor another tenant. And the check does find what is there.
    const all = texts(raw, mail);
    const names = ['Marquee', 'Cozyartz Media', 'Partner SEO', 'Paused Partner', 'portal-mail.example.com'];
    for (const name of names) {
      expect(
        all.filter((text) => text.toLowerCase().includes(name.toLowerCase())),
        name,
      ).toEqual([]);
    }
    expect(all.filter((text) => text.includes('Partner One')).length).toBeGreaterThan(3);
  });

  it('is sent once for one invitation, however often the job is woken, and again when it is resent', async () => {
    const browser = await admin();
    const id = await invite(browser, 'once@example.test');
    await mailTo('once@example.test');
    await Promise.all([test.portal.runJob(MAILS_CRON), test.portal.runJob(MAILS_CRON)]);
    expect(mailsTo('once@example.test')).toHaveLength(1);
    expect((await browser.change(HOST, 'POST', `/api/invitations/${id}/resend`)).status).toBe(204);
    await eventually(() => (mailsTo('once@example.test').length === 2 ? true : undefined));
    expect(await invitation(browser, id)).toMatchObject({ sentCount: 2 });
  });

  it('goes to everybody on a list, also when that takes more than one run', async () => {
    const browser = await admin();
    const csv = Array.from({ length: 450 }, (_, n) => `list${n}@example.test`).join('\n');
    expect((await browser.change(HOST, 'POST', '/api/invitation-imports', { csv })).status).toBe(200);
    const listed = () => test.stack.mailbox.mails.filter(({ to }) => /^list\d+@/.test(to));
    await eventually(() => (listed().length >= 450 ? true : undefined), 60);
    expect(new Set(listed().map(({ to }) => to)).size).toBe(450);
    await test.portal.runJob(MAILS_CRON);
    expect(listed()).toHaveLength(450);
  }, 70_000);

  it('is tried again when it is refused for now, and given up when it is refused for good', async () => {
    const browser = await admin();
    const { sql, mailbox } = test.stack;
    mailbox.refuse('E_INTERNAL_SERVER_ERROR');
    const id = await invite(browser, 'later@example.test');
    await eventually(async () => {
      const [row] =
        await sql`select error from mails where recipient = 'later@example.test' and attempts = 1`;
      return row?.['error'] === 'unreachable' ? true : undefined;
    });
    expect((await invitation(browser, id)).mail).toMatchObject({ state: 'queued' });
    // Not before its time.
    mailbox.refuse(null);
    await test.portal.runJob(MAILS_CRON);
    expect(mailsTo('later@example.test')).toHaveLength(0);
    mailbox.refuse('E_INTERNAL_SERVER_ERROR');
    for (let attempt = 2; attempt <= 5; attempt++) {
      await sql`update mails set due_at = now() where recipient = 'later@example.test'`;
      await test.portal.runJob(MAILS_CRON);
    }
    expect((await invitation(browser, id)).mail).toMatchObject({ state: 'failed' });
    mailbox.refuse('E_RECIPIENT_SUPPRESSED');
    const refused = await invite(browser, 'refused@example.test');
    await eventually(async () =>
      (await invitation(browser, refused)).mail?.state === 'failed' ? true : undefined,
    );
    const [row] = await sql`select attempts, error from mails where recipient = 'refused@example.test'`;
    expect(row).toMatchObject({ attempts: 1, error: 'recipient_refused' });
    mailbox.refuse(null);
    expect((await browser.change(HOST, 'POST', `/api/invitations/${id}/resend`)).status).toBe(204);
    await mailTo('later@example.test');
  });

  it('is not sent when the invitation is revoked first, nor for a tenant that is suspended', async () => {
    const { sql, mailbox } = test.stack;
    const browser = await admin();
    mailbox.refuse('E_INTERNAL_SERVER_ERROR');
    const id = await invite(browser, 'revoked@example.test');
    await invite(browser, 'held@example.test');
    await eventually(async () => {
      const rows =
        await sql`select from mails where recipient in ('revoked@example.test', 'held@example.test')
        and state = 'queued' and attempts = 1`;
      return rows.length === 2 ? true : undefined;
    });
    mailbox.refuse(null);
    expect((await browser.change(HOST, 'DELETE', `/api/invitations/${id}`)).status).toBe(204);
    await sql`update tenants set status = 'suspended' where tenant_id = 'partner1'`;
    await sql`update mails set due_at = now() where state = 'queued'`;
    await test.portal.runJob(MAILS_CRON);
    expect([...mailsTo('revoked@example.test'), ...mailsTo('held@example.test')]).toEqual([]);
    await sql`update tenants set status = 'active' where tenant_id = 'partner1'`;
    await test.portal.runJob(MAILS_CRON);
    expect(mailsTo('revoked@example.test')).toEqual([]);
    expect(mailsTo('held@example.test')).toHaveLength(1);
  });

  it('is taken over from a job that died', async () => {
    const { sql } = test.stack;
    const browser = await admin(HOSTS.partnerSeo);
    test.stack.mailbox.refuse('E_INTERNAL_SERVER_ERROR');
    await invite(browser, 'orphan@example.test', HOSTS.partnerSeo);
    await eventually(async () => {
      const [row] =
        await sql`select from mails where recipient = 'orphan@example.test' and attempts = 1 and state = 'queued'`;
      return row === undefined ? undefined : true;
    });
    test.stack.mailbox.refuse(null);
    await sql`update mails set state = 'sending', due_at = now() + interval '3 minutes' where recipient = 'orphan@example.test'`;
    await test.portal.runJob(MAILS_CRON);
    expect(mailsTo('orphan@example.test')).toEqual([]);
    await sql`update mails set due_at = now() where recipient = 'orphan@example.test'`;
    await test.portal.runJob(MAILS_CRON);
    const { mail } = await mailTo('orphan@example.test');
    expect(mail.from?.name).toBe('Partner SEO');
  });
});
