import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../../contract/errors.ts';
import { wordingFor as wordingForAdmin } from './administration-wording.ts';
import { ApiError } from './api-error.ts';
import { wordingFor, wordingForError } from './error-wording.ts';
import { wordingForSignIn } from './sign-in-wording.ts';

test.each(ERROR_CODES)('%s is worded with a next step', (code) => {
  for (const words of [wordingForSignIn(code), wordingForAdmin(code)]) {
    expect(words.title).not.toBe('');
    expect(words.next).toMatch(/\.$/);
    expect(words.title + words.next).not.toContain('!');
  }
});

test.each(['constructor', '__proto__', 'toString', 'a_code_of_tomorrow'])(
  'the unknown code %s gets general words',
  (code) => {
    expect(wordingForSignIn(code)).toEqual(wordingFor(code));
    expect(wordingFor(code).title).toBe('Something went wrong on our side');
  },
);

test('a wait that the server asks for is said', () => {
  expect(wordingForError(new ApiError('rate_limited', 429, 'r', 30)).next).toBe(
    'Wait 30 seconds, then try again.',
  );
  expect(wordingForError(new ApiError('too_many_sign_ins', 429, 'r', 600)).next).toBe(
    'Wait 10 minutes, then try again.',
  );
  expect(wordingForError(new ApiError('rate_limited', 429, 'r')).next).toBe('Wait a moment, then try again.');
});
