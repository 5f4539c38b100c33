import { describe, expect, it } from 'vitest';
import { readInvitationList } from './invitation-list.ts';

function read(csv: string): unknown {
  const result = readInvitationList(csv);
  if (!result.ok) return result.error;
  return result.value.map(({ line, email, invite }) => [line, email, invite?.role ?? null]);
}

describe('a list of people to invite', () => {
  it.each([
    ['an address alone', 'a@x.test', [[1, 'a@x.test', 'client']]],
    ['a heading', 'Email,Role\na@x.test,admin', [[2, 'a@x.test', 'admin']]],
    [
      'semicolons',
      'a@x.test;client\r\nb@x.test;Admin',
      [
        [1, 'a@x.test', 'client'],
        [2, 'b@x.test', 'admin'],
      ],
    ],
    [
      'tabs',
      'a@x.test\tadmin\nb@x.test\tclient',
      [
        [1, 'a@x.test', 'admin'],
        [2, 'b@x.test', 'client'],
      ],
    ],
    ['quotes and a byte order mark', '\ufeff"email","role"\n"a@x.test","admin"', [[2, 'a@x.test', 'admin']]],
    [
      'empty lines',
      '\n\na@x.test\n,\n \nb@x.test\n',
      [
        [3, 'a@x.test', 'client'],
        [6, 'b@x.test', 'client'],
      ],
    ],
    [
      'what is no address',
      'nobody\n@\na@b@c.test',
      [
        [1, 'nobody', null],
        [2, '@', null],
        [3, 'a@b@c.test', null],
      ],
    ],
    [
      'a role that a list may not give',
      'a@x.test,super_admin\nb@x.test,owner',
      [
        [1, 'a@x.test', null],
        [2, 'b@x.test', null],
      ],
    ],
    ['nothing', ' \n', []],
  ])('with %s', (_name, csv, lines) => {
    expect(read(csv)).toEqual(lines);
  });

  it('takes a thousand lines and no more', () => {
    const lines = (amount: number) => Array.from({ length: amount }, (_, n) => `a${n}@x.test`).join('\n');
    expect(read(lines(1000))).toHaveLength(1000);
    expect(read(`email\n${lines(1000)}\n\n`)).toHaveLength(1000);
    expect(read(lines(1001))).toBe('too_long');
  });

  it('shortens what is far too long', () => {
    expect(read('a'.repeat(1000))).toEqual([[1, 'a'.repeat(254), null]]);
  });
});
