import { expect, test } from 'vitest';
import { brandChanges } from './brand-versions.ts';

test('two brands differ token by token', () => {
  const before = { name: 'Acme', radius: 0, colors: { light: { primary: '#AA0000', text: '#111111' } } };
  const after = {
    name: 'Acme',
    tagline: 'New',
    colors: { light: { primary: '#aa0000' }, dark: { text: '#eeeeee' } },
  };
  expect(brandChanges(before, after)).toEqual([
    { pointer: '/colors/dark/text', before: null, after: '#eeeeee' },
    { pointer: '/colors/light/text', before: '#111111', after: null },
    { pointer: '/radius', before: 0, after: null },
    { pointer: '/tagline', before: null, after: 'New' },
  ]);
  expect(brandChanges(after, after)).toEqual([]);
});
