/** What an error means to the person reading it, and what to do next. Pages and layouts show these words. */
import type { ErrorCode } from '../../../contract/errors.ts';
import type { ApiError, ApiErrorCode } from './api-error.ts';

export interface Wording {
  readonly title: string;
  readonly next: string;
  /** `info` where nothing went wrong on either side. */
  readonly tone: 'info' | 'warning' | 'danger';
}

const GENERAL: Wording = {
  title: 'Something went wrong on our side',
  next: 'Try again. If it happens once more, send us the request id.',
  tone: 'danger',
};

const WORDS: Partial<Record<ApiErrorCode, Wording>> = {
  network: {
    title: 'No connection',
    next: 'Check your internet connection, then try again. Nothing was lost.',
    tone: 'warning',
  },
  unexpected: {
    title: 'The answer could not be read',
    next: 'Load the page again. If it happens once more, send us the request id.',
    tone: 'danger',
  },
  not_found: { title: 'There is nothing here', next: 'The link may be old, or mistyped.', tone: 'info' },
  rate_limited: { title: 'Too many requests', next: 'Wait a moment, then try again.', tone: 'warning' },
  tenant_suspended: {
    title: 'This portal is paused',
    next: 'Its owner can switch it on again. Your data is kept.',
    tone: 'warning',
  },
  tenant_unavailable: {
    title: 'This portal is not available',
    next: 'Ask whoever gave you its address.',
    tone: 'warning',
  },
  upstream_unavailable: {
    title: 'The portal does not answer right now',
    next: 'This is usually over in a minute. Nothing was lost.',
    tone: 'warning',
  },
  directory_unavailable: {
    title: 'The portal does not answer right now',
    next: 'This is usually over in a minute. Nothing was lost.',
    tone: 'warning',
  },
  data_unavailable: {
    title: 'Your data cannot be reached right now',
    next: 'This is usually over in a minute. Nothing was lost.',
    tone: 'warning',
  },
  permission_denied: {
    title: 'You cannot open this',
    next: 'Your role does not include it. An admin of this portal can change that.',
    tone: 'info',
  },
  session_ended: {
    title: 'Your session has ended',
    next: 'Sign in again; you will come back to the page you were on.',
    tone: 'info',
  },
  not_signed_in: {
    title: 'Sign in to go on',
    next: 'You will come back to the page you asked for.',
    tone: 'info',
  },

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
  client_untested: {
    title: 'This client has not been tested yet',
    next: 'Test sign-in with it first, then switch it on.',
    tone: 'info',
  },
  validation_failed: {
    title: 'Some of this cannot be saved',
    next: 'Look at what you entered, then try again.',
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

/** Words for a code, also for one that this version of the app has never heard of. */
export function wordingFor(code: string): Wording {
  return (Object.hasOwn(WORDS, code) ? WORDS[code as ErrorCode] : undefined) ?? GENERAL;
}

/** Words for an error of the API, with the wait that the server asked for. */
export function wordingForError(error: ApiError): Wording {
  const words = wordingFor(error.code);
  const seconds = error.retryAfterSeconds;
  if (seconds === null || seconds <= 0) return words;
  const wait = seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return { ...words, next: `Wait ${wait}, then try again.` };
}
