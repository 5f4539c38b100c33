/** Which cases a sample takes, and how a difference is told. */
import { expect, test } from 'vitest';
import { differences, FAULTS, type FaultCase, mix, sample } from './fault-matrix.ts';

// Only what a sample looks at.
const cases = Array.from({ length: 40 }, (_, index) =>
  FAULTS.map((fault) => ({ call: { call: `GET /${index}` }, fault }) as FaultCase),
).flat();

test('a sample is the same each time, has all kinds, and is spread over the calls', () => {
  const taken = sample(cases, 14);
  expect(sample(cases, 14)).toEqual(taken);
  expect(taken).toHaveLength(14);
  expect(new Set(taken.map(({ fault }) => fault)).size).toBe(FAULTS.length);
  expect(new Set(taken.map(({ call }) => call.call)).size).toBe(14);
  expect(sample(cases, 1_000)).toEqual(cases);
});

test('mixing takes every case once', () => {
  expect(mix(cases)).not.toEqual(cases);
  expect(new Set(mix(cases))).toEqual(new Set(cases));
});

test('a difference is told by where it is', () => {
  expect(differences({ one: { two: [1], three: 3 } }, { one: { two: [1, 1], three: 3 } })).toEqual([
    'one.two: [1] instead of [1,1]',
  ]);
  expect(differences({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
});
