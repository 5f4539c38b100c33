/**
 * The documents of an operator, followed line by line by somebody whose project is empty: docs/going-live.md, then
 * docs/operations.md on what that has made. Each command works as it is shown, in its order, and what the page says of it
 * is looked at through the edge. What a test replaces is in `adapt`.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '../worker-tenant/tests/browser.ts';
import { expectSignedIn } from '../worker-tenant/tests/portal.ts';
import { type Platform, startPlatform } from './local/platform.ts';
import { runCommand } from './local/processes.ts';
import { CUSTOM_HOSTNAME_TARGET, type Rehearsal, startRehearsal } from './operator/deploy/rehearsal.ts';
import { readSecretsFile, writeSecretsFile } from './operator/installation-secrets.ts';
import { runAt } from './operator/testing.ts';
import { REPOSITORY, readCommand, readSections } from './page-commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'marquee-documents-'));
const secretsFile = join(folder, 'secrets.staging.json');
const configFile = join(folder, 'deploy.config.json');
const DISPATCHER = 'marquee-staging-dispatcher';
const PLATFORM = 'cozyartzmedia.com';
const ACME = 'acme.cozyartzmedia.com';
const GLOBEX = 'seo.globex.com';
const BELOW_GLOBEX = 'globex.cozyartzmedia.com';
/** In place of the address that the page shows: somebody who can sign in. */
const ADMIN = 'ada@example.test';

let platform: Platform;
let emptyDatabaseUrl: string;
let rehearsal: Rehearsal;
let sql: Sql;

beforeAll(async () => {
  platform = await startPlatform();
  emptyDatabaseUrl = await platform.createEmptyDatabase();
  rehearsal = await startRehearsal({ platform, emptyDatabaseUrl });
  sql = postgres(emptyDatabaseUrl, { max: 1, onnotice: () => {} });
});

