/** What a refused sign-in means, and what to do next. Shown by the sign-in page, and by the profile for linking. */
import type { ErrorCode } from '../../../contract/errors.ts';
import { type Wording, wordingFor, wordsOf } from './error-wording.ts';

const WORDS: Partial<Record<ErrorCode, Wording>> = {
  provider_unknown: {
    title: 'There is no such way to sign in',
    next: 'Choose one of the ways below.',
    tone: 'warning',
  },
  provider_not_configured: {
    title: 'This way to sign in is not set up here',
    next: 'Choose another one, or ask support to set it up.',
    tone: 'warning',
  },
  sign_in_cancelled: {
    title: 'Signing in was cancelled',
    next: 'Nothing has changed. Start again whenever you like.',
    tone: 'info',
  },
  sign_in_expired: {
    title: 'That took a little too long',
    next: 'For your safety a sign-in is good for ten minutes. Start again below.',
    tone: 'warning',
  },
  sign_in_other_browser: {
    title: 'This sign-in was started in another browser',
    next: 'Start again below, and finish in the same browser.',
    tone: 'warning',
  },
  sign_in_failed: {
    title: 'Signing in did not work',
    next: 'Start again below. Nothing has changed.',
    tone: 'warning',
  },
  email_unverified: {
    title: 'Your email address is not verified yet',
    next: 'Verify it in your GitHub or Google account, then sign in again.',
    tone: 'warning',
  },
  not_invited: {
    title: 'You need an invitation',
    next: 'Ask an admin of this portal to invite your email address, then sign in again.',
    tone: 'info',
  },
  member_suspended: {
    title: 'Your account is paused',
    next: 'An admin of this portal can switch it on again.',
    tone: 'warning',
  },
  member_removed: {
    title: 'Your account was removed',
    next: 'Ask an admin of this portal if you think that is a mistake.',
    tone: 'warning',
  },
  identity_taken: {
    title: 'That account is already in use here',
    next: 'It belongs to another member of this portal. Choose another account to connect.',
    tone: 'warning',
  },
  provider_unreachable: {
    title: 'The sign-in provider does not answer',
    next: 'Try again in a minute, or choose the other way to sign in.',
    tone: 'warning',
  },
  client_misconfigured: {
    title: 'This way to sign in is not set up correctly',
    next: 'Choose the other one, and let support know.',
    tone: 'danger',
  },
  too_many_sign_ins: {
    title: 'Too many attempts to sign in',
    next: 'Wait a few minutes, then start again.',
    tone: 'warning',
  },
};

/** Words for a code, of signing in or of anything else. */
export function wordingForSignIn(code: string): Wording {
  return wordsOf(code, WORDS) ?? wordingFor(code);
}
