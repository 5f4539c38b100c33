/**
 * docs/going-live.md, followed line by line by somebody whose project is empty: each command of its sections 2 to 6 works as
 * it is shown, in that order. What a test replaces is in `adapt`.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, startPlatform } from './local/platform.ts';
import { runCommand } from './local/processes.ts';
import { type Rehearsal, startRehearsal } from './operator/deploy/rehearsal.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'marquee-going-live-'));

let platform: Platform;
let emptyDatabaseUrl: string;
let rehearsal: Rehearsal;

beforeAll(async () => {
  platform = await startPlatform();
  emptyDatabaseUrl = await platform.createEmptyDatabase();
  rehearsal = await startRehearsal({ platform, emptyDatabaseUrl });
});

afterAll(async () => {
  await rehearsal?.close();
  await platform?.dropDatabase(emptyDatabaseUrl);
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function shownCommands(): string[] {
  const text = readFileSync(join(REPOSITORY, 'docs/going-live.md'), 'utf8');
  const sections = text.slice(text.indexOf('\n## 2. '), text.indexOf('\n## By itself'));
  return [...sections.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  );
}

/** Files are in a folder of the test, nobody can be asked, and the build is there. Null: what the test has done itself. */
function adapt(line: string): string | null {
  if (line.startsWith('git clone ') || line.startsWith('export ')) return null;
  const config = join(folder, 'deploy.config.json');
  const own = line
    .replace(/ deploy\.config\.json$/, ` ${config}`)
    .replace('secrets.staging.json', join(folder, 'secrets.staging.json'));
  if (own.startsWith('./scripts/deploy-multi-tenant.sh '))
    return `${own} --config ${config} --state-dir ${join(folder, 'state')} --no-build --yes`;
  return own.startsWith('npm run doctor ') ? `${own} --config ${config}` : own;
}

test('each command that the page shows works, in its order, on an empty project', async () => {
  const { publishableKey, github, google } = rehearsal.secrets;
  const env = {
    ...rehearsal.env,
    SUPABASE_PUBLISHABLE_KEY: publishableKey,
    GITHUB_CLIENT_ID: github.clientId,
    GITHUB_CLIENT_SECRET: github.clientSecret,
    GOOGLE_CLIENT_ID: google.clientId,
    GOOGLE_CLIENT_SECRET: google.clientSecret,
  };
  const outputs: string[] = [];
  for (const line of shownCommands()) {
    const command = adapt(line);
    if (command === null) continue;
    const { code, output } = await runCommand('bash', ['-c', command], { cwd: REPOSITORY, env });
    expect(code, `${line}\n${output}`).toBe(0);
    outputs.push(output);
    // “Fill in account, project, zones and sender.”
    if (line.startsWith('cp ')) copyFileSync(rehearsal.configFile, join(folder, 'deploy.config.json'));
  }
  expect(outputs).toHaveLength(9);
  expect(outputs.at(-1)).toContain('acme.cozyartzmedia.com');
}, 180_000);
