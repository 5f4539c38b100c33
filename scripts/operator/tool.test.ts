import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createSecretsTool } from './create-secrets.ts';
import { runAt } from './testing.ts';

const ENTRANCE = fileURLToPath(new URL('../create-secrets.ts', import.meta.url));

test('JSON is all that is written, as the help says to ask for it', async () => {
  const help = await runAt('', createSecretsTool, ['--help']);
  const [, silent] = /--json +answers JSON; with `(npm run -s)`/.exec(help.out) ?? [];
  const [npm = '', ...words] = `${silent} create-secrets -- secrets.staging.json --dry-run --json`.split(' ');
  // A package of its own: the repository's would look first whether everything is installed.
  const folder = mkdtempSync(join(tmpdir(), 'marquee-npm-'));
  const scripts = { 'create-secrets': `"${process.execPath}" "${ENTRANCE}"` };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts }));
  try {
    const { stdout } = await promisify(execFile)(npm, words, {
      cwd: folder,
      env: {
        ...process.env,
        SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_test',
        GITHUB_CLIENT_ID: 'test',
        GITHUB_CLIENT_SECRET: 'test',
        GOOGLE_CLIENT_ID: 'test',
        GOOGLE_CLIENT_SECRET: 'test',
      },
    });
    expect(JSON.parse(stdout)).toMatchObject({ environment: 'staging', dryRun: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
