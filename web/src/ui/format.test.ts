import { describe, expect, test } from 'vitest';
import {
  appLocale,
  formatBytes,
  formatNumber,
  formatRelative,
  formatShare,
  greetingFor,
  initialsOf,
} from './format.ts';

test.each([
  [['de-DE', 'en-GB'], 'en-GB'],
  [['de-DE'], 'en-DE'],
  [['ja'], 'en-JP'],
  [['en'], 'en'],
  [[], 'en-US'],
  [['not a tag'], 'en'],
  [['en-US@posix', 'en-US'], 'en-US'],
  [['en-US@posix'], 'en'],
])('a browser that speaks %j gets %s', (languages, expected) => {
  expect(appLocale(languages)).toBe(expected);
});

describe('numbers', () => {
  test('are grouped', () => {
    expect(formatNumber(8214)).toBe('8,214');
  });

  test.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_572_864, '1.5 MB'],
    [10 * 2 ** 30, '10 GB'],
    [4_509_715_661, '4.2 GB'],
    [2 ** 60, '1,024 PB'],
  ])('%d bytes read %s', (bytes, expected) => {
    expect(formatBytes(bytes)).toBe(expected);
  });

  test('a share is never rounded up to a limit that is not reached', () => {
    expect(formatShare(0.996)).toBe('99%');
    expect(formatShare(1)).toBe('100%');
    expect(formatShare(0.8)).toBe('80%');
  });
});

describe('relative moments', () => {
  const now = new Date(2026, 10, 21, 9, 30);
  test.each([
    [new Date(2026, 10, 21, 9, 29, 30), 'just now'],
    [new Date(2026, 10, 21, 9, 31), 'in 1 minute'],
    [new Date(2026, 10, 21, 9, 5), '25 minutes ago'],
    [new Date(2026, 10, 21, 4, 30), '5 hours ago'],
    [new Date(2026, 10, 20, 9, 0), 'yesterday'],
    [new Date(2026, 10, 18, 23, 0), '3 days ago'],
    [new Date(2026, 9, 2, 12, 0), 'Oct 2, 2026'],
  ])('%s', (moment, expected) => {
    expect(formatRelative(moment, now)).toBe(expected);
  });
});

test.each([
  [4, 'Good evening'],
  [5, 'Good morning'],
  [12, 'Good afternoon'],
  [18, 'Good evening'],
])('at %d the greeting is %s', (hour, expected) => {
  expect(greetingFor(hour)).toBe(expected);
});

test.each([
  ['Ada Lovelace', 'AL'],
  ['Ada', 'A'],
  ['Ada King Lovelace', 'AL'],
  ['  ', ''],
  ['Ünal Öz', 'ÜÖ'],
  ['李小龍', '李'],
])('the initials of %j are %j', (name, expected) => {
  expect(initialsOf(name)).toBe(expected);
});
