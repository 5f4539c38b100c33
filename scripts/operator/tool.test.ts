import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createSecretsTool } from './create-secrets.ts';
import { runAt } from './testing.ts';

test('JSON is all that is written, as the help says to ask for it', async () => {
  const help = await runAt('', createSecretsTool, ['--help']);
  const [, silent] = /--json +answers JSON; with `(npm run -s)`/.exec(help.out) ?? [];
  const [npm = '', ...words] = `${silent} create-secrets -- secrets.staging.json --dry-run --json`.split(' ');
  const { stdout } = await promisify(execFile)(npm, words, {
    cwd: new URL('../..', import.meta.url),
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
});
