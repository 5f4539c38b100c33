/** What a deployment says before it changes anything: all that is in the way, in words, at once. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERY_PERMISSION, PERMISSIONS } from '../../local/cloudflare-api/permissions.ts';
import { startCloudflareApi } from '../../local/cloudflare-api/server.ts';
import { callApi } from '../../local/cloudflare-api/testing.ts';
import { type Platform, startPlatform } from '../../local/platform.ts';
import { CloudflareClient } from '../cloudflare-client.ts';
import { connectDatabase } from '../database-connection.ts';
import { writeSecretsFile } from '../installation-secrets.ts';
import { runAt, type Said, type Terminal } from '../testing.ts';
import { deployTool } from './deploy-tool.ts';
import { BRAND_ZONE, NEUTRAL_ZONE, type Rehearsal, startRehearsal } from './rehearsal.ts';

/** All that comes before, and little behind it. */
const LOOK = ['--dry-run', '--only', 'database'] as const;

let platform: Platform;
let rehearsal: Rehearsal;
beforeAll(async () => {
  platform = await startPlatform();
  rehearsal = await startRehearsal({ platform });
});
afterAll(async () => {
  await rehearsal.close();
  await platform.stop();
});

function deploy(line: string[], env: Record<string, string> = {}, terminal: Terminal = {}): Promise<Said> {
  const all = { ...rehearsal.env, ...env };
  return runAt(rehearsal.databaseUrl, deployTool, [...rehearsal.line, ...line], { ...terminal, env: all });
}

function problemsOf({ code, error }: Said): string[] {
  expect(code).toBe(1);
  const [head, ...problems] = error.trimEnd().split('\n');
  expect(head).toBe('Before anything was changed:');
  return problems;
}

async function ofEnvironment(name: 'staging' | 'production'): Promise<string> {
  const file = join(rehearsal.folder, `of-${name}.json`);
  await writeSecretsFile(file, { ...rehearsal.secrets, environment: name });
  return file;
}

test('with something missing, what can be asked with the rest is asked all the same', async () => {
  const said = await deploy(['--secrets-file', '/nowhere'], {
    CLOUDFLARE_API_TOKEN: 'of-somebody-else',
    SUPABASE_ACCESS_TOKEN: '',
  });
  expect(problemsOf(said)).toEqual([
    '  - SUPABASE_ACCESS_TOKEN is not set.',
    '  - /nowhere cannot be read: ENOENT.',
    expect.stringMatching(/^ {2}- Cloudflare refuses CLOUDFLARE_API_TOKEN\./),
  ]);
  const unconfigured = await deploy(['--env', 'stagign', '--secrets-file', '/nowhere'], {
    DATABASE_URL: rehearsal.databaseUrl.replace(/:[^:@]*@/, ':canary-password@'),
  });
  expect(problemsOf(unconfigured)).toEqual([
    '  - --env takes staging or production.',
    '  - /nowhere cannot be read: ENOENT.',
    '  - The database refuses the user or the password of DATABASE_URL.',
  ]);
});

test('a database of a newer release hides no wrong token', async () => {
  const { databaseUrl } = rehearsal;
  const sql = connectDatabase(databaseUrl, { max: 1 });
  try {
    await sql`insert into supabase_migrations.schema_migrations (version, name) values ('29990101000000', 'newer')`;
    const wrong = { CLOUDFLARE_API_TOKEN: 'of-somebody-else', SUPABASE_ACCESS_TOKEN: 'of-nobody' };
    const said = problemsOf(await deploy(['--from', 'resources'], wrong)).join('\n');
    for (const words of [
      'does not know: 29990101000000',
      'Cloudflare refuses CLOUDFLARE_API_TOKEN',
      'Supabase refuses SUPABASE_ACCESS_TOKEN',
    ])
      expect(said).toContain(words);
  } finally {
    await sql`delete from supabase_migrations.schema_migrations where version = '29990101000000'`;
    await sql.end();
  }
});

test('a token that may only read is told what it lacks', async () => {
  const account = {
    accountId: rehearsal.cloudflare.accountId,
    zones: [BRAND_ZONE, NEUTRAL_ZONE],
  };
  const reader = await startCloudflareApi({
    ...account,
    permissions: PERMISSIONS.map((group) => `${group} Read` as const),
  });
  const writer = await startCloudflareApi({ ...account, permissions: EVERY_PERMISSION });
  try {
    const by = ({ url, token }: typeof reader) =>
      deploy([...LOOK], { CLOUDFLARE_API_BASE_URL: url, CLOUDFLARE_API_TOKEN: token });
    const before = reader.snapshot();
    const problems = problemsOf(await by(reader)).map((problem) => /lacks “([^”]*)”/.exec(problem)?.[1]);
    expect(problems.toSorted()).toEqual(
      [
        ...['Workers Scripts: Edit', 'Workers KV Storage: Edit', 'Workers R2 Storage: Edit', 'Queues: Edit'],
        ...[BRAND_ZONE, NEUTRAL_ZONE].flatMap((zone) => [
          `DNS: Edit for ${zone}`,
          `Workers Routes: Edit for ${zone}`,
        ]),
        `SSL and Certificates: Edit for ${NEUTRAL_ZONE}`,
      ].toSorted(),
    );
    expect(reader.snapshot()).toEqual(before);
    expect(await by(writer)).toMatchObject({ code: 0 });
    expect([...reader.unknownCalls, ...writer.unknownCalls]).toEqual([]);
  } finally {
    await Promise.all([reader.close(), writer.close()]);
  }
});

