import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import postgres, { type Sql } from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DataApi, startDataApi } from '../local/data-api.ts';
import { createKeys, supabasePublicKeys } from '../local/keys.ts';
import { type ManagementApi, startManagementApi } from '../local/management-api.ts';
import { type Platform, startPlatform } from '../local/platform.ts';
import { type Stack, startStack } from '../local/stack.ts';
import { configureSupabaseAuthTool } from './configure-supabase-auth.ts';
import { runAt, type Said } from './testing.ts';

const PROJECT = 'abcdefghijklmnopqrst';
const LAG = 800;
const keys = await createKeys();
const THIRD_PARTY = 'POST /v1/projects/abcdefghijklmnopqrst/config/auth/third-party-auth';

let platform: Platform;
let databaseUrl: string;
let stack: Stack;
let sql: Sql;
let dispatcher: ServerType;
let jwksUrl: string;
/** What the dispatcher serves at its well-known address. */
let served: object;
let management: ManagementApi;
let dataApi: DataApi;

beforeAll(async () => {
  platform = await startPlatform();
  databaseUrl = await platform.createDatabase();
  // The providers, and clients of the demo tenants that they know.
  stack = await startStack({ databaseUrl, keys });
  sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const app = new Hono().get('/.well-known/jwks.json', (c) => c.json(served));
  dispatcher = await new Promise<ServerType>((listening) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () => listening(started));
  });
  const address = dispatcher.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  jwksUrl = `http://127.0.0.1:${address.port}/.well-known/jwks.json`;
});

afterAll(async () => {
  await new Promise((closed) => void dispatcher.close(() => closed(null)));
  await sql.end({ timeout: 1 });
  await stack.close();
  await platform.dropDatabase(databaseUrl);
  await platform.stop();
});

beforeEach(async () => {
  served = supabasePublicKeys(keys);
  await sql`delete from app.settings where key = 'jwt_issuer'`;
  management = await startManagementApi({ project: PROJECT, lagMilliseconds: LAG });
  dataApi = await startDataApi({
    databaseUrl,
    publishableKey: keys.publishableKey,
    keys: management.trustedKeys,
  });
});

afterEach(async () => {
  await Promise.all([dataApi.close(), management.close()]);
});

function configure(line: string[] = [], env: Record<string, string> = {}, answers?: string[]): Promise<Said> {
  return runAt(
    databaseUrl,
    configureSupabaseAuthTool,
    ['--project', PROJECT, '--jwks-url', jwksUrl, ...line],
    {
      env: {
        SUPABASE_API_URL: management.url,
        SUPABASE_ACCESS_TOKEN: management.token,
        SUPABASE_URL: dataApi.url,
        SUPABASE_PUBLISHABLE_KEY: keys.publishableKey,
        SUPABASE_SIGNING_KEY: JSON.stringify(keys.supabaseSigning),
        FIELD_KEYS: JSON.stringify({ keys: keys.fields }),
        ...stack.github.vars,
        ...stack.google.vars,
        ...env,
      },
      ...(answers && { answers }),
    },
  );
}

/** The platform's own clients, as the tenant Workers have them. */
const PLATFORM = {
  GITHUB_CLIENT_ID: keys.github.clientId,
  GITHUB_CLIENT_SECRET: keys.github.clientSecret,
  GOOGLE_CLIENT_ID: keys.google.clientId,
  GOOGLE_CLIENT_SECRET: keys.google.clientSecret,
};

const MADE = { signUpsDisabled: true, integrations: [expect.any(String)], signingKeys: 0 };