afterAll(async () => {
  await sql?.end({ timeout: 1 });
  await rehearsal?.close();
  await platform?.dropDatabase(emptyDatabaseUrl);
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Files are in a folder of the test, nobody can be asked, and the build is there. Null: what the test has done itself. */
function adapt(line: string): string | null {
  if (/^(?:git clone|export|npx wrangler tail) /.test(line)) return null;
  const own = line
    .replaceAll('production', 'staging')
    .replace(/ deploy\.config\.json$/, ` ${configFile}`)
    .replace('secrets.staging.json', secretsFile)
    .replace(/--admin ada@\S+/, `--admin ${ADMIN}`)
    // It is the time of yesterday's deployment.
    .replace(/--deployed \S+/, `--deployed ${new Date(Date.now() - 3_600_000).toISOString()}`);
  if (own.startsWith('./scripts/deploy-multi-tenant.sh '))
    return `${own} --config ${configFile} --state-dir ${join(folder, 'state')} --no-build --yes`;
  if (own.startsWith('npm run remove-tenant ')) return `${own} --confirm globex --config ${configFile}`;
  return own.includes(' --env staging') ? `${own} --config ${configFile}` : own;
}

/** What a person's terminal has. */
function environment(): Record<string, string> {
  const { publishableKey, github, google } = rehearsal.secrets;
  return {
    ...rehearsal.env,
    SUPABASE_PUBLISHABLE_KEY: publishableKey,
    GITHUB_CLIENT_ID: github.clientId,
    GITHUB_CLIENT_SECRET: github.clientSecret,
    GOOGLE_CLIENT_ID: google.clientId,
    GOOGLE_CLIENT_SECRET: google.clientSecret,
    WRANGLER_SEND_METRICS: 'false',
    // Tests keep it quiet.
    WRANGLER_LOG: 'log',
  };
}

/** Runs it as a shell does, and answers what it said; null where there is nothing to run. */
async function type(line: string): Promise<string | null> {
  const command = adapt(line);
  if (command === null) return null;
  const { code, output } = await runCommand('bash', ['-c', command], { cwd: REPOSITORY, env: environment() });
  expect(code, `${line}\n${output}`).toBe(0);
  return stripVTControlCharacters(output);
}

/** The same, with our own tools in this process: what `npm run` and the script put in front of them takes seconds. */
async function run(line: string): Promise<string | null> {
  const command = readCommand(adapt(line) ?? '');
  if (command === null || command.tool === null) return type(line);
  const said = await runAt(emptyDatabaseUrl, command.tool, command.given, { env: environment() });
  expect(said.code, `${line}\n${said.error}\n${said.out}`).toBe(0);
  return said.error + said.out;
}

test('docs/going-live.md: each command works, in its order, on an empty project', async () => {
  const outputs: string[] = [];
  for (const { title, shown } of readSections('docs/going-live.md')) {
    for (const { text } of /^[2-6]\. /.test(title) ? shown : []) {
      const output = await type(text);
      if (output !== null) outputs.push(output);
      // “Fill in account, project, zones and sender.”
      if (text.startsWith('cp ')) copyFileSync(rehearsal.configFile, configFile);
    }
  }
  expect(outputs).toHaveLength(9);
  expect(outputs.at(-1)).toContain(ACME);
}, 180_000);

interface Following {
  /** What another section has run. */
  readonly skip?: (line: string) => boolean;
  readonly before?: (line: string) => unknown;
  readonly after?: (line: string) => unknown;
}

describe('docs/operations.md, on what that has made', () => {
  const sections = readSections('docs/operations.md').filter(({ shown }) => shown.length > 0);
  const followed: string[] = [''];
  const outputs: string[] = [];
  let ada: Browser;

  const portals = () => ({
    url: new URL(rehearsal.cloudflare.edge.url),
    port: rehearsal.cloudflare.edge.port,
    origin: rehearsal.origin,
  });
  const me = async (host: string, browser = ada) => (await browser.request(host, '/api/me')).status;
  const page = async (host: string, path = '/') => {
    const answer = await ada.request(host, path, { headers: { accept: 'text/html' } });
    return { status: answer.status, text: await answer.text() };
  };
  const seen = (host: string) => expect.poll(async () => (await page(host)).status, { timeout: 15_000 });
  const signIn = async (host: string) => {
    expectSignedIn(await ada.signIn(host, 'github', 'ada'));
    expect(await me(host)).toBe(200);
  };
  const release = () => {
    const [serving, ...others] = rehearsal.cloudflare.snapshot().scripts[DISPATCHER]?.deployed ?? [];
    expect([serving?.percentage, others]).toEqual([100, []]);
    return serving?.annotations['workers/tag'];
  };

  /** All of a section; `before` and `after` see each line of it. The last test asks whether sections came in order. */
  async function follow(title: string, { skip, before, after }: Following = {}): Promise<void> {
    const section = sections.find((one) => one.title === title);
    expect(section, title).toBeDefined();
    followed.push(title);
    for (const { language, text } of section?.shown ?? []) {
      const line = text.replace('<VERSION>', () => servedBefore());
      if (skip?.(line)) continue;
      await before?.(line);
      if (language === 'sql') await sql.unsafe(line);
      else outputs.push((await run(line)) ?? '');
      await after?.(line);
    }
  }

  /** The version that had everything before the present one, as the list shows it. */
  function servedBefore(): string {
    const whole = [...(outputs.at(-1) ?? '').matchAll(/\(100%\) (\S+)/g)].map(([, id = '']) => id);
    return whole.filter((id) => id !== whole.at(-1)).at(-1) ?? 'none';
  }

  /** Days go by. */
  async function age(): Promise<void> {
    const { history, ...secrets } = await readSecretsFile(secretsFile);
    const back = (time: string) => new Date(Date.parse(time) - 86_400_000).toISOString();
    const aged = history.map(({ kid, added, promoted }) => ({
      kid,
      added: back(added),
      ...(promoted && { promoted: back(promoted) }),
    }));
    await writeSecretsFile(secretsFile, { ...secrets, history: aged });
  }

  test('a partner on a domain of its own comes, and goes', async () => {
    ada = new Browser(portals());
    for (const host of [PLATFORM, ACME]) await signIn(host);
    await follow('Looking');
    await follow('A partner comes');
    expect(outputs.at(-1)).toContain('signs in at https://globex.cozyartzmedia.com/sign-in');
    expect(outputs.at(-1)).toMatch(new RegExp(`CNAME +${GLOBEX} +${CUSTOM_HOSTNAME_TARGET}`));
    rehearsal.cloudflare.pointDomain(GLOBEX, CUSTOM_HOSTNAME_TARGET);
    expect((await page(GLOBEX, '/sign-in')).text).toContain('<title>Globex');
    await follow('A partner goes');
    expect(outputs.at(-1)).toContain(`The custom hostname ${GLOBEX} is deleted at Cloudflare`);
    await seen(BELOW_GLOBEX).toBe(404);
  }, 120_000);

  test('a key is rotated and another replaced: only whom the leaked one let in is signed out', async () => {
    const { management } = rehearsal;
    const [first, old] = [release(), await readSecretsFile(secretsFile)];
    // One deployment for both sections.
    await follow('Keys', {
      skip: (line) => line.startsWith('./scripts/deploy'),
      before: (line) => line.includes('--deployed') && age(),
    });
    await follow('A key has leaked', {
      before: (line) => {
        // “In its dashboard, remove the integration.”
        if (line.includes('--only auth')) management.restore({ ...management.save(), integrations: [] });
      },
    });
    const { sessionKeys } = await readSecretsFile(secretsFile);
    expect(sessionKeys['primary-tenant']?.slice(1)).toEqual(old.sessionKeys['primary-tenant']);
    expect(sessionKeys['partner-tenant']).toHaveLength(1);
    expect(management.settings().integrations).toHaveLength(1);
    expect(release()).not.toBe(first);
    expect([await me(PLATFORM), await me(ACME)]).toEqual([200, 401]);
    await signIn(ACME);
  }, 180_000);

  test('a tenant is closed and opened again: who was in is out, and stays out', async () => {
    const thief = ada.at(portals());
    await follow('A tenant is compromised', {
      before: async (line) => {
        // Data are refused before the dispatcher knows, the notice is its.
        if (line.startsWith('select')) await seen(ACME).toBe(403);
      },
      after: async (line) => {
        if (!line.endsWith('acme')) return;
        expect([401, 403]).toContain(await me(ACME));
        expect((await ada.request(ACME, '/auth/github')).status).toBe(403);
        expect(await me(PLATFORM)).toBe(200);
      },
    });
    await seen(ACME).toBe(200);
    expect([await me(ACME), await me(ACME, thief)]).toEqual([401, 401]);
    await signIn(ACME);
  }, 60_000);

  test('a release is taken back: the one before serves, and who was signed in then still is', async () => {
    const bad = release();
    await follow('A release is bad');
    expect(release()).not.toBe(bad);
    expect((await page(ACME, '/sign-in')).text).toContain('<title>Acme');
    expect(await me(PLATFORM)).toBe(200);
    // Its key came with the release that was taken back.
    expect(await me(ACME)).toBe(401);
    await signIn(ACME);
  }, 120_000);

  test('without Supabase a portal keeps its brand and asks to come again; with it all goes on', async () => {
    const bringBack = await rehearsal.takeSupabaseDown();
    const front = await page(ACME);
    expect([front.status, front.text.includes('<title>Acme')]).toEqual([200, true]);
    for (const path of ['/api/me', '/auth/github']) {
      const answer = await ada.request(ACME, path);
      expect([path, answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([path, 503, true]);
    }
    await bringBack();
    await expect.poll(() => me(ACME), { timeout: 10_000 }).toBe(200);
  }, 60_000);

  test('a restored database is believed', async () => {
    // A backup has versions of yesterday.
    await sql`update app.directory_version set value = value - 86400000`;
    await sql`update public.tenants set name = 'Acme of yesterday' where tenant_id = 'acme'`;
    await follow('The database was restored');
    await expect
      .poll(async () => (await page(ACME)).text, { timeout: 15_000 })
      .toContain('Acme of yesterday');
  }, 60_000);

  test('nothing that the page shows was left out, and nothing asked for that Cloudflare does not have', () => {
    expect(followed).toEqual(sections.map(({ title }) => title));
    expect(rehearsal.cloudflare.unknownCalls).toEqual([]);
  });
});
