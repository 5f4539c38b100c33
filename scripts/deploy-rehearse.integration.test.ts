/** What anyone can watch without an account: the deployment on this machine, killed twice, and going on. */
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { runCommand } from './local/processes.ts';
import { REPOSITORY } from './page-commands.ts';

async function rehearse(...line: string[]) {
  const { code, output } = await runCommand(process.execPath, ['scripts/deploy-rehearse.ts', ...line], {
    cwd: REPOSITORY,
  });
  return { code, output: stripVTControlCharacters(output) };
}

test('a rehearsal that is killed twice ends with every portal served', async () => {
  const { code, output } = await rehearse('--interrupted', '--exit');
  expect(code, output).toBe(0);
  expect(output.match(/✗ Killed here \(SIGKILL\)/g)).toHaveLength(2);
  expect(output).toContain('✓ Smoke test of every tenant: 4 tenants are as they should be');
  expect(output).toMatch(/✓ +partner-seo +partner-seo\.com/);
}, 300_000);

test('it says what it takes, and does nothing for that', async () => {
  const { code, output } = await rehearse('--help');
  expect([code, output]).toEqual([0, expect.stringContaining('--interrupted')]);
  expect(output).not.toContain('✓');
});
