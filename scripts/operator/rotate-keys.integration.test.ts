/** Rotating the field key as an operator does it, with a real database, real Workers and real sign-ins. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { sealSecret, unsealSecret } from '../../contract/sealed-secret.ts';
import { Browser, HOSTS } from '../../worker-tenant/tests/browser.ts';
import { expectSignedIn } from '../../worker-tenant/tests/portal.ts';
import { createKeys, type SecretKey } from '../local/keys.ts';
import { type Platform, startPlatform } from '../local/platform.ts';
import { startPortal } from '../local/portal.ts';
import type { Stack } from '../local/stack.ts';

const SCRIPT = fileURLToPath(new URL('../rotate-keys.ts', import.meta.url));
const ADA = { tenantId: 'partner1', hostname: HOSTS.partnerOne, provider: 'github' } as const;

let platform: Platform;
let stack: Stack;
let previous: SecretKey;
let next: SecretKey;
const said: string[] = [];

beforeAll(async () => {
  platform = await startPlatform();
  const [keys, others] = await Promise.all([createKeys(), createKeys()]);
  [previous, next] = [keys.fields[0] as SecretKey, others.fields[0] as SecretKey];
  stack = await platform.createStack({ keys });
}, 120_000);
afterAll(async () => {
  await stack?.close();
  await platform?.stop();
}, 60_000);

/** Whatever it did, it told no secret: no key, no client's secret, no password of the database. */
afterEach(() => {
  const password = new URL(stack.databaseUrl).password;
  const secrets = [
    previous.k,
    next.k,
    stack.keys.github.clientSecret,
    stack.keys.google.clientSecret,
    password,
  ];
  for (const output of said.splice(0)) {
    for (const secret of secrets) if (secret) expect(output).not.toContain(secret);
  }
});

interface Run {
  readonly keys?: readonly SecretKey[];
  readonly args?: readonly string[];
  readonly environment?: Record<string, string>;
  /** The keyring comes by standard input instead of the environment. */
  readonly piped?: boolean;
}

async function rotate({ keys = [next, previous], args = [], environment, piped = false }: Run = {}) {
  const keyring = JSON.stringify({ keys });
  const child = spawn(process.execPath, [SCRIPT, '--reseal', ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: stack.databaseUrl,
      ...(piped ? {} : { FIELD_KEYS: keyring }),
      ...environment,
    },
  });
  child.stdin.end(piped ? keyring : '');
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  said.push(out, err);
  return { code, out: out + err };
}

const keyIds = async () =>
  (await stack.sql<{ key_id: string }[]>`select distinct key_id from tenant_oauth_clients order by 1`).map(
    (row) => row.key_id,
  );
const snapshot = async () =>
  JSON.stringify(await stack.sql`select * from tenant_oauth_clients order by tenant_id, hostname, provider`);
const secretOf = async (keys: readonly SecretKey[]) => {
  const [row] = await stack.sql`select sealed_secret from tenant_oauth_clients
    where tenant_id = ${ADA.tenantId} and hostname = ${ADA.hostname} and provider = ${ADA.provider}`;
  return unsealSecret(row?.['sealed_secret'], ADA, keys);
};

/** Workers with this keyring sign somebody in by a client whose secret the database holds. */
async function expectSignIn(keys: readonly SecretKey[]): Promise<void> {
  const deployed = { ...stack.keys, fields: keys };
  const portal = await startPortal({
    stack: {
      ...stack,
      tenantVars: (worker) => ({
        ...stack.tenantVars(worker),
        FIELD_KEYS: JSON.stringify({ keys: deployed.fields }),
      }),
    },
  });
  try {
    for (const host of [HOSTS.partnerOne, HOSTS.partnerSeo])
      expectSignedIn(await new Browser(portal).signIn(host, 'github', 'ada'));
  } finally {
    await portal.close();
  }
}

test('a dry run counts, and changes nothing', async () => {
  const before = await snapshot();
  const { code, out } = await rotate({ args: ['--dry-run'] });
  expect(code).toBe(0);
  const [row] = await stack.sql`select count(*)::int as count from tenant_oauth_clients`;
  expect(out).toMatch(new RegExp(`${row?.['count']}  ${previous.kid}`));
  expect(out).toContain(`${row?.['count']} to seal again; nothing is changed.`);
  expect(await snapshot()).toBe(before);
});