describe('A project is made to trust our tokens', () => {
  test('by the dispatcher’s address, and is waited for until it does', async () => {
    const { code, out, error } = await configure(['--json']);
    expect(error).toContain('changed: Supabase learns our keys from');
    expect(code).toBe(0);
    const answer = JSON.parse(out);
    expect(answer.trustedAfterSeconds).toBeGreaterThanOrEqual(LAG / 1000 - 0.1);
    expect(answer.steps.map(({ changed }: { changed: boolean }) => changed)).toEqual([true, true, true]);
    expect(management.settings()).toEqual({ ...MADE, integrations: [jwksUrl] });
    expect(await sql`select value from app.settings where key = 'jwt_issuer'`).toMatchObject([
      { value: 'https://cozyartzmedia.com' },
    ]);
  });

  test('again without changing anything', async () => {
    await configure();
    const before = management.calls.length;
    const { code, out } = await configure();
    expect(code).toBe(0);
    expect(out).toContain('takes our tokens, as it did');
    // What it costs is said each time.
    expect(out).toContain('third-party monthly active users: see its price list');
    expect(management.calls.slice(before).every((call) => call.startsWith('GET '))).toBe(true);
    expect(management.settings()).toEqual(MADE);
  });

  test('by the key itself where its owner prefers that', async () => {
    expect(await configure(['--import-key'])).toMatchObject({ code: 0 });
    expect(await configure(['--import-key'])).toMatchObject({ code: 0 });
    expect(management.settings()).toEqual({ signUpsDisabled: true, integrations: [], signingKeys: 1 });
  });

  test.each([
    ['', [], '3 of 3 would change'],
    ['with the key itself', ['--import-key'], '3 of 3 would change'],
    [
      'of a new key',
      ['--new-key', join(tmpdir(), 'marquee-nobody-writes-this.json')],
      'A key would be written',
    ],
  ])('a dry run %s says what would be, and changes nothing anywhere', async (_what, line, words) => {
    const { code, out } = await configure([...line, '--dry-run']);
    expect([code, out]).toEqual([0, expect.stringContaining(words)]);
    expect(management.calls.every((call) => call.startsWith('GET '))).toBe(true);
    expect(management.settings()).toEqual({ signUpsDisabled: false, integrations: [], signingKeys: 0 });
    expect(await sql`select value from app.settings where key = 'jwt_issuer'`).toHaveLength(0);
    expect(existsSync(line[1] ?? '')).toBe(false);
  });

  test('each OAuth client is tried with its provider, and its callback is listed', async () => {
    await sql`
      update public.tenant_oauth_clients set client_id = 'nobody-knows-this'
      where tenant_id = 'partner1' and provider = 'github'`;
    const { callbacks } = JSON.parse((await configure(['--json'], PLATFORM)).out);
    await sql`
      update public.tenant_oauth_clients set client_id = 'partner1.cozyartzmedia.com.github'
      where tenant_id = 'partner1' and provider = 'github'`;
    const at = (hostname: string, provider: string) =>
      callbacks.find(
        (one: { hostname: string; provider: string }) =>
          one.hostname === hostname && one.provider === provider,
      );
    expect(at('partner-seo.com', 'github')).toEqual({
      tenantId: 'partner-seo',
      hostname: 'partner-seo.com',
      provider: 'github',
      callback: 'https://partner-seo.com/auth/callback',
      client: 'its own',
      state: 'accepted',
    });
    expect(at('partner-seo.com', 'google')).toMatchObject({ state: 'accepted' });
    expect(at('partner1.cozyartzmedia.com', 'github')).toMatchObject({ state: 'refused' });
  });

  test('every verified hostname is listed with each provider, by the platform’s client where that serves', async () => {
    await sql`
      insert into public.tenants (tenant_id, name, domain, type)
      values ('bare', 'Bare', 'bare.net', 'custom-domain')`;
    try {
      const said = await configure(['--json'], PLATFORM);
      const { callbacks } = JSON.parse(said.out);
      const hostnames = await sql`select domain from public.tenant_domains where verified_at is not null`;
      expect(callbacks).toHaveLength(2 * hostnames.length);
      const of = (hostname: string) =>
        callbacks
          .filter((one: { hostname: string }) => one.hostname === hostname)
          .map(({ client, state }: { client: string | null; state: string }) => [client, state]);
      expect(of('bare.net')).toEqual(Array(2).fill([null, 'none yet']));
      // Its way back in.
      expect(of('bare.cozyartzmedia.com')).toEqual(Array(2).fill(['the platform’s', 'accepted']));
      const wrong = await configure([], { ...PLATFORM, GITHUB_CLIENT_SECRET: 'of-before' });
      expect(wrong.out).toMatch(
        /bare +GitHub +https:\/\/bare\.cozyartzmedia\.com\S+ +the platform’s +refused/,
      );
      expect(wrong.out).toMatch(/bare +Google +https:\/\/bare\.net\/auth\/callback +– +none yet/);
      const unknown = await configure([], { FIELD_KEYS: '' });
      expect(unknown.out).toMatch(/partner-seo\.com\S+ +its own +not checked/);
      expect(unknown.out).toMatch(/bare\.cozy\S+ +the platform’s +not checked/);
    } finally {
      await sql`delete from public.tenants where tenant_id = 'bare'`;
    }
  });
});

