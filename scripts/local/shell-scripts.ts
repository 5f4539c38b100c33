/** Every shell script of the repository by shellcheck: as strict for sh as for bash. Called by check.ts. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './processes.ts';
import { findShellcheck } from './shellcheck.ts';

/** `#!/bin/sh`, `#!/usr/bin/env bash` and the like. */
const SHEBANG = /^#![^\n]*\b(?:ba|da|k)?sh\b/;
const SHELL_FILE = /\.(?:sh|bash)$/;
const LONGEST_SHEBANG_BYTES = 128;

export interface ShellScriptsOptions {
  /** Root of the clone. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Where a shellcheck of our own is kept. */
  readonly cache: string;
}

/** What is wrong (nothing: an empty text), or why nobody looked. */
export type Judgement = string | { readonly leftOut: string };

/** On a CI server nothing is left out: there a missing shellcheck is what is wrong. */
export async function checkShellScripts(options: ShellScriptsOptions): Promise<Judgement> {
  const { folder, environment } = options;
  const found = await findShellcheck(options);
  if ('missing' in found) {
    return environment['CI'] === 'true' ? found.missing : { leftOut: found.missing };
  }
  const scripts = await findShellScripts(folder, environment);
  if (scripts.length === 0) return '';
  const { code, output } = await runCommand(found.program, ['--norc', '--color=never', '--', ...scripts], {
    cwd: folder,
    // A person's own settings change nothing.
    env: { ...environment, SHELLCHECK_OPTS: undefined, LC_ALL: 'C.UTF-8' },
  });
  return code === 0 ? '' : output.trim() || `shellcheck ended with ${code}`;
}

/** Files of the repository that are shell scripts by name or by first line, those not yet committed included. */
export async function findShellScripts(folder: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const { code, output } = await runCommand('git', listing, { cwd: folder, env: environment });
  if (code !== 0) throw new Error(`git ls-files ended with ${code}: ${output.trim()}`);
  const files = output.split('\0').filter((file) => file !== '');
  const scripts = files.filter((file) => {
    const beginning = readBeginning(join(folder, file));
    return beginning !== null && (SHELL_FILE.test(file) || SHEBANG.test(beginning));
  });
  return scripts.toSorted();
}

/** Null: deleted but not committed, or a link to a folder or to nowhere; there is nothing to look at. */
function readBeginning(file: string): string | null {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return null;
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(LONGEST_SHEBANG_BYTES);
    return buffer.toString('latin1', 0, readSync(descriptor, buffer));
  } finally {
    closeSync(descriptor);
  }
}
