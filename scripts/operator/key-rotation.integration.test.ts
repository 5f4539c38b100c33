/**
 * All rotations step by step on real Workers and a real database, Workers of before and after a step side by side:
 * nobody is signed out and nothing is refused.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser, HOSTS } from '../../worker-tenant/tests/browser.ts';
import { expectSignedIn } from '../../worker-tenant/tests/portal.ts';
import { type DataApi, startDataApi } from '../local/data-api.ts';
import { createKeys } from '../local/keys.ts';
import { type Platform, startPlatform } from '../local/platform.ts';
import { type Portal, startPortal } from '../local/portal.ts';
import type { Stack } from '../local/stack.ts';
import { TENANT_WORKERS } from '../local/workers.ts';
import {
  createSecrets,
  dispatcherSecrets,
  type InstallationSecrets,
  jobsSecrets,
  readSecretsFile,
  supabaseJwks,
  tenantSecrets,
  writeSecretsFile,
} from './installation-secrets.ts';
import { type KeyKind, WAITS } from './key-rotation.ts';
import { rotateKeysTool } from './rotate-keys.ts';
import { runAt } from './testing.ts';

const HOST = HOSTS.partnerOne;
const KINDS = ['context', 'sessions', 'supabase'] as const;
const folder = mkdtempSync(join(tmpdir(), 'marquee-rotation-'));
const file = join(folder, 'secrets.json');

let platform: Platform;
let stack: Stack;
let dataApi: DataApi;
/** The keys that the project has learnt from the dispatcher's address. */
let learnt: JSONWebKeySet = { keys: [] };
/** Tokens that the project has been shown. */
let asked = 0;

beforeAll(async () => {
  platform = await startPlatform();
  const keys = await createKeys();
  stack = await platform.createStack({ keys });
  dataApi = await startDataApi({
    databaseUrl: stack.databaseUrl,
    publishableKey: keys.publishableKey,
    keys: (header, token) => {
      asked += 1;
      return createLocalJWKSet(learnt)(header, token);
    },
  });
  const { publishableKey, github, google } = keys;
  const made = await createSecrets({ publishableKey, github, google }, TENANT_WORKERS, 0);
  // The database's clients are sealed with the stack's key.
  await writeSecretsFile(file, { ...made, fieldKeys: keys.fields, history: [] });
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await dataApi?.close();
  await stack?.close();
  await platform?.stop();
}, 60_000);

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

/** Takes a step when its time has come: the document looks as if it had been written long ago. */
async function step(kind: KeyKind, ...line: string[]) {
  const { history, ...secrets } = await readSecretsFile(file);
  const shift = (time: string) => new Date(Date.parse(time) - 30 * 86_400_000).toISOString();
  await writeSecretsFile(file, {
    ...secrets,
    history: history.map(({ kid, added, promoted }) => ({
      kid,
      added: shift(added),
      ...(promoted && { promoted: shift(promoted) }),
    })),
  });
  return runAt(
    stack.databaseUrl,
    rotateKeysTool,
    ['--key', kind, '--secrets-file', file, '--deployed', ago(WAITS.sessions.retire), ...line],
    { env: { SUPABASE_URL: dataApi.url } },
  );
}

async function stepAll(): Promise<InstallationSecrets> {
  for (const kind of KINDS) expect(await step(kind)).toMatchObject({ code: 0 });
  return readSecretsFile(file);
}

/** The dispatcher has one document, the Workers behind it another; `use` meets them, then they are gone. */
async function withWorkers(
  dispatcher: InstallationSecrets,
  workers: InstallationSecrets,
  use: (portal: Portal) => Promise<void>,
): Promise<void> {
  const there = { SUPABASE_URL: dataApi.url };
  const portal = await startPortal({
    stack: {
      ...stack,
      dispatcherVars: { ...stack.dispatcherVars, ...dispatcherSecrets(dispatcher), ...there },
      tenantVars: (worker) => ({
        ...stack.tenantVars(worker),
        ...tenantSecrets(workers, worker),
        ...there,
      }),
      jobsVars: { ...stack.jobsVars, ...jobsSecrets(workers), ...there },
    },
  });
  try {
    const jwks = await portal.fetch(`http://${HOSTS.primary}/.well-known/jwks.json`);
    learnt = (await jwks.json()) as JSONWebKeySet;
    await use(portal);
  } finally {
    await portal.close();
  }
}

const SESSION = '__Host-session';

