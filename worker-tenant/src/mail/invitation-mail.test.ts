/** The mail of an invitation as it is handed to the Email Service: names of any kind stay names. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InvitationFacts, invitationMail } from './invitation-mail.tsx';
import { oneLine } from './one-line.ts';
import { type OutgoingMail, sendMail } from './send-mail.ts';

const FACTS: InvitationFacts = {
  recipient: 'ann@example.test',
  tenantName: 'Nordlicht',
  brand: {},
  role: 'admin',
  expiresAt: '2026-11-28T09:30:00.123456+00:00',
  origin: 'https://portal.nordlicht.example',
  invitedBy: 'Ada Lovelace',
};

/** What a reader sees of the HTML. */
function readable(html: string): string {
  const seen: string[] = [];
  for (const piece of html.replace(/<(style|title)[^>]*>[^<]*<\/\1>/g, ' ').split(/<[^>]*>/))
    seen.push(piece);
  return seen
    .join('')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&');
}

describe('what it says', () => {
  it('names who invited, in which role, until when, and where to go', () => {
    const { to, senderName, replyTo, subject, html, text } = invitationMail(FACTS);
    expect({ to, senderName, replyTo, subject }).toEqual({
      to: 'ann@example.test',
      senderName: 'Nordlicht',
      replyTo: null,
      subject: 'Your invitation to Nordlicht',
    });
    for (const part of [readable(html), text]) {
      expect(part).toContain('Ada Lovelace');
      expect(part).toContain('invites you to join Nordlicht as an admin.');
      // Runtimes differ in the comma.
      expect(part).toMatch(/Saturday,? 28 November 2026 at 09:30 UTC/);
      expect(part).toContain('https://portal.nordlicht.example/sign-in');
    }
    expect(html).toMatch(/^<!DOCTYPE html /);
    expect(html).toContain('lang="en"');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(text.split('\n').every((line) => line.length <= 998)).toBe(true);
  });

  it('says nothing of an inviter when there is none, and wears the brand', () => {
    const brand = {
      name: 'North Light',
      mailSenderName: 'The North Light team',
      monogram: 'N!',
      colors: { light: { primary: '#663399' } },
      supportEmail: 'help@nordlicht.example',
      privacyUrl: 'https://nordlicht.example/privacy',
    };
    const { senderName, replyTo, html, text } = invitationMail({ ...FACTS, brand, invitedBy: null });
    expect([senderName, replyTo]).toEqual(['The North Light team', 'help@nordlicht.example']);
    expect(readable(html)).toContain('You are invited to join North Light as an admin.');
    expect(text).toContain('You are invited to join North Light as an admin.');
    expect(html).toContain('#663399');
    expect(html).toContain('mailto:help@nordlicht.example');
    expect(text).toContain('Write to: help@nordlicht.example');
    expect(text).toContain('Privacy: https://nordlicht.example/privacy');
    expect(`${html}${text}`).not.toContain('Nordlicht');
  });
});

it('is signed with the logo of the brand, from its own portal, named for whoever loads no pictures', () => {
  const images = { logo: { hash: 'a'.repeat(64), width: 640, height: 160 } };
  const { html } = invitationMail({ ...FACTS, brand: { images, monogram: 'QX' } });
  const pictures = html.match(/<img[^>]*>/g) ?? [];
  expect(pictures).toHaveLength(1);
  expect(pictures[0]).toContain(`src="https://portal.nordlicht.example/brand/logo.png?v=${'a'.repeat(16)}"`);
  expect(pictures[0]).toContain('alt="Nordlicht"');
  expect(html).not.toContain('QX');
  expect(invitationMail(FACTS).html).not.toContain('<img');
});

const nasty = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 120 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "</style><style>*{background:url('//evil.example')}",
    'Name\r\nBcc: everybody@example.test\r\n\r\nNew body',
    '"quoted" <other@example.test>, next@example.test',
    'אבגד \u202eevil\u202c',
    '👩‍👩‍👧‍👦 Familie',
    'ü'.repeat(120),
    '&lt;b&gt;',
  ),
);

