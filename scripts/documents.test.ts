/** What the documents show is there: every command takes the options that they give it, every link leads somewhere. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runAt } from './operator/testing.ts';
import { REPOSITORY, readCommand } from './page-commands.ts';

const DOCUMENTS = [
  'README.md',
  'AGENTS.md',
  ...globSync(['docs/*.md', '*/README.md', 'scripts/*/README.md'], { cwd: REPOSITORY }),
]
  .filter((name) => !name.startsWith('node_modules'))
  .toSorted();

const manifest: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(join(REPOSITORY, 'package.json'), 'utf8'),
);

/** In blocks and in running text. */
function linesOf(text: string): string[] {
  return [
    ...[...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.split('\n')),
    ...[...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code),
  ];
}

describe.each(DOCUMENTS)('%s', (name) => {
  const text = readFileSync(join(REPOSITORY, name), 'utf8');

  test('shows commands that there are, with options that they have', async () => {
    for (const line of linesOf(text)) {
      const command = readCommand(line);
      if (command === null) continue;
      const { name: called, isScript, tool, given } = command;
      if (isScript) expect(existsSync(join(REPOSITORY, called)), line).toBe(true);
      else expect(manifest.scripts, line).toHaveProperty([called]);
      // What is cut short with … is not whole.
      if (tool === null || given.some((word) => word === '…' || word === '[options]')) continue;
      const { code, error } = await runAt('postgres://nobody@127.0.0.1:1/none', tool, [...given, '--help']);
      expect([code, error], line).toEqual([0, '']);
    }
  });

  test('links to files that there are', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
      ([, link = '']) => link,
    );
    expect(links.filter((link) => !existsSync(join(REPOSITORY, dirname(name), link)))).toEqual([]);
  });
});
