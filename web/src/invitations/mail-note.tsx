/** What became of the mail of an invitation, in a few words. A part of the invitations page. */
import type { Invitation } from '../../../contract/invitations.ts';
import { Badge } from '../ui/badge.tsx';
import { Moment } from '../ui/moment.tsx';

/** A mail that waits longer was refused for now. */
const USUAL_MILLISECONDS = 2 * 60_000;

/** Whether its state is about to change: the list is worth asking for again soon. */
export function isMailMoving({ state, mail }: Invitation, now: number = Date.now()): boolean {
  return state === 'open' && mail?.state === 'queued' && now - Date.parse(mail.at) < USUAL_MILLISECONDS;
}

export function MailNote({ invitation }: { invitation: Invitation }) {
  const { mail, email } = invitation;
  if (mail === null) return <p className="text-sm text-muted">No mail was sent.</p>;
  switch (mail.state) {
    case 'sent':
      return (
        <p className="text-sm text-muted">
          Mail sent <Moment at={mail.at} />
        </p>
      );
    case 'queued':
      return (
        <p className="text-sm text-muted">
          {isMailMoving(invitation)
            ? 'The mail is on its way.'
            : 'The mail is delayed, and is tried again by itself.'}
        </p>
      );
    case 'failed':
      return (
        <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
          <Badge tone="warning">Mail not delivered</Badge>
          <span>
            Check whether <span className="break-all">{email}</span> is right, then send it again.
          </span>
        </p>
      );
    default:
      return mail.state satisfies never;
  }
}
