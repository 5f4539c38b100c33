/**
 * The door to Cloudflare's Email Service (the `send_email` binding), which makes the MIME message. Called by jobs.ts.
 * Addresses and names are given as values, never as header lines.
 */
import type { MailError, MailOutcome } from '../data/mails.ts';
import { logEvent } from '../log.ts';
import { oneLine } from './one-line.ts';

export interface OutgoingMail {
  readonly to: string;
  readonly senderName: string;
  readonly replyTo: string | null;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

const MAX_NAME = 60;
const MAX_SUBJECT = 150;

/** Another attempt changes nothing about these. */
const FINAL: Readonly<Record<string, MailError>> = {
  E_RECIPIENT_NOT_ALLOWED: 'recipient_refused',
  E_RECIPIENT_SUPPRESSED: 'recipient_refused',
  E_VALIDATION_ERROR: 'content_refused',
  E_FIELD_MISSING: 'content_refused',
  E_CONTENT_TOO_LARGE: 'content_refused',
};
/** The operator mends these, or time does. */
const PASSING: Readonly<Record<string, MailError>> = {
  E_SENDER_NOT_VERIFIED: 'sender_refused',
  E_SENDER_DOMAIN_NOT_AVAILABLE: 'sender_refused',
  E_RATE_LIMIT_EXCEEDED: 'limit_reached',
  E_DAILY_LIMIT_EXCEEDED: 'limit_reached',
};

/** Sends one mail from the neutral address `from`, in the sender's name. A refusal is an answer, not an exception. */
export async function sendMail(binding: SendEmail, from: string, mail: OutgoingMail): Promise<MailOutcome> {
  try {
    await binding.send({
      from: { email: from, name: oneLine(mail.senderName, MAX_NAME) },
      to: mail.to,
      ...(mail.replyTo === null ? {} : { replyTo: mail.replyTo }),
      subject: oneLine(mail.subject, MAX_SUBJECT),
      html: mail.html,
      text: mail.text,
      // What answers by itself (out of office) need not answer this.
      headers: { 'X-Auto-Response-Suppress': 'All' },
    });
    return { outcome: 'sent' };
  } catch (error) {
    const code = codeOf(error);
    // The message may name the address: the log does not need it.
    logEvent('mail_refused', { code });
    const final = code.startsWith('E_HEADER_') ? 'content_refused' : FINAL[code];
    if (final !== undefined) return { outcome: 'failed', error: final };
    return { outcome: 'retry', error: PASSING[code] ?? 'unreachable' };
  }
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code.slice(0, 60) : 'unknown';
}