test('a signed-in person stays so through all steps, and new people sign in at each', async () => {
  let cookie = '';
  const visit = async (portal: Portal, given: string) => {
    const person = new Browser(portal);
    person.jar(HOST).set(SESSION, given);
    const answer = await person.request(HOST, '/api/me');
    return { status: answer.status, cookie: person.jar(HOST).get(SESSION) ?? '' };
  };
  const signIn = async (portal: Portal) => {
    const person = new Browser(portal);
    expectSignedIn(await person.signIn(HOST, 'github', 'ada'));
    return person.jar(HOST).get(SESSION) ?? '';
  };

  const old = await readSecretsFile(file);
  await withWorkers(old, old, async (portal) => {
    cookie = await signIn(portal);
  });
  // The Data API knows the old key alone: the new one must not be promoted.
  const added = await stepAll();
  expect((await step('supabase', '--wait', '1')).error).toContain('Supabase does not take our tokens');
  expect((await readSecretsFile(file)).supabaseKeys).toEqual(added.supabaseKeys);

  // While it waits, somebody else changes the document: nothing of that is lost.
  const before = asked;
  const waiting = step('supabase', '--wait', '60');
  await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(before);
  await writeSecretsFile(file, added);
  learnt = supabaseJwks(added);
  expect((await waiting).error).toContain('was changed meanwhile');
  expect(await readSecretsFile(file)).toEqual(added);

  // Half-way through the deployment of `add`: the dispatcher is new, the Workers are old.
  await withWorkers(added, old, async (portal) => {
    expect((await visit(portal, cookie)).status).toBe(200);
    await signIn(portal);
  });
  const promoted = await stepAll();
  expect(promoted.supabaseKeys[0]?.kid).not.toBe(old.supabaseKeys[0]?.kid);
  // Half-way through `promote`: contexts of the new key meet Workers that still sign with the old ones …
  let newCookie = '';
  await withWorkers(promoted, added, async (portal) => {
    expect((await visit(portal, cookie)).status).toBe(200);
    await signIn(portal);
  });
  // … and contexts of the old key Workers that sign with the new ones, whose cookies the others take as well.
  await withWorkers(added, promoted, async (portal) => {
    expect((await visit(portal, cookie)).status).toBe(200);
    newCookie = await signIn(portal);
  });
  const retired = await stepAll();
  expect(retired.contextKeys).toHaveLength(1);
  // Half-way through `retire`, and after it.
  await withWorkers(retired, promoted, async (portal) => {
    expect((await visit(portal, cookie)).status).toBe(200);
    expect((await visit(portal, newCookie)).status).toBe(200);
  });
  await withWorkers(retired, retired, async (portal) => {
    expect((await visit(portal, newCookie)).status).toBe(200);
    // A week later nobody has this one any more: it is what the wait is for.
    expect((await visit(portal, cookie)).status).toBe(401);
    await signIn(portal);
  });
}, 180_000);

test('a leaked key of Supabase goes as soon as the project takes another, and not before', async () => {
  const before = await readSecretsFile(file);
  expect(await step('supabase', '--leaked')).toMatchObject({ code: 0 });
  const { supabaseKeys } = await readSecretsFile(file);
  learnt = supabaseJwks(before);
  expect((await step('supabase', '--leaked', '--wait', '1')).error).toContain('does not take our tokens');
  expect((await readSecretsFile(file)).supabaseKeys).toEqual(supabaseKeys);
  learnt = supabaseJwks({ ...before, supabaseKeys });
  expect((await step('supabase', '--leaked')).out).toContain('the new key is the only one');
  expect((await readSecretsFile(file)).supabaseKeys).toEqual(supabaseKeys.slice(1));
  expect((await step('supabase')).out).toContain('accepted, not yet used');
});

test('the old field key stays while it has sealed something, and goes when nothing is left', async () => {
  for (const words of ['accepted', 'is used']) expect((await step('fields')).out).toContain(words);
  const [current, previous] = (await readSecretsFile(file)).fieldKeys;
  const counts = () =>
    stack.sql<{ key_id: string }[]>`select distinct key_id from public.tenant_oauth_clients`;
  const dry = await step('fields', '--dry-run');
  expect([dry.code, await counts()]).toMatchObject([1, [{ key_id: previous?.kid }]]);
  const first = await step('fields');
  expect(first.code).toBe(1);
  expect(first.out).toContain('The old key stays. Run this again');
  expect(await counts()).toMatchObject([{ key_id: current?.kid }]);
  expect((await readSecretsFile(file)).fieldKeys).toHaveLength(2);
  expect((await step('fields')).out).toContain('the old key is gone');
  expect((await readSecretsFile(file)).fieldKeys).toEqual([current]);
});
