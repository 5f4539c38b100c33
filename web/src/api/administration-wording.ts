/** The words of error-wording.ts and those about administering a portal: for the pages where that is done. */
import type { ApiError, ApiErrorCode } from './api-error.ts';
import { wordingFor as generalWordingFor, type Wording, withWait, wordsOf } from './error-wording.ts';

const WORDS: Partial<Record<ApiErrorCode, Wording>> = {
  own_membership: {
    title: 'You cannot change your own membership',
    next: 'Ask another admin of this portal to do it.',
    tone: 'info',
  },
  last_admin: {
    title: 'This is the only admin who can manage members',
    next: 'Make somebody else an admin first.',
    tone: 'warning',
  },
  conflict: {
    title: 'This changed in the meantime',
    next: 'Load the page again to see how it is now.',
    tone: 'warning',
  },
  client_untested: {
    title: 'This client has not been tested yet',
    next: 'Test sign-in with it first, then switch it on.',
    tone: 'info',
  },
  already_member: {
    title: 'This person is a member already',
    next: 'The address belongs to a member of this portal.',
    tone: 'info',
  },
  already_invited: {
    title: 'This person has been invited already',
    next: 'Send the open invitation again, or revoke it first.',
    tone: 'info',
  },
  too_many_invitations: {
    title: 'Too many invitations for now',
    next: 'Wait an hour, or revoke some that are still open. One address gets ten mails a day at most.',
    tone: 'warning',
  },
  public_mail_domain: {
    title: 'Anybody can get an address at one of these domains',
    next: 'List domains of organisations only. For people with a public mailbox, send invitations.',
    tone: 'warning',
  },
};

export function wordingFor(code: string): Wording {
  return wordsOf(code, WORDS) ?? generalWordingFor(code);
}

/** Words for an error of the API, with the wait that the server asked for. */
export function wordingForError(error: ApiError): Wording {
  return withWait(wordingFor(error.code), error);
}
