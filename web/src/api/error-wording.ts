/**
 * What an error means to the person reading it, and what to do next. Pages and layouts show these words; those about
 * signing in are in sign-in-wording.ts, those about administering a portal in administration-wording.ts, which only the
 * pages load where they are shown.
 */
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
  validation_failed: {
    title: 'Some fields are not valid',
    next: 'Check what is marked, then try again.',
    tone: 'warning',
  },
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
};

/** Words for a code, also for one that this version of the app has never heard of. */
export function wordingFor(code: string): Wording {
  return wordsOf(code, WORDS) ?? GENERAL;
}

export function wordsOf(code: string, words: Partial<Record<ApiErrorCode, Wording>>): Wording | undefined {
  return Object.hasOwn(words, code) ? words[code as ErrorCode] : undefined;
}

/** Words for an error of the API, with the wait that the server asked for. */
export function wordingForError(error: ApiError): Wording {
  return withWait(wordingFor(error.code), error);
}

export function withWait(words: Wording, error: ApiError): Wording {
  const seconds = error.retryAfterSeconds;
  if (seconds === null || seconds <= 0) return words;
  const wait = seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return { ...words, next: `Wait ${wait}, then try again.` };
}
