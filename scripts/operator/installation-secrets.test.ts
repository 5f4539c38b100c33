/** One document holds an installation's secrets; each Worker is given its own part of it and nothing more. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSecretsTool } from './create-secrets.ts';
import { readFieldKeys } from './field-keys.ts';
import {
  createSecrets,
  dispatcherSecrets,
  type InstallationSecrets,
  jobsSecrets,
  parseSecrets,
  readSecrets,
  readSecretsFile,
  requireEnvironment,
  tenantSecrets,
  writeSecretsFile,
} from './installation-secrets.ts';
import { createSymmetricKey } from './key-making.ts';
import { runAt, type Terminal } from './testing.ts';

const ACCOUNTS = {
  publishableKey: 'sb_publishable_test',
  github: { clientId: 'Iv1.test', clientSecret: 'canary-github' },
  google: { clientId: 'test.apps.googleusercontent.com', clientSecret: 'canary-google' },
};
const WORKERS = ['primary-tenant', 'partner-tenant', 'custom-tenant'];
const secrets = await createSecrets(ACCOUNTS, WORKERS, 0);

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'marquee-secrets-'));
  file = join(folder, 'secrets.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function changed(change: (document: Record<string, never>) => void): string {
  const document = structuredClone(secrets) as unknown as Record<string, never>;
  change(document);
  return JSON.stringify(document);
}

describe('the document', () => {
  test('comes back as it was made, without a history, too', () => {
    expect(parseSecrets(JSON.stringify(secrets))).toEqual(secrets);
    const { history, ...bare } = secrets;
    expect(history.map(({ kid }) => kid)).toContain(secrets.fieldKeys[0]?.kid);
    expect(parseSecrets(JSON.stringify(bare))).toEqual({ ...bare, history: [] });
  });

  test.each<[string, string, string]>([
    ['no JSON', '{"canary', 'is no JSON'],
    ['another version', changed((all) => Object.assign(all, { version: 2 })), 'at: version'],
    ['an empty list', changed((all) => Object.assign(all, { fieldKeys: [] })), 'at: fieldKeys'],
    [
      'a short key',
      changed((all) => Object.assign(all['fieldKeys']?.[0] ?? {}, { k: 'canary' })),
      'fieldKeys.0.k',
    ],
    [
      'a public half',
      changed((all) => Object.assign(all['supabaseKeys']?.[0] ?? {}, { d: undefined })),
      'supabaseKeys.0.d',
    ],
    [
      'halves of two keys',
      changed((all) => Object.assign(all['contextKeys']?.[0] ?? {}, { x: 'A'.repeat(43) })),
      'contextKeys.0',
    ],
    ['a name that is none', changed((all) => Object.assign(all, { canary: 1 })), 'has names that it does'],
    [
      'a Worker that cannot be one',
      changed((all) => Object.assign(all['sessionKeys'] ?? {}, { 'Canary!': secrets.fieldKeys })),
      'at: sessionKeys',
    ],
    [
      'a secret key of the project',
      changed((all) => Object.assign(all, { publishableKey: 'sb_secret_canary' })),
      'publishableKey',
    ],
    [
      'one key for two Workers',
      changed((all) =>
        Object.assign(all['sessionKeys'] ?? {}, { 'acme-tenant': secrets.sessionKeys['custom-tenant'] }),
      ),
      'two keys of the same kid',
    ],
    [
      'one key under two names',
      changed((all) =>
        Object.assign(all['sessionKeys'] ?? {}, {
          'acme-tenant': [{ ...secrets.sessionKeys['custom-tenant']?.[0], kid: 'other' }],
        }),
      ),
      'one key twice',
    ],
  ])('is refused with %s, by its place and without a value', (_name, document, place) => {
    expect(() => parseSecrets(document)).toThrow(place);
    expect(() => parseSecrets(document)).not.toThrow(/canary/i);
  });
});

test('a document of another environment is refused, and one that does not say whose it is gets a hint', () => {
  const mine = parseSecrets(changed((all) => Object.assign(all, { environment: 'staging' })));
  expect(requireEnvironment(mine, 'staging')).toBeNull();
  expect(() => requireEnvironment(mine, 'production')).toThrow('is of staging, and this is production');
  expect(requireEnvironment(secrets, 'production')).toContain('"environment": "production"');
});

describe('what the Workers are given', () => {
  test('first keys sign, public halves of all verify, and each tenant Worker has its own session keys', async () => {
    const more: InstallationSecrets = {
      ...secrets,
      contextKeys: [...secrets.contextKeys, ...(await createSecrets(ACCOUNTS, [], 0)).contextKeys],
    };
    const dispatcher = dispatcherSecrets(more);
    const [first, second] = more.contextKeys;
    expect(JSON.parse(dispatcher['CONTEXT_SIGNING_KEY'] ?? '')).toEqual(first);
    expect(dispatcher['SUPABASE_JWKS']).not.toContain('"d"');
    const tenant = tenantSecrets(more, 'custom-tenant');
    expect(tenant['CONTEXT_KEYS']).not.toContain('"d"');
    expect(tenant['CONTEXT_KEYS']).toContain(second?.kid);
    expect(JSON.parse(tenant['SESSION_KEYS'] ?? '')).toEqual({ keys: more.sessionKeys['custom-tenant'] });
    expect(jobsSecrets(more)).toEqual({ SUPABASE_SIGNING_KEY: JSON.stringify(more.supabaseKeys[0]) });
    expect(() => tenantSecrets(more, 'constructor')).toThrow('no session keys for constructor');
  });

  test.each([
    ['worker-dispatcher/wrangler.jsonc', dispatcherSecrets(secrets)],
    ['worker-tenant/wrangler.jsonc', tenantSecrets(secrets, 'partner-tenant')],
    ['worker-tenant/wrangler.jobs.jsonc', jobsSecrets(secrets)],
  ])('are the secrets that %s requires', (config, given) => {
    const text = readFileSync(new URL(`../../${config}`, import.meta.url), 'utf8');
    const required = /"required": (\[[^\]]*\])/.exec(text)?.[1] ?? '';
    expect(Object.keys(given).toSorted()).toEqual((JSON.parse(required) as string[]).toSorted());
  });
});

describe('the file', () => {
  test('is written whole, for its owner alone, and nothing is left beside it', async () => {
    await writeSecretsFile(file, secrets, { fresh: true });
    expect(await readSecretsFile(file)).toEqual(secrets);
    const next = { ...secrets, fieldKeys: [...secrets.fieldKeys, await createSymmetricKey('A256GCM')] };
    await writeSecretsFile(file, next);
    expect(await readSecretsFile(file)).toEqual(next);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['secrets.json']);
  });

  test('is not replaced by a fresh one', async () => {
    writeFileSync(file, 'mine');
    await expect(writeSecretsFile(file, secrets, { fresh: true })).rejects.toThrow('is there already');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toEqual(['secrets.json']);
  });

  test('is refused where others may read it, where it is none, and where it is huge', async () => {
    await expect(readSecretsFile(file)).rejects.toThrow('cannot be read: ENOENT');
    await expect(readSecretsFile(folder)).rejects.toThrow('is no regular file');
    await writeSecretsFile(file, secrets);
    chmodSync(file, 0o640);
    await expect(readSecretsFile(file)).rejects.toThrow('chmod 600');
    writeFileSync(file, ' '.repeat(65 * 1024));
    chmodSync(file, 0o600);
    await expect(readSecretsFile(file)).rejects.toThrow('larger than 64 kB');
  });

  test('comes before the environment, and a person is asked when there is neither', async () => {
    await writeSecretsFile(file, secrets);
    const env = { MARQUEE_SECRETS: JSON.stringify({ ...secrets, publishableKey: 'sb_publishable_env' }) };
    expect((await readSecrets({ env, ask: null }, file)).file).toBe(file);
    expect((await readSecrets({ env, ask: null }, undefined)).secrets.publishableKey).toBe(
      'sb_publishable_env',
    );
    expect((await readSecrets({ env: {}, ask: async () => file }, undefined)).secrets).toEqual(secrets);
    await expect(readSecrets({ env: {}, ask: null }, undefined)).rejects.toThrow('--secrets-file');
  });
});

test('tools that seal take the field keys of the document where nobody gives them', () => {
  expect(readFieldKeys({ MARQUEE_SECRETS: JSON.stringify(secrets) })).toEqual(secrets.fieldKeys);
  expect(readFieldKeys({})).toBeNull();
});

describe('npm run create-secrets', () => {
  const ENVIRONMENT = {
    SUPABASE_PUBLISHABLE_KEY: ACCOUNTS.publishableKey,
    GITHUB_CLIENT_ID: ACCOUNTS.github.clientId,
    GITHUB_CLIENT_SECRET: ACCOUNTS.github.clientSecret,
    GOOGLE_CLIENT_ID: ACCOUNTS.google.clientId,
    GOOGLE_CLIENT_SECRET: ACCOUNTS.google.clientSecret,
  };
  const create = (line: readonly string[], terminal: Terminal = { env: ENVIRONMENT }) =>
    runAt('', createSecretsTool, ['--env', 'staging', ...line], terminal);

  test('writes fresh keys, says none of them, and refuses to do it again', async () => {
    const dry = await create([file, '--dry-run']);
    expect([dry.code, readdirSync(folder)]).toEqual([0, []]);
    const said = await create([file, '--json']);
    expect(said.code).toBe(0);
    const made = await readSecretsFile(file);
    expect(Object.keys(made.sessionKeys)).toEqual(WORKERS);
    expect(made.github).toEqual(ACCOUNTS.github);
    const spoken = said.out + said.error;
    expect(spoken).not.toContain(made.fieldKeys[0]?.k);
    expect(spoken).not.toContain('canary');
    expect(await create([file])).toMatchObject({
      code: 1,
      error: expect.stringContaining(`${file} is there already`),
    });
    expect(await readSecretsFile(file)).toEqual(made);
  });

  test('says whose they are: by --env, by the name of the file, or as a person answers', async () => {
    const named = async (name: string, line: string[], answers?: string[]) => {
      const path = join(folder, name);
      const terminal = { env: ENVIRONMENT, ...(answers && { answers }) };
      const { code, error } = await runAt('', createSecretsTool, [path, ...line], terminal);
      return code === 0 ? (await readSecretsFile(path)).environment : error;
    };
    expect(await named('secrets.staging.json', [])).toBe('staging');
    expect(await named('marquee-production.json', [])).toBe('production');
    expect(await named('mine.json', ['--env', 'production'])).toBe('production');
    expect(await named('typed.json', [], ['staging'])).toBe('staging');
    for (const [name, line] of [
      ['productions.json', []],
      ['staging-of-production.json', []],
      ['secrets.staging.json', ['--env', 'prod']],
    ] as const)
      expect(await named(name, [...line])).toContain('Say whose secrets they are');
  });

  test('asks a person for what is not set', async () => {
    const { code, asked } = await create([file], {
      env: { ...ENVIRONMENT, GOOGLE_CLIENT_SECRET: '', SUPABASE_PUBLISHABLE_KEY: '' },
      answers: ['sb_publishable_typed', 'typed'],
    });
    expect([code, asked]).toEqual([
      0,
      ['Supabase publishable key (sb_publishable_…): ', 'Google client secret: '],
    ]);
    expect((await readSecretsFile(file)).google.clientSecret).toBe('typed');
  });

  test('adds one more Worker to a present document, once', async () => {
    await create([file]);
    const before = await readSecretsFile(file);
    await create([file, '--add-worker', 'acme-tenant', '--dry-run']);
    expect(await readSecretsFile(file)).toEqual(before);
    expect((await create([file, '--add-worker', 'acme-tenant'])).code).toBe(0);
    const after = await readSecretsFile(file);
    expect(after.sessionKeys).toMatchObject(before.sessionKeys);
    expect(tenantSecrets(after, 'acme-tenant')['SESSION_KEYS']).toContain('"oct"');
    expect((await create([file, '--add-worker', 'acme-tenant'])).error).toContain('already');
    expect((await create([file, '--add-worker', 'Acme!'])).error).toContain('a Worker’s name');
  });

  test.each([
    ['the secret key of the project', { SUPABASE_PUBLISHABLE_KEY: 'sb_secret_canary' }, 'secret key'],
    ['another key', { SUPABASE_PUBLISHABLE_KEY: 'canary' }, 'is no publishable key'],
    ['a secret with a space', { GITHUB_CLIENT_SECRET: 'canary secret' }, 'GITHUB_CLIENT_SECRET'],
    ['nothing', { GOOGLE_CLIENT_ID: '' }, 'Not set: GOOGLE_CLIENT_ID'],
  ])('refuses %s', async (_name, environment, words) => {
    const said = await create([file], { env: { ...ENVIRONMENT, ...environment } });
    expect(said.code).toBe(1);
    expect(said.error).toContain(words);
    expect(said.error).not.toContain('canary');
    expect(readdirSync(folder)).toEqual([]);
  });
});
