/** The mailbox is as strict as the Email Service, and what it keeps is a message that a mail program reads. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { type Mailbox, SENDING_DOMAIN, signingDomain, startMailbox } from './mailbox.ts';

const MAIL = {
  from: { email: `no-reply@${SENDING_DOMAIN}`, name: 'Größe, "Ltd" <x@y.test>' },
  to: 'ann@example.test',
  replyTo: 'help@partner.example',
  subject: 'Ihre Einladung – 👋',
  html: '<p>Hallo</p>',
  text: 'Hallo',
  headers: { 'X-Auto-Response-Suppress': 'All' },
};

let directory: string;
let mailbox: Mailbox;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'marquee-mailbox-'));
  mailbox = await startMailbox({ directory });
});
afterAll(async () => {
  await mailbox.close();
  rmSync(directory, { recursive: true, force: true });
});

async function send(mail: unknown): Promise<{ messageId?: string; code?: string }> {
  const response = await fetch(mailbox.url, { method: 'POST', body: JSON.stringify(mail) });
  return (await response.json()) as { messageId?: string; code?: string };
}

it('keeps the message, and its parts beside it', async () => {
  const { messageId } = await send(MAIL);
  const names = readdirSync(directory).sort();
  expect(names.map((name) => name.replace(/^[\dT-]+Z-/, ''))).toEqual([
    'ann@example.test.eml',
    'ann@example.test.html',
    'ann@example.test.txt',
  ]);
  const raw = readFileSync(join(directory, names[0] ?? ''), 'utf8');
  const read = await PostalMime.parse(raw);
  expect(read.from).toMatchObject({ name: MAIL.from.name, address: MAIL.from.email });
  expect(read).toMatchObject({ subject: MAIL.subject, messageId: `<${messageId}>` });
  expect([read.html?.trim(), read.text?.trim()]).toEqual([MAIL.html, MAIL.text]);
  expect(read.returnPath).toContain(`@cf-bounce.${SENDING_DOMAIN}`);
  expect(signingDomain(read)).toBe(SENDING_DOMAIN);
  expect(raw.slice(0, raw.indexOf('\r\n\r\n'))).toMatch(/^[\x20-\x7e\r\n\t]*$/);
});

test.each([
  ['another sending domain', { from: 'no-reply@elsewhere.example' }, 'E_SENDER_NOT_VERIFIED'],
  ['a subdomain of it', { from: `no-reply@mail.${SENDING_DOMAIN}` }, 'E_SENDER_NOT_VERIFIED'],
  ['no address', { to: 'ann' }, 'E_VALIDATION_ERROR'],
  ['a second line in the subject', { subject: 'Hi\r\nBcc: all@example.test' }, 'E_VALIDATION_ERROR'],
  ['a second line in a name', { from: { ...MAIL.from, name: 'A\nBcc: b@c.test' } }, 'E_VALIDATION_ERROR'],
  ['no subject', { subject: '' }, 'E_VALIDATION_ERROR'],
  ['neither text nor html', { html: '', text: '' }, 'E_FIELD_MISSING'],
  ['a header that is the service’s', { headers: { 'Message-ID': '<a@b.test>' } }, 'E_HEADER_NOT_ALLOWED'],
])('refuses %s', async (_what, change, code) => {
  const before = mailbox.mails.length;
  expect(await send({ ...MAIL, ...change })).toMatchObject({ code });
  expect(mailbox.mails).toHaveLength(before);
});

it('refuses everything on request, and takes mails again', async () => {
  mailbox.refuse('E_DAILY_LIMIT_EXCEEDED');
  expect(await send(MAIL)).toMatchObject({ code: 'E_DAILY_LIMIT_EXCEEDED' });
  mailbox.refuse(null);
  expect(await send(MAIL)).toHaveProperty('messageId');
});
