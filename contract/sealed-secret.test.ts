import { base64url } from 'jose';
import { describe, expect, test } from 'vitest';
import { type SecretOwner, sealedSecretKeyId, sealSecret, unsealSecret } from './sealed-secret.ts';

const key = (kid: string, fill: number) => ({
  kty: 'oct',
  kid,
  k: base64url.encode(new Uint8Array(32).fill(fill)),
});
const keys = [key('a', 1)];
const owner: SecretOwner = { tenantId: 'partner-seo', hostname: 'partner-seo.com', provider: 'github' };

describe('a sealed secret', () => {
  test('opens for its owner and shows nothing of itself', async () => {
    const sealed = await sealSecret('gho_secret', owner, keys);
    expect(JSON.stringify(sealed)).not.toContain('gho_secret');
    expect(await unsealSecret(sealed, owner, keys)).toEqual({ ok: true, value: 'gho_secret' });
  });

  test('never looks the same twice', async () => {
    const [one, two] = await Promise.all([sealSecret('same', owner, keys), sealSecret('same', owner, keys)]);
    expect(one.iv).not.toBe(two.iv);
    expect(one.ciphertext).not.toBe(two.ciphertext);
  });

  test.each([
    ['another tenant', { tenantId: 'partner1' }],
    ['another hostname', { hostname: 'partner1.cozyartzmedia.com' }],
    ['another provider', { provider: 'google' as const }],
  ])('copied to %s does not open', async (_what, change) => {
    const other = { ...owner, ...change };
    const sealed = await sealSecret('gho_secret', owner, keys);
    expect(await unsealSecret(sealed, other, keys)).toEqual({ ok: false, error: 'wrong-owner' });
    // …nor when the thief rewrites the associated data as well.
    const { aad } = await sealSecret('x', other, keys);
    expect(await unsealSecret({ ...sealed, aad }, other, keys)).toEqual({
      ok: false,
      error: 'not-authentic',
    });
  });

  test('sealed with an old key opens while that key is in the keyring', async () => {
    const sealed = await sealSecret('gho_secret', owner, keys);
    expect(sealedSecretKeyId(sealed)).toBe('a');
    expect(await unsealSecret(sealed, owner, [key('b', 2), ...keys])).toMatchObject({ ok: true });
    expect(await unsealSecret(sealed, owner, [key('b', 2)])).toEqual({ ok: false, error: 'unknown-key' });
    expect(await unsealSecret(sealed, owner, [key('a', 2)])).toEqual({ ok: false, error: 'not-authentic' });
  });

  test('that is no JWE of ours is refused', async () => {
    expect(await unsealSecret({ ciphertext: 'x' }, owner, keys)).toEqual({ ok: false, error: 'malformed' });
    const sealed = await sealSecret('gho_secret', owner, keys);
    expect(await unsealSecret({ ...sealed, protected: '!' }, owner, keys)).toEqual({
      ok: false,
      error: 'malformed',
    });
  });

  test('has bounds', async () => {
    await expect(sealSecret('', owner, keys)).rejects.toThrow('1 to 1024 characters');
    await expect(sealSecret('x'.repeat(1025), owner, keys)).rejects.toThrow('1 to 1024 characters');
    await expect(sealSecret('x', owner, [])).rejects.toThrow('the field keyring is empty');
    await expect(sealSecret('x', owner, [{ kty: 'oct', kid: 's', k: 'c2hvcnQ' }])).rejects.toThrow('256-bit');
  });
});
