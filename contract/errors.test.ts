import { describe, expect, test } from 'vitest';
import { ERROR_CODES, ERRORS, isErrorCode, problem, problemSchema } from './errors.ts';

describe('a problem', () => {
  test.each(ERROR_CODES)('%s is a valid RFC 9457 problem with its own status', (code) => {
    const made = problem(code, 'request-1', { detail: 'Try again.' });
    expect(problemSchema.parse(made)).toEqual(made);
    expect(made).toMatchObject({
      code,
      status: ERRORS[code].status,
      requestId: 'request-1',
      detail: 'Try again.',
    });
  });

  test('leaves out what it does not know', () => {
    expect(problem('not_found', 'request-1')).toEqual({
      type: 'about:blank',
      title: 'There is nothing here',
      status: 404,
      code: 'not_found',
      requestId: 'request-1',
    });
  });

  test('has no code from a prototype', () => {
    expect(isErrorCode('not_found')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
    expect(isErrorCode(undefined)).toBe(false);
  });
});
