/** Nobody listens to the queue: the mail waits in the outbox, and the cron sends it. */
import { expect, it } from 'vitest';
import { HOSTS } from '../../tests/browser.ts';
import { expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal({ queues: false });

it('a mail that no message told of goes with the next cron', async () => {
  const browser = test.browser();
  expectSignedIn(await browser.signIn(HOSTS.partnerSeo, 'github', 'ada'));
  const invited = { email: 'patient@example.test', role: 'client' };
  const response = await browser.change(HOSTS.partnerSeo, 'POST', '/api/invitations', invited);
  expect(response.status).toBe(201);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(test.stack.mailbox.mails).toEqual([]);
  // The purge is another cron, and sends nothing.
  await test.portal.runJob('17 * * * *');
  expect(test.stack.mailbox.mails).toEqual([]);
  await test.portal.runJob('*/5 * * * *');
  expect(test.stack.mailbox.mails.map(({ to }) => to)).toEqual(['patient@example.test']);
});
