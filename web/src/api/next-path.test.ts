import { describe, expect, test } from 'vitest';
import { safeNextPath, signInPath } from './next-path.ts';

describe('safeNextPath', () => {
  test.each([
    ['/', '/'],
    ['/sessions', '/sessions'],
    ['/sessions?state=all#top', '/sessions?state=all#top'],
    ['/a/../profile', '/profile'],
    ['/%2F%2Fevil.test', '/%2F%2Fevil.test'],
    ['/signals', '/signals'],
  ])('keeps the path %s', (value, expected) => {
    expect(safeNextPath(value)).toBe(expected);
  });

  test.each([
    null,
    undefined,
    '',
    'sessions',
    'https://evil.test/',
    'javascript:alert(1)',
    '//evil.test',
    '///evil.test',
    '/\\evil.test',
    '/\t/evil.test',
    '/\n/evil.test',
    '/.//evil.test',
    '/a/..//evil.test',
    '/sign-in?next=/sign-in',
    '/auth/github',
    '/api/me',
    `/${'a'.repeat(3000)}`,
  ])('answers / for %j', (value) => {
    expect(safeNextPath(value)).toBe('/');
  });
});

test('the sign-in path carries the page that was asked for, and the reason', () => {
  expect(signInPath('/')).toBe('/sign-in');
  expect(signInPath('/sessions?state=all')).toBe('/sign-in?next=%2Fsessions%3Fstate%3Dall');
  expect(signInPath('//evil.test', 'session_ended')).toBe('/sign-in?error=session_ended');
});