test('a secret that an admin saves meanwhile is not overwritten', async () => {
  let saved = () => {};
  const held = new Promise<void>((resolve) => {
    saved = resolve;
  });
  let locked = () => {};
  const writing = new Promise<void>((resolve) => {
    locked = resolve;
  });
  const [before] = await stack.sql`select sealed_secret from tenant_oauth_clients
    where tenant_id = ${ADA.tenantId} and hostname = ${ADA.hostname} and provider = ${ADA.provider}`;
  // Sealed with the previous key, as a Worker does that has not heard of the next one.
  const sealed = await sealSecret('changed meanwhile', ADA, [previous]);
  const admin = stack.sql.begin(async (sql) => {
    await sql`update tenant_oauth_clients set sealed_secret = ${sql.json(sealed)}
      where tenant_id = ${ADA.tenantId} and hostname = ${ADA.hostname} and provider = ${ADA.provider}`;
    locked();
    await held;
  });
  await writing;
  const rotation = rotate();
  // It has read the secret of before, and waits for the row.
  await expect
    .poll(
      async () =>
        (
          await stack.sql`select 1 from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`
        ).length,
      { timeout: 10_000 },
    )
    .toBe(1);
  saved();
  await admin;
  expect((await rotation).code).toBe(0);
  expect(await secretOf([next])).toEqual({ ok: true, value: 'changed meanwhile' });
  expect(await keyIds()).toEqual([next.kid]);
  // As it was, for the next tests.
  await stack.sql`update tenant_oauth_clients set sealed_secret = ${stack.sql.json(before?.['sealed_secret'])}
    where tenant_id = ${ADA.tenantId} and hostname = ${ADA.hostname} and provider = ${ADA.provider}`;
});

test('people sign in before, between and after the steps of a rotation', async () => {
  await rotate({ keys: [previous, next] });
  expect(await keyIds()).toEqual([previous.kid]);
  await expectSignIn([previous, next]);
  await expectSignIn([next, previous]);
  const { code, out } = await rotate({ piped: true });
  expect(code, out).toBe(0);
  expect(await keyIds()).toEqual([next.kid]);
  await expectSignIn([next]);
  const again = await snapshot();
  expect((await rotate()).out).toContain('0 sealed again.');
  expect(await snapshot()).toBe(again);
}, 120_000);

test('a secret that does not open is named, and stops nothing', async () => {
  await rotate({ keys: [previous, next] });
  const { sql } = stack;
  // A row that was copied from another tenant, and one sealed with a key that nobody has any more.
  const [other] = await sql`select sealed_secret from tenant_oauth_clients
    where tenant_id = 'partner-seo' and provider = 'github'`;
  const lost = await sealSecret('x', { ...ADA, provider: 'google' }, (await createKeys()).fields);
  await sql`update tenant_oauth_clients set sealed_secret = ${sql.json(other?.['sealed_secret'])}
    where tenant_id = 'partner1' and provider = 'github'`;
  await sql`update tenant_oauth_clients set sealed_secret = ${sql.json(lost)}
    where tenant_id = 'partner1' and provider = 'google'`;
  const { code, out } = await rotate();
  expect(code).toBe(1);
  expect(out).toContain(`Cannot be opened (wrong-owner): partner1, ${HOSTS.partnerOne}, github`);
  expect(out).toContain(`Cannot be opened (unknown-key): partner1, ${HOSTS.partnerOne}, google`);
  const rows =
    await sql`select 1 from tenant_oauth_clients where tenant_id <> 'partner1' and key_id <> ${next.kid}`;
  expect(rows).toHaveLength(0);
  expect((await rotate({ args: ['--dry-run'] })).code).toBe(1);
});

test.each([
  ['an argument that is none', { args: ['postgres://u:hunter2@db/x'] }, 'takes nothing beside', 2],
  ['an option that is none', { args: ['--keys=hunter2'] }, "Unknown option '--keys'", 2],
  ['no database', { environment: { DATABASE_URL: '' } }, 'DATABASE_URL is not set', 1],
  [
    'a malformed database',
    { environment: { DATABASE_URL: 'postgres://u:hunter2@[' } },
    'no connection string',
    1,
  ],
  [
    'a closed door',
    { environment: { DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x' } },
    'cannot be reached',
    1,
  ],
  ['half a key', { environment: { FIELD_KEYS: '{"keys":[{"k":"hunter2"' } }, 'no key set', 1],
  [
    'a key too short',
    { environment: { FIELD_KEYS: '{"keys":[{"kty":"oct","kid":"a","k":"hunter2"}]}' } },
    '256',
    1,
  ],
  ['no keys', { environment: { FIELD_KEYS: '{"keys":[]}' } }, 'no key set', 1],
  ['nothing at all', { environment: { FIELD_KEYS: '' } }, 'nothing came on standard input', 1],
])('%s is refused without being repeated', async (_, run, expected, status) => {
  const { code, out } = await rotate(run);
  expect(code).toBe(status);
  expect(out).toContain(expected);
  expect(out).not.toContain('hunter2');
});
