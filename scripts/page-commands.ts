/** What a document of `docs/` has its reader type, section by section. Read by the tests of the documents. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addTenantTool } from './operator/add-tenant.ts';
import { configureSupabaseAuthTool } from './operator/configure-supabase-auth.ts';
import { createSecretsTool } from './operator/create-secrets.ts';
import { deployTool } from './operator/deploy/deploy-tool.ts';
import { doctorTool } from './operator/doctor.ts';
import { inviteAdminTool } from './operator/invite-admin.ts';
import { listTenantsTool } from './operator/list-tenants.ts';
import { removeTenantTool } from './operator/remove-tenant.ts';
import { rotateKeysTool } from './operator/rotate-keys.ts';
import { suspendTenantTool } from './operator/suspend-tenant.ts';
import type { AnyTool } from './operator/tool.ts';

const DEPLOY = './scripts/deploy-multi-tenant.sh';
const TOOLS: Readonly<Record<string, AnyTool>> = {
  'add-tenant': addTenantTool,
  'configure-supabase-auth': configureSupabaseAuthTool,
  'create-secrets': createSecretsTool,
  doctor: doctorTool,
  'invite-admin': inviteAdminTool,
  'list-tenants': listTenantsTool,
  'remove-tenant': removeTenantTool,
  'rotate-keys': rotateKeysTool,
  'suspend-tenant': suspendTenantTool,
};

export interface Command {
  /** The script of the repository, or the name behind `npm run`. */
  readonly name: string;
  readonly isScript: boolean;
  /** Null for a command that is none of the operator's tools. */
  readonly tool: AnyTool | null;
  /** What the tool is given. */
  readonly given: readonly string[];
}

/** Null for a line that is none of our commands. What stands behind ` # `, ` < `, ` > ` or ` | ` is not the tool's. */
export function readCommand(line: string): Command | null {
  const [, command = ''] = /^(?:[A-Z_]+=\S+ )*(.*?)(?:\s+(?:#|<|>|\|) ?.*)?$/.exec(line.trim()) ?? [];
  const words = (command.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^["']|["']$/g, ''));
  const [first, second, name, ...rest] = words.filter((word, at) => at !== 2 || word !== '-s');
  if (first === DEPLOY) return { name: DEPLOY, isScript: true, tool: deployTool, given: words.slice(1) };
  if (first !== 'npm' || second !== 'run' || name === undefined) return null;
  return { name, isScript: false, tool: TOOLS[name] ?? null, given: rest[0] === '--' ? rest.slice(1) : [] };
}

export const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

export interface Shown {
  readonly language: 'sh' | 'sql';
  /** One command; of SQL the whole block. */
  readonly text: string;
}

export interface Section {
  /** `Keys`, `A key has leaked`; empty before the first heading. */
  readonly title: string;
  readonly shown: readonly Shown[];
}

/** `document` from the repository's root: `docs/operations.md`. */
export function readSections(document: string): Section[] {
  const text = readFileSync(join(REPOSITORY, document), 'utf8');
  return `\n## \n${text}`.split(/\n#{2,3} /).map((part) => {
    const [title = ''] = part.split('\n', 1);
    const blocks = [...part.matchAll(/```(sh|sql)\n([\s\S]*?)\n```/g)];
    return {
      title: title.trim(),
      shown: blocks.flatMap(([, language, block = '']): Shown[] =>
        language === 'sql'
          ? [{ language, text: block }]
          : block.split('\n').map((line) => ({ language: 'sh', text: line })),
      ),
    };
  });
}