describe('What else the project trusts', () => {
  const FORMER = 'https://former.example/.well-known/jwks.json';

  async function registerFormer(): Promise<void> {
    const { url, token, project } = management;
    const answer = await fetch(`${url}/v1/projects/${project}/config/auth/third-party-auth`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jwks_url: FORMER }),
    });
    expect(answer.status).toBe(201);
  }

  test('is said, and stays as long as nobody says that it is to go', async () => {
    await registerFormer();
    const said = await configure();
    expect(said).toMatchObject({ code: 0 });
    expect(said.out).toContain(`Supabase also trusts ${FORMER}, which is not ours`);
    expect(said.out).toContain('--remove-others ends that');
    expect((await configure(['--dry-run', '--remove-others'])).out).toContain(FORMER);
    expect(management.settings().integrations.toSorted()).toEqual([jwksUrl, FORMER].toSorted());
  });

  test('goes by a yes, once ours is trusted, also when the answer is lost', async () => {
    await registerFormer();
    management.breakCall({ match: /^DELETE /, after: 0, times: 1 }, 'answer-lost', () => {});
    const said = await configure(['--remove-others', '--json']);
    expect(said).toMatchObject({ code: 0 });
    expect(JSON.parse(said.out).others).toMatchObject([{ address: FORMER, removed: true }]);
    expect(management.settings().integrations).toEqual([jwksUrl]);
    expect(management.calls.at(-1)).not.toContain('POST');
  });

  test('is asked for at a terminal', async () => {
    await registerFormer();
    for (const [typed, left] of [
      ['', [FORMER, jwksUrl]],
      ['y', [jwksUrl]],
    ] as const) {
      const said = await configure([], {}, [typed]);
      expect(said.asked).toEqual([expect.stringContaining('trust it no longer?')]);
      expect(management.settings().integrations.toSorted()).toEqual([...left].toSorted());
    }
  });
});

describe('What goes wrong on the way', () => {
  test.each([
    ['answer-lost', 0],
    ['failing', 0],
    ['rate-limited', 0],
    ['refused', 1],
  ] as const)('%s: registered once, or told', async (fault, expected) => {
    management.breakNext(THIRD_PARTY, fault);
    const first = await configure();
    expect(first.code).toBe(expected);
    // Whatever happened, the next run ends where an undisturbed one does.
    expect(await configure()).toMatchObject({ code: 0 });
    expect(management.settings()).toEqual(MADE);
  });

  test.each([
    [
      'a dispatcher that does not serve the key',
      {},
      () => {
        served = { keys: [] };
      },
      'does not serve the public half',
    ],
    [
      'a dispatcher that is not there',
      {},
      () => {
        served = [];
      },
      'serves no key set',
    ],
    [
      'a token that is not taken',
      { SUPABASE_ACCESS_TOKEN: 'sbp_0' },
      () => {},
      'Supabase refuses SUPABASE_ACCESS_TOKEN',
    ],
    [
      'a publishable key that is not the project’s',
      { SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_x' },
      () => {},
      'refuses SUPABASE_PUBLISHABLE_KEY',
    ],
    [
      'a signing key that is none',
      { SUPABASE_SIGNING_KEY: '{"kty":"EC","d":"canary-secret"}' },
      () => {},
      'no private ES256 key',
    ],
  ])('%s is said in words', async (_name, env, arrange, words) => {
    arrange();
    const { code, error } = await configure([], env as Record<string, string>);
    expect(code).toBe(1);
    expect(error).toContain(words);
    expect(error).not.toContain('canary-secret');
  });

  test('a project that does not trust in time is told, and nothing is undone', async () => {
    await management.close();
    management = await startManagementApi({ project: PROJECT, lagMilliseconds: 3_600_000 });
    await dataApi.close();
    dataApi = await startDataApi({
      databaseUrl,
      publishableKey: keys.publishableKey,
      keys: management.trustedKeys,
    });
    const { code, error } = await configure(['--wait', '1']);
    expect(code).toBe(1);
    expect(error).toContain('does not take our tokens after 1 s (401: No suitable key or wrong key type)');
    expect(management.settings()).toEqual(MADE);
  });

  test('no secret is ever said', async () => {
    const { out, error } = await configure();
    const secrets = [
      keys.supabaseSigning['d'],
      management.token,
      ...keys.fields.map(({ k }) => k),
      keys.github.clientSecret,
    ];
    for (const secret of secrets) expect(`${out}${error}`).not.toContain(secret);
  });
});

test('a new key is written for its owner alone, and never over another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'new-key-'));
  try {
    const file = join(folder, 'key.json');
    const { code, out } = await configure(['--new-key', file]);
    expect(code).toBe(0);
    const key = JSON.parse(readFileSync(file, 'utf8'));
    expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', kid: expect.any(String) });
    expect(out).not.toContain(key.d);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await configure(['--new-key', file])).toMatchObject({ code: 1 });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(key);
    expect(management.calls).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
