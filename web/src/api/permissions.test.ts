import { expect, test } from 'vitest';
import { may } from './permissions.ts';

test.each([
  ['admin', {}, true],
  ['admin', { members: false }, false],
  ['admin', { branding: false }, true],
  ['client', {}, false],
  ['client', { members: true }, true],
  ['super_admin', { members: false }, true],
] as const)('a %s with %o: may administer members is %s', (role, permissions, allowed) => {
  const member = { id: '', name: null, email: null, avatarUrl: null, createdAt: '', role, permissions };
  expect(may(member, 'members')).toBe(allowed);
});
