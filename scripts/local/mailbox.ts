/**
 * The Email Service of one machine: judges each mail as Cloudflare's does (a verified sender domain, addresses, headers,
 * size), makes the MIME message that the original would make, and keeps it as files instead of sending it. Called by
 * stack.ts; Workers reach it through scripts/local/mail-service.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import DKIM from 'nodemailer/lib/dkim';
import MailComposer from 'nodemailer/lib/mail-composer';
import { z } from 'zod';

/** The only domain that this account may send from; the one of MAIL_FROM. */
export const SENDING_DOMAIN = 'portal-mail.example';
const MAX_BYTES = 25 * 1024 * 1024;

export interface KeptMail {
  readonly to: string;
  readonly subject: string;
  /** The whole message; `.html` and `.txt` lie beside it. */
  readonly file: string;
  readonly raw: string;
}

export interface Mailbox {
  /** Where mails are sent to, by the stand-in of the binding. */
  readonly url: string;
  readonly directory: string;
  /** Oldest first. */
  readonly mails: readonly KeptMail[];
  /** Refuses what comes from now on with this code of the original's; null takes mails again. */
  refuse(code: string | null): void;
  close(): Promise<void>;
}

export interface MailboxOptions {
  readonly directory: string;
  readonly onMail?: ((mail: KeptMail) => void) | undefined;
}

/** `d=` of the DKIM signature (RFC 6376 §3.5): whom a mail program shows as the one who sent it. */
export function signingDomain({
  headers,
}: {
  readonly headers: readonly { key: string; value: string }[];
}): string | null {
  const signature = headers.find(({ key }) => key === 'dkim-signature')?.value ?? '';
  return /(?:^|;)\s*d=([^;\s]+)/.exec(signature)?.[1] ?? null;
}

class Refused extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const address = z.email().max(254);
const line = z.string().regex(/^[^\r\n]*$/);
const party = z.union([address, z.object({ email: address, name: line })]);
const mailSchema = z.object({
  from: party,
  to: z.union([address, z.array(address).min(1).max(50)]),
  replyTo: party.optional(),
  subject: line.min(1).max(998),
  html: z.string().optional(),
  text: z.string().optional(),
  headers: z.record(z.string(), line.max(2048)).default({}),
});
type Mail = z.infer<typeof mailSchema>;

export async function startMailbox({ directory, onMail }: MailboxOptions): Promise<Mailbox> {
  mkdirSync(directory, { recursive: true });
  const mails: KeptMail[] = [];
  const signer = createSigner();
  let refusal: string | null = null;

  async function take(body: string): Promise<string> {
    if (refusal !== null) throw new Refused(refusal, 'Refused on request');
    const mail = judge(body);
    const messageId = `${randomUUID()}@${SENDING_DOMAIN}`;
    const kept = keep(directory, mail, await compose(mail, messageId, signer));
    mails.push(kept);
    onMail?.(kept);
    return messageId;
  }

  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    try {
      response.end(JSON.stringify({ messageId: await take(await read(request)) }));
    } catch (error) {
      const code = error instanceof Refused ? error.code : 'E_INTERNAL_SERVER_ERROR';
      response.statusCode = error instanceof Refused ? 400 : 500;
      response.end(JSON.stringify({ code, message: error instanceof Error ? error.message : 'unknown' }));
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    directory,
    mails,
    refuse(code) {
      refusal = code;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Refused('E_CONTENT_TOO_LARGE', 'More than 25 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function judge(body: string): Mail {
  const read = mailSchema.safeParse(JSON.parse(body));
  if (!read.success) throw new Refused('E_VALIDATION_ERROR', z.prettifyError(read.error));
  const mail = read.data;
  const sender = typeof mail.from === 'string' ? mail.from : mail.from.email;
  if (!sender.endsWith(`@${SENDING_DOMAIN}`)) {
    throw new Refused('E_SENDER_NOT_VERIFIED', `${sender} is not of a verified domain`);
  }
  if (!mail.html && !mail.text) throw new Refused('E_FIELD_MISSING', 'Neither html nor text');
  for (const name of Object.keys(mail.headers)) {
    if (!/^x-[a-z0-9-]{1,98}$/i.test(name)) throw new Refused('E_HEADER_NOT_ALLOWED', name);
  }
  return mail;
}

/** Signs as the service does, for the sending domain (RFC 6376); with a key of this process, since nobody looks it up. */
function createSigner(): DKIM {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return new DKIM({ domainName: SENDING_DOMAIN, keySelector: 'cf-bounce', privateKey });
}

/** The headers that the service adds by itself are here as well: bounces go to a subdomain of the sending one. */
async function compose(mail: Mail, messageId: string, signer: DKIM): Promise<string> {
  const { from, to, replyTo, subject, html, text, headers } = mail;
  const message = await new MailComposer({
    from: partyOf(from),
    to,
    ...(replyTo === undefined ? {} : { replyTo: partyOf(replyTo) }),
    subject,
    ...(html === undefined ? {} : { html }),
    ...(text === undefined ? {} : { text }),
    headers,
    messageId: `<${messageId}>`,
  })
    .compile()
    .build();
  return `Return-Path: <bounces+${messageId.split('@')[0]}@cf-bounce.${SENDING_DOMAIN}>\r\n${await readText(signer.sign(message))}`;
}

function partyOf(given: z.infer<typeof party>): string | { address: string; name: string } {
  return typeof given === 'string' ? given : { address: given.email, name: given.name };
}

function keep(directory: string, { to, subject, html, text }: Mail, raw: string): KeptMail {
  const recipient = Array.isArray(to) ? (to[0] ?? '') : to;
  const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const name = join(directory, `${time}-${recipient.replaceAll(/[^\w.@+-]/g, '_').slice(0, 100)}`);
  writeFileSync(`${name}.eml`, raw);
  if (html !== undefined) writeFileSync(`${name}.html`, html);
  if (text !== undefined) writeFileSync(`${name}.txt`, text);
  return { to: recipient, subject, file: `${name}.eml`, raw };
}
