import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { verifyGoogleIdToken } from './google-id-token.ts';

const NOW = 1_800_000_000;
const pair = await generateKeyPair('RS256', { extractable: true });
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'g1', alg: 'RS256' }] });
const expectation = {
  keys,
  issuer: 'https://accounts.google.com',
  clientId: 'client',
  nonce: 'nonce-of-the-flow',
  now: NOW,
};
const claims: JWTPayload = {
  iss: 'https://accounts.google.com',
  aud: 'client',
  azp: 'client',
  sub: '100000000000000000001',
  email: 'ada@example.test',
  email_verified: true,
  name: 'Ada Lovelace',
  picture: 'https://lh3.googleusercontent.com/a/picture',
  nonce: 'nonce-of-the-flow',
  iat: NOW - 2,
  exp: NOW + 3598,
};

function sign(changes: Record<string, unknown> = {}, kid = 'g1'): Promise<string> {
  return new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(pair.privateKey);
}

describe('verifyGoogleIdToken', () => {
  it('answers who it is', async () => {
    expect(await verifyGoogleIdToken(await sign(), expectation)).toEqual({
      ok: true,
      value: {
        subject: '100000000000000000001',
        email: 'ada@example.test',
        emailVerified: true,
        name: 'Ada Lovelace',
        avatarUrl: 'https://lh3.googleusercontent.com/a/picture',
      },
    });
  });

  it('takes the issuer without its scheme, and a clock that is 4 seconds off', async () => {
    expect((await verifyGoogleIdToken(await sign({ iss: 'accounts.google.com' }), expectation)).ok).toBe(
      true,
    );
    expect((await verifyGoogleIdToken(await sign({ iat: NOW + 4 }), expectation)).ok).toBe(true);
    expect((await verifyGoogleIdToken(await sign({ exp: NOW - 4 }), expectation)).ok).toBe(true);
  });

  it.each([
    ['another issuer', { iss: 'https://accounts.example.test' }, 'claim'],
    ['no issuer', { iss: undefined }, 'claim'],
    ['another audience', { aud: 'other' }, 'audience'],
    ['an audience among others', { aud: ['client', 'other'] }, 'audience'],
    ['another authorized party', { azp: 'other' }, 'authorized-party'],
    ['another nonce', { nonce: 'other' }, 'nonce'],
    ['no nonce', { nonce: undefined }, 'nonce'],
    ['its end behind it', { exp: NOW - 6 }, 'expired'],
    ['no end', { exp: undefined }, 'claim'],
    ['its beginning before it', { iat: NOW + 6 }, 'claim'],
    ['an old beginning', { iat: NOW - 306 }, 'expired'],
    ['no beginning', { iat: undefined }, 'claim'],
    ['no subject', { sub: undefined }, 'claim'],
    ['an empty subject', { sub: '' }, 'claim'],
  ])('refuses a token with %s', async (_name, changes, reason) => {
    expect(await verifyGoogleIdToken(await sign(changes), expectation)).toEqual({ ok: false, error: reason });
  });

  it.each([
    ['a string', 'true'],
    ['a number', 1],
    ['false', false],
    ['absent', undefined],
  ])('does not take an email for verified when the flag is %s', async (_name, email_verified) => {
    const verified = await verifyGoogleIdToken(await sign({ email_verified }), expectation);
    expect(verified.ok && verified.value.emailVerified).toBe(false);
  });

  it('refuses what Google did not sign', async () => {
    const stranger = await generateKeyPair('RS256');
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'g1' })
      .sign(stranger.privateKey);
    const hmac = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'g1' })
      .sign(new Uint8Array(32));
    expect(await verifyGoogleIdToken(forged, expectation)).toEqual({ ok: false, error: 'signature' });
    expect(await verifyGoogleIdToken(hmac, expectation)).toEqual({ ok: false, error: 'algorithm' });
    expect(await verifyGoogleIdToken(await sign({}, 'g2'), expectation)).toEqual({
      ok: false,
      error: 'unknown-key',
    });
    expect(await verifyGoogleIdToken(null, expectation)).toEqual({ ok: false, error: 'missing' });
    expect(await verifyGoogleIdToken('a.b.c', expectation)).toEqual({ ok: false, error: 'malformed' });
    expect(await verifyGoogleIdToken('x'.repeat(9000), expectation)).toEqual({
      ok: false,
      error: 'malformed',
    });
  });

  it('does not take unreachable keys for a forgery', async () => {
    const unreachable = { ...expectation, keys: () => Promise.reject(new TypeError('fetch failed')) };
    expect(await verifyGoogleIdToken(await sign(), unreachable)).toEqual({
      ok: false,
      error: 'keys-unreachable',
    });
  });
});