describe('names of any kind', () => {
  it('stay text: no tag, no attribute and no style comes of them', () => {
    // The hidden preview is filled up with blanks to a length, if its text is short.
    const skeleton = (html: string) =>
      html
        .replace(/(?<=data-skip-in-text="true">)[^<]*(?:<div>[^<]*<\/div>)?/, '')
        .split(/(<[^>]*>)/)
        .filter((piece) => piece.startsWith('<'))
        .join('');
    const usual = skeleton(invitationMail(FACTS).html);
    fc.assert(
      fc.property(nasty, nasty, nasty, (name, mailSenderName, inviter) => {
        fc.pre(oneLine(inviter, 120) !== '');
        const { html } = invitationMail({
          ...FACTS,
          invitedBy: inviter,
          brand: { name, mailSenderName, monogram: name.slice(0, 2) },
        });
        expect(skeleton(html)).toBe(usual);
        const shown = readable(html);
        expect(shown).toContain(oneLine(inviter, 120));
        expect(shown).toContain(oneLine(name, 120));
      }),
    );
  });

  it('are one line wherever they become a header, and never empty where something was to see', async () => {
    await fc.assert(
      fc.asyncProperty(nasty, nasty, async (name, mailSenderName) => {
        const sent: unknown[] = [];
        const binding = { send: async (mail: unknown) => void sent.push(mail) } as unknown as SendEmail;
        const mail = invitationMail({ ...FACTS, brand: { name, mailSenderName } });
        expect(await sendMail(binding, 'no-reply@neutral.example', mail)).toEqual({ outcome: 'sent' });
        const [given] = sent as { from: { email: string; name: string }; to: string; subject: string }[];
        expect(given?.from.email).toBe('no-reply@neutral.example');
        expect(given?.to).toBe('ann@example.test');
        for (const header of [given?.from.name ?? '', given?.subject ?? '']) {
          expect(header).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
          expect([...header].length).toBeLessThanOrEqual(150);
          expect(header.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it('are cut between characters', () => {
    expect(oneLine('👍'.repeat(5), 3)).toBe('👍👍…');
    expect(oneLine(' a\r\n\tb ', 10)).toBe('a b');
  });
});

describe('a refusal', () => {
  const MAIL: OutgoingMail = {
    to: 'a@b.test',
    senderName: 'A',
    replyTo: null,
    subject: 'S',
    html: 'H',
    text: 'T',
  };
  const refusing = (error: unknown) =>
    ({
      send: async () => {
        throw error;
      },
    }) as unknown as SendEmail;

  it.each([
    ['E_RECIPIENT_SUPPRESSED', { outcome: 'failed', error: 'recipient_refused' }],
    ['E_CONTENT_TOO_LARGE', { outcome: 'failed', error: 'content_refused' }],
    ['E_HEADER_NOT_ALLOWED', { outcome: 'failed', error: 'content_refused' }],
    ['E_SENDER_NOT_VERIFIED', { outcome: 'retry', error: 'sender_refused' }],
    ['E_DAILY_LIMIT_EXCEEDED', { outcome: 'retry', error: 'limit_reached' }],
    ['E_SOMETHING_NEW', { outcome: 'retry', error: 'unreachable' }],
  ])('%s is told in our words', async (code, outcome) => {
    const error = Object.assign(new Error('no'), { code });
    expect(await sendMail(refusing(error), 'no-reply@neutral.example', MAIL)).toEqual(outcome);
  });

  it('without a code is tried again', async () => {
    const outcome = { outcome: 'retry', error: 'unreachable' };
    for (const error of [new TypeError('network'), 'text', null]) {
      expect(await sendMail(refusing(error), 'no-reply@neutral.example', MAIL)).toEqual(outcome);
    }
  });
});
