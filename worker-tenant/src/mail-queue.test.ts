/** The knock on the jobs Worker's door: what it says, and that nobody's request depends on it. */
import { expect, it } from 'vitest';
import { knockForMails } from './mail-queue.ts';

it('says that mails are due, and nothing about them', async () => {
  const sent: unknown[] = [];
  await knockForMails({ send: async (message: unknown) => void sent.push(message) } as unknown as Queue);
  expect(sent).toEqual([{ kind: 'mails_due' }]);
});

it('fails nobody when the queue is down', async () => {
  const down = {
    send: async () => {
      throw new Error('Queue is overloaded');
    },
  } as unknown as Queue;
  await expect(knockForMails(down)).resolves.toBeUndefined();
});
