/** What the documents show is there: every command takes the options that they give it, every link leads somewhere. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { addTenantTool } from './operator/add-tenant.ts';
import { configureSupabaseAuthTool } from './operator/configure-supabase-auth.ts';
import { createSecretsTool } from './operator/create-secrets.ts';
import { deployTool } from './operator/deploy/deploy-tool.ts';
import { doctorTool } from './operator/doctor.ts';
import { listTenantsTool } from './operator/list-tenants.ts';
import { removeTenantTool } from './operator/remove-tenant.ts';
import { rotateKeysTool } from './operator/rotate-keys.ts';
import { suspendTenantTool } from './operator/suspend-tenant.ts';
import { runAt } from './operator/testing.ts';
import type { AnyTool } from './operator/tool.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENTS = ['README.md', 'AGENTS.md', ...globSync(['docs/*.md', '*/README.md'], { cwd: REPOSITORY })]
  .filter((name) => !name.startsWith('node_modules'))
  .toSorted();

const DEPLOY = './scripts/deploy-multi-tenant.sh';
const TOOLS: Readonly<Record<string, AnyTool>> = {
  'add-tenant': addTenantTool,
  'configure-supabase-auth': configureSupabaseAuthTool,
  'create-secrets': createSecretsTool,
  doctor: doctorTool,
  'list-tenants': listTenantsTool,
  'remove-tenant': removeTenantTool,
  'rotate-keys': rotateKeysTool,
  'suspend-tenant': suspendTenantTool,
};
const manifest: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(join(REPOSITORY, 'package.json'), 'utf8'),
);

interface Command {
  readonly line: string;
  readonly name: string;
  readonly given: readonly string[];
}

/** `npm run x -- …` and the deployment, in blocks and in running text; what is cut short with … is not whole. */
function commandsOf(text: string): Command[] {
  const lines = [
    ...[...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.split('\n')),
    ...[...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code),
  ];
  return lines.flatMap((line): Command[] => {
    const [, command = ''] = /^(?:[A-Z_]+=\S+ )*(.*?)(?:\s+(?:#|<|>|\|) ?.*)?$/.exec(line.trim()) ?? [];
    const words = (command.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) =>
      word.replace(/^["']|["']$/g, ''),
    );
    if (words[0] === DEPLOY) return [{ line, name: DEPLOY, given: words.slice(1) }];
    const [npm, run, name, dashes, ...given] = words.filter((word, at) => at !== 2 || word !== '-s');
    if (npm !== 'npm' || run !== 'run' || name === undefined) return [];
    return [{ line, name, given: dashes === '--' ? given : [] }];
  });
}

describe.each(DOCUMENTS)('%s', (name) => {
  const text = readFileSync(join(REPOSITORY, name), 'utf8');

  test('shows commands that there are, with options that they have', async () => {
    for (const { line, name: command, given } of commandsOf(text)) {
      if (command === DEPLOY) expect(existsSync(join(REPOSITORY, DEPLOY)), line).toBe(true);
      else expect(manifest.scripts, line).toHaveProperty([command]);
      const tool = command === DEPLOY ? deployTool : TOOLS[command];
      if (tool === undefined || given.some((word) => word === '…' || word === '[options]')) continue;
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
