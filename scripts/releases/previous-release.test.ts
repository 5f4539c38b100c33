/** What there is to say when there is no previous release, and when it shipped with other libraries. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunFolder } from '../local/platform.ts';
import { runCommand } from '../local/processes.ts';
import { hasLibrariesOf, type Lock, readPreviousCommit } from './previous-release.ts';

const ABSENT = '0123456789abcdef0123456789abcdef01234567';

async function clone(pointer: string): Promise<string> {
  const directory = createRunFolder('clone');
  await runCommand('git', ['init', '--quiet'], { cwd: directory });
  await mkdir(join(directory, 'scripts'));
  await writeFile(join(directory, 'scripts/previous-release'), pointer);
  return directory;
}

test('a clone without its history is told what to fetch', async () => {
  await expect(readPreviousCommit(await clone(`${ABSENT}\n`))).rejects.toThrow(/git fetch --unshallow/);
});

test('a branch, a tag or a short commit is none: they move', async () => {
  for (const pointer of ['main', 'v1', ABSENT.slice(0, 7), `${ABSENT} --help`]) {
    await expect(readPreviousCommit(await clone(pointer))).rejects.toThrow(/40 digits/);
  }
});

test('the clone’s libraries serve while those that ship are the same', () => {
  const lock = (packages: Lock['packages']): Lock => ({ packages: { '': {}, ...packages } });
  const before = lock({ a: { version: '1.0.0' }, tool: { version: '1.0.0', dev: true } });
  expect(hasLibrariesOf(lock({ a: { version: '1.0.0' }, b: { version: '1.0.0' } }), before)).toBe(true);
  expect(hasLibrariesOf(lock({ a: { version: '1.0.1' } }), before)).toBe(false);
  expect(hasLibrariesOf(lock({}), before)).toBe(false);
  const tools = lock({ a: { version: '1.0.0' }, tool: { version: '1.0.1', dev: true } });
  expect(hasLibrariesOf(tools, before)).toBe(true);
  expect(hasLibrariesOf(tools, before, { tools: true })).toBe(false);
  expect(hasLibrariesOf(before, before, { tools: true })).toBe(true);
});
