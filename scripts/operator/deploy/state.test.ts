import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openState } from './state.ts';

const FRESH = { environment: 'staging', accountId: '0'.repeat(32), namespace: 'marquee-staging' } as const;
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'marquee-state-'));
  file = join(folder, 'deep', 'staging.json');
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('What a deployment remembers', () => {
  test('is written whole, for its owner alone, and read again', async () => {
    const { update } = await openState(file, FRESH, false);
    await update({ resources: { kv: 'abc' } });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['staging.json']);
    expect((await openState(file, FRESH, false)).state).toMatchObject({ resources: { kv: 'abc' } });
  });

  test('is kept in memory by a dry run', async () => {
    const opened = await openState(file, FRESH, true);
    await opened.update({ resources: { kv: 'abc' } });
    expect(opened.state.resources).toEqual({ kv: 'abc' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is never a thing that it has no name for', async () => {
    const { update } = await openState(file, FRESH, false);
    await expect(update(JSON.parse('{"token":"secret"}'))).rejects.toThrow();
  });

  test.each([
    [{ accountId: '1'.repeat(32) }, 'the configuration says'],
    [{ namespace: 'marquee-stagign' }, 'The namespace was marquee-staging until now'],
  ])('is refused for another installation: %o', async (change, words) => {
    await (await openState(file, FRESH, false)).update({});
    await expect(openState(file, { ...FRESH, ...change }, false)).rejects.toThrow(words);
  });

  test('is refused when somebody else wrote it', async () => {
    await (await openState(file, FRESH, false)).update({});
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
    await expect(openState(file, FRESH, false)).rejects.toThrow('Move it away');
  });
});