test('a name that goes past Cloudflare, and a token of another account', async () => {
  const { accountId } = rehearsal.cloudflare;
  const api = await startCloudflareApi({ accountId, zones: [BRAND_ZONE, NEUTRAL_ZONE] });
  try {
    const zone = await new CloudflareClient(api).findZone(BRAND_ZONE);
    const website = { type: 'A', name: BRAND_ZONE, content: '192.0.2.1', proxied: false, ttl: 1 };
    await new CloudflareClient(api).createRecord(zone?.id ?? '', website);
    const env = { CLOUDFLARE_API_BASE_URL: api.url, CLOUDFLARE_API_TOKEN: api.token };
    expect(problemsOf(await deploy([...LOOK], env))).toEqual([
      expect.stringContaining(`${BRAND_ZONE} is a DNS-only record of the zone ${BRAND_ZONE}`),
    ]);
    const config = JSON.parse(readFileSync(rehearsal.configFile, 'utf8'));
    config.environments.staging.accountId = 'f'.repeat(32);
    const another = join(rehearsal.folder, 'another-account.json');
    writeFileSync(another, JSON.stringify(config));
    expect(problemsOf(await deploy([...LOOK, '--config', another], env))[0]).toContain(
      `may do nothing in the account ${'f'.repeat(32)}`,
    );
  } finally {
    await api.close();
  }
});

test('a dispatch namespace whose Workers would share caches is refused, and nothing is made beside it', async () => {
  const { accountId } = rehearsal.cloudflare;
  const api = await startCloudflareApi({ accountId, zones: [BRAND_ZONE, NEUTRAL_ZONE] });
  try {
    const name = 'marquee-staging';
    await new CloudflareClient(api).createNamespace(name);
    const path = `/accounts/${accountId}/workers/dispatch/namespaces/${name}`;
    expect(await callApi(api, 'PUT', path, { name, trusted_workers: true })).toMatchObject({ codes: [] });
    const before = api.snapshot();
    const said = await deploy(['--only', 'resources', '--yes'], {
      CLOUDFLARE_API_BASE_URL: api.url,
      CLOUDFLARE_API_TOKEN: api.token,
    });
    expect([said.code, said.error]).toEqual([1, expect.stringContaining('is in trusted mode')]);
    expect(api.snapshot()).toEqual(before);
  } finally {
    await api.close();
  }
});

test('a publishable key that the project does not know is refused, and a Data API that is not there', async () => {
  const file = join(rehearsal.folder, 'other-key.json');
  await writeSecretsFile(file, { ...rehearsal.secrets, publishableKey: 'sb_publishable_of_another_project' });
  const said = await deploy(['--dry-run', '--secrets-file', file]);
  expect(problemsOf(said)).toEqual([expect.stringContaining('refuses the publishable key')]);
  const config = JSON.parse(readFileSync(rehearsal.configFile, 'utf8'));
  config.environments.staging.supabaseUrl = 'http://127.0.0.1:9';
  const elsewhere = join(rehearsal.folder, 'elsewhere.json');
  writeFileSync(elsewhere, JSON.stringify(config));
  expect(problemsOf(await deploy(['--dry-run', '--config', elsewhere]))).toEqual([
    '  - The Data API at http://127.0.0.1:9 does not answer (no connection).',
  ]);
});

test('secrets of another environment are refused, and those of none get a hint', async () => {
  const said = await deploy(['--dry-run', '--secrets-file', await ofEnvironment('production')]);
  expect(problemsOf(said)).toEqual([
    expect.stringContaining('The secrets document is of production, and this is staging'),
  ]);
  const { environment: _none, ...unsaid } = rehearsal.secrets;
  const file = join(rehearsal.folder, 'unsaid.json');
  await writeSecretsFile(file, unsaid);
  const hinted = await deploy([...LOOK, '--secrets-file', file]);
  expect(hinted).toMatchObject({ code: 0 });
  expect(hinted.error).toContain('write "environment": "staging" into it');
});

test('what is not set is asked for where somebody is there, and shown to nobody', async () => {
  const { CLOUDFLARE_API_TOKEN: cloudflare = '', SUPABASE_ACCESS_TOKEN: supabase = '' } = rehearsal.env;
  const unset = { CLOUDFLARE_API_TOKEN: '', SUPABASE_ACCESS_TOKEN: '', DATABASE_URL: '' };
  const answers = [cloudflare, supabase, rehearsal.databaseUrl];
  const said = await deploy([...LOOK], unset, { answers });
  expect(said).toMatchObject({ code: 0 });
  expect(said.asked.map((question) => /set (\w+)/.exec(question)?.[1])).toEqual(Object.keys(unset));
  for (const secret of [cloudflare, supabase, rehearsal.databaseUrl])
    expect((said.out + said.error).includes(secret)).toBe(false);
});
