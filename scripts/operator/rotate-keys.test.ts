/** A rotation goes one step a run, waits for what the code's facts ask, and takes up where it was left. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createSecrets,
  type InstallationSecrets,
  readSecretsFile,
  writeSecretsFile,
} from './installation-secrets.ts';
import {
  DATA_API_TOKEN_SECONDS,
  type KeyKind,
  listsOf,
  SESSION_IDLE_SECONDS,
  WAITS,
} from './key-rotation.ts';
import { rotateKeysTool } from './rotate-keys.ts';
import { runAt } from './testing.ts';

const CLIENT = { clientId: 'client', clientSecret: 'canary-secret' };
const WORKERS = ['primary-tenant', 'partner-tenant'];
const made = await createSecrets(
  { publishableKey: 'sb_publishable_test', github: CLIENT, google: CLIENT },
  WORKERS,
  Date.now() - 86_400_000 * 100,
);

let folder: string;
let file: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'marquee-rotation-'));
  file = join(folder, 'secrets.json');
  await writeSecretsFile(file, made);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rotate = (kind: KeyKind, ...line: string[]) =>
  runAt('', rotateKeysTool, ['--key', kind, '--secrets-file', file, ...line]);
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const kids = (secrets: InstallationSecrets, kind: KeyKind) =>
  listsOf(secrets, kind).map(({ keys }) => keys.map(({ kid }) => kid));

/** As if so much time had gone by since the document was written. */
async function age(seconds: number): Promise<void> {
  const { history, ...secrets } = await readSecretsFile(file);
  const back = (time: string) => new Date(Date.parse(time) - seconds * 1000).toISOString();
  await writeSecretsFile(file, {
    ...secrets,
    history: history.map(({ kid, added, promoted }) => ({
      kid,
      added: back(added),
      ...(promoted && { promoted: back(promoted) }),
    })),
  });
}

test.each(['context', 'sessions'] as const)(
  '%s: add, promote, retire; early steps are refused',
  async (kind) => {
    const before = kids(made, kind);
    const added = await rotate(kind);
    expect(added).toMatchObject({ code: 0, error: '' });
    expect(added.out).toContain('accepted, not yet used');
    expect(added.out).not.toContain('canary');
    const both = kids(await readSecretsFile(file), kind);
    expect(both.map(([first]) => [first])).toEqual(before);
    expect(both.every((list) => list.length === 2)).toBe(true);

    expect((await rotate(kind)).error).toContain('--deployed');
    expect((await rotate(kind, '--deployed', 'yesterday')).error).toContain('a time with its zone');
    expect((await rotate(kind, '--deployed', ago(-3600))).error).toContain('in the future');
    expect((await rotate(kind, '--deployed', ago(3600))).error).toContain('deploy it first');
    expect((await rotate(kind, '--deployed', ago(1))).error).toContain(
      'Too early to promote: wait 2 min more',
    );
    expect(kids(await readSecretsFile(file), kind)).toEqual(both);

    await age(3600);
    expect((await rotate(kind, '--deployed', ago(WAITS[kind].promote))).code).toBe(0);
    const promoted = both.map((list) => list.toReversed());
    expect(kids(await readSecretsFile(file), kind)).toEqual(promoted);

    await age(WAITS[kind].retire + 3600);
    expect((await rotate(kind, '--deployed', ago(WAITS[kind].retire - 61))).error).toMatch(
      /Too early to retire: wait [12] min more/,
    );
    expect((await rotate(kind, '--deployed', ago(WAITS[kind].retire))).code).toBe(0);
    const after = await readSecretsFile(file);
    expect(kids(after, kind)).toEqual(promoted.map(([first]) => [first]));
    expect(after.history.map(({ kid }) => kid)).not.toContain(before[0]?.[0]);
    // Once more from the start.
    expect((await rotate(kind)).out).toContain('accepted, not yet used');
  },
);

test('a dry run leaves the document as it is, at every step', async () => {
  const dry = async (...line: string[]) => {
    const before = readFileSync(file, 'utf8');
    expect((await rotate('context', '--dry-run', ...line)).out).toContain('would be changed');
    expect(readFileSync(file, 'utf8')).toBe(before);
  };
  await dry();
  await rotate('context');
  await age(3600);
  await dry('--deployed', ago(600));
  await rotate('context', '--deployed', ago(600));
  await age(3600);
  await dry('--deployed', ago(600));
});

