import { expect, test } from 'vitest';
import { findForeignProject } from './whose-database.ts';

const STAGING = { name: 'staging', supabaseProject: 'abcdefghijklmnopqrst' } as const;

test.each([
  'postgres://postgres:p@db.abcdefghijklmnopqrst.supabase.co:5432/postgres',
  'postgres://postgres.abcdefghijklmnopqrst:p@aws-0-eu-central-1.pooler.supabase.com:5432/postgres',
  'postgres://anybody:p@db.example.com/postgres',
  'postgres://postgres:p@127.0.0.1:54322/postgres',
])('%s may be of this project', (address) => {
  expect(findForeignProject(address, STAGING)).toBeNull();
});

test.each([
  ['postgres://postgres:canary@db.tsrqponmlkjihgfedcba.supabase.co:5432/postgres', 'tsrqponmlkjihgfedcba'],
  [
    'postgres://postgres.tsrqponmlkjihgfedcba:canary@aws-0-x.pooler.supabase.com/postgres',
    'tsrqponmlkjihgfedcba',
  ],
  ['postgres://postgres:canary@aws-0-x.pooler.supabase.com/postgres', 'without a name'],
])('%s is of another one', (address, project) => {
  const said = findForeignProject(address, STAGING);
  expect(said).toContain(`project ${project}, and that of staging is abcdefghijklmnopqrst`);
  expect(said).not.toContain('canary');
});
