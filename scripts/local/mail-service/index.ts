/**
 * What a `send_email` binding is on this machine: the same `send()`, answered by the mailbox of scripts/local/mailbox.ts,
 * which judges a mail as the Email Service does and keeps it as a file. A refusal is an Error with the original's `code`.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';

interface Variables {
  readonly MAILBOX_URL: string;
}

export class MailService extends WorkerEntrypoint<Variables> {
  async send(mail: unknown): Promise<unknown> {
    const response = await fetch(this.env.MAILBOX_URL, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(mail),
    });
    const answer = (await response.json()) as { messageId?: string; code?: string; message?: string };
    if (response.ok) return { messageId: answer.messageId };
    throw Object.assign(new Error(answer.message ?? 'refused'), {
      code: answer.code ?? 'E_INTERNAL_SERVER_ERROR',
    });
  }
}

export default {
  fetch: () => new Response('Bound by name, never visited.', { status: 404 }),
} satisfies ExportedHandler;