test.each(['context', 'sessions'] as const)(
  '%s: a key that others know goes in one step, wherever its rotation was',
  async (kind) => {
    const before = kids(made, kind).flat();
    const replaced = await rotate(kind, '--leaked');
    expect(replaced).toMatchObject({ code: 0, error: '' });
    expect(replaced.out).toContain('Never go back to a release of before it');
    const first = await readSecretsFile(file);
    expect(kids(first, kind).map((list) => list.length)).toEqual(before.map(() => 1));
    expect(kids(first, kind).flat()).not.toEqual(expect.arrayContaining(before));
    // The three steps go on from there, and a leak in the middle of them ends both keys.
    for (const words of ['accepted, not yet used', 'stands first']) {
      expect((await rotate(kind, '--deployed', ago(WAITS[kind].promote))).out).toContain(words);
      await age(3600);
    }
    const both = kids(await readSecretsFile(file), kind).flat();
    expect((await rotate(kind, '--leaked')).code).toBe(0);
    const last = await readSecretsFile(file);
    for (const kid of both) expect(JSON.stringify(last)).not.toContain(kid);
  },
);

test('supabase: a key that others know stays until there is another; field keys have no shorter way', async () => {
  const added = await rotate('supabase', '--leaked');
  expect(added).toMatchObject({ code: 0, error: '' });
  expect(added.out).toContain('it waits until Supabase takes the new key');
  expect((await readSecretsFile(file)).supabaseKeys[0]).toEqual(made.supabaseKeys[0]);
  // Without a project that takes it, it is not used.
  expect((await rotate('supabase', '--leaked')).error).toContain('SUPABASE_URL is not set');
  expect((await readSecretsFile(file)).supabaseKeys).toHaveLength(2);
  expect((await rotate('fields', '--leaked')).error).toContain('have no shorter way');
  expect((await readSecretsFile(file)).fieldKeys).toEqual(made.fieldKeys);
});

test('one Worker’s session keys go alone, and then no step is taken for all', async () => {
  expect((await rotate('sessions', '--worker', 'partner-tenant')).code).toBe(0);
  expect(kids(await readSecretsFile(file), 'sessions').map((list) => list.length)).toEqual([1, 2]);
  const all = await rotate('sessions');
  expect(all.error).toContain('not at the same step');
  expect(all.error).toContain('sessionKeys.partner-tenant: promote');
  expect((await rotate('sessions', '--worker', 'nobody')).error).toContain('no such keys');
  expect((await rotate('fields', '--worker', 'partner-tenant')).error).toContain('leave --worker out');
});

test('a keyring that was put together by hand is not guessed about', async () => {
  const other = await createSecrets(
    { publishableKey: 'sb_publishable_x', github: CLIENT, google: CLIENT },
    [],
    0,
  );
  const mixed = { ...made, contextKeys: [...made.contextKeys, ...other.contextKeys], history: [] };
  await writeSecretsFile(file, mixed);
  expect((await rotate('context')).error).toContain('`history` does not say which of them is new');
  // A document without a history and one key is clear.
  await writeSecretsFile(file, { ...made, history: [] });
  await rotate('context');
  await age(3600);
  expect((await rotate('context', '--deployed', ago(600))).code).toBe(0);
  await age(3600);
  expect((await rotate('context', '--deployed', ago(600))).out).toContain('the old key is gone');
});

test.each([
  ['no kind', [], 'Name what to do'],
  ['two things at once', ['--key', 'context', '--reseal'], 'Name what to do'],
  ['a leak of nothing', ['--reseal', '--leaked'], '--leaked goes with'],
  ['another kind', ['--key', 'canary'], '--key takes context'],
  ['no file', ['--key', 'context'], '--secrets-file'],
  ['a file that is none', ['--key', 'context', '--secrets-file', '/dev/null'], 'no regular file'],
])('refuses %s', async (_name, line, words) => {
  const said = await runAt('', rotateKeysTool, line);
  expect([said.code, said.error.includes(words)]).toEqual([1, true]);
});

test('the waits are those of the code that they count from', () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  expect(read('worker-tenant/src/data/supabase-token.ts')).toContain(
    `LIFETIME_SECONDS = ${DATA_API_TOKEN_SECONDS};`,
  );
  expect(read('supabase/migrations/20261121090500_sessions.sql')).toContain(
    `return interval '${SESSION_IDLE_SECONDS / 86_400} days'`,
  );
});
