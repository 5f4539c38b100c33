/** Tells the jobs Worker that mails are due. Called by routes/invitations.ts, after the rows are in the outbox. */
import { logEvent } from './log.ts';

/**
 * The message is a knock on the door and says nothing: which mails are due, whose and what is in them, the jobs Worker
 * asks the database. A knock that is not heard costs minutes, until the cron looks by itself, and fails nobody's request.
 */
export async function knockForMails(queue: Pick<Queue, 'send'>): Promise<void> {
  try {
    await queue.send({ kind: 'mails_due' });
  } catch (error) {
    logEvent('mail_queue_failed', {
      reason: error instanceof Error ? error.message.slice(0, 200) : 'unknown',
    });
  }
}
