/** What the files of supabase/ ask of the development database. */
import { describe, expect, test } from 'vitest';
import { compare } from './development-database.ts';

const applied = { 'migrations/1_a.sql': 'x', 'migrations/2_b.sql': 'y', 'seed.sql': 's' };

describe('compare', () => {
  test('asks for nothing when nothing changed', () => {
    expect(compare(applied, { ...applied })).toEqual({ kind: 'none' });
  });

  test('applies a new migration', () => {
    const change = compare(applied, { ...applied, 'migrations/3_c.sql': 'z' });
    expect(change).toEqual({ kind: 'migrate', files: ['migrations/3_c.sql'] });
  });

  test.each([
    [
      'an applied migration was edited',
      { ...applied, 'migrations/1_a.sql': 'X' },
      'migrations/1_a.sql was edited',
    ],
    ['the seed was edited', { ...applied, 'seed.sql': 'S' }, 'seed.sql was edited'],
    ['one is gone', { 'migrations/1_a.sql': 'x', 'seed.sql': 's' }, 'migrations/2_b.sql is gone'],
    [
      'a new one is older',
      { ...applied, 'migrations/1_z.sql': 'z' },
      'migrations/1_z.sql comes before migrations/2_b.sql',
    ],
  ])('makes the database again when %s', (_what, sources, because) => {
    expect(compare(applied, sources)).toMatchObject({
      kind: 'rebuild',
      because: expect.stringContaining(because),
    });
  });

  test('makes the database again when it is not known what was applied', () => {
    expect(compare(null, applied)).toMatchObject({ kind: 'rebuild' });
  });
});
