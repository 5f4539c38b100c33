/** Development keys are made once, kept privately, and are what the Workers' contracts take. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseHostname } from '../../contract/hostnames.ts';
import { sealSecret, unsealSecret } from '../../contract/sealed-secret.ts';
import {
  createKeys,
  dispatcherSecrets,
  loadKeys,
  supabasePublicKeys,
  tenantSecrets,
  writeDevVars,
} from './keys.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'marquee-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('loadKeys', () => {
  test('makes keys once, readable by their owner alone, and answers the same ones again', async () => {
    const file = join(folder, 'local/keys.json');
    const keys = await loadKeys(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await loadKeys(file)).toEqual(keys);
  });

  test.each(['', '{"version":1}', 'not json'])('makes new ones in place of %j', async (text) => {
    const file = join(folder, 'keys.json');
    writeFileSync(file, text);
    const keys = await loadKeys(file);
    expect(keys.contextSigning.kty).toBe('OKP');
    expect(await loadKeys(file)).toEqual(keys);
  });
});

describe('secrets', () => {
  test('the public sets hold no private part', async () => {
    const keys = await createKeys();
    const published = JSON.stringify(supabasePublicKeys(keys)) + tenantSecrets(keys)['CONTEXT_KEYS'];
    expect(published).not.toContain('"d"');
    expect(published).toContain(keys.supabaseSigning.kid);
    expect(published).toContain(keys.contextSigning.kid);
    expect(dispatcherSecrets(keys)['SUPABASE_JWKS']).not.toContain('"d"');
  });

  test('the field keys seal and open a secret', async () => {
    const keys = await createKeys();
    const hostname = parseHostname('partner-seo.com');
    if (!hostname.ok) throw new Error(hostname.error);
    const owner = { tenantId: 'partner-seo', hostname: hostname.value, provider: 'github' } as const;
    const sealed = await sealSecret('shh', owner, keys.fields);
    expect(await unsealSecret(sealed, owner, keys.fields)).toEqual({ ok: true, value: 'shh' });
  });
});

describe('writeDevVars', () => {
  test('writes what dotenv reads back, readable by its owner alone', async () => {
    const file = join(folder, '.dev.vars');
    const vars = { ...dispatcherSecrets(await createKeys()), SUPABASE_URL: 'http://127.0.0.1:1' };
    await writeDevVars(file, vars);
    expect(parseEnv(readFileSync(file, 'utf8'))).toEqual(vars);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('leaves a file alone that is right already', async () => {
    const file = join(folder, '.dev.vars');
    await writeDevVars(file, { A: '1' });
    const before = statSync(file).mtimeMs;
    await writeDevVars(file, { A: '1' });
    expect(statSync(file).mtimeMs).toBe(before);
  });

  test('refuses a value that the file cannot hold', async () => {
    await expect(writeDevVars(join(folder, '.dev.vars'), { A: "it's" })).rejects.toThrow('A does not fit');
  });
});
