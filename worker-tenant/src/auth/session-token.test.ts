import { base64url, CompactSign, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  SESSION_MAX_AGE_SECONDS,
  SESSION_TOKEN_LIFETIME_SECONDS,
  type SessionKey,
  SessionTokens,
  signSessionToken,
} from './session-token.ts';

const NOW = 1_800_000_000;
const CLAIMS = {
  sessionId: '2f1f1c1e-52c8-4a3f-9c43-2b0a0f2f0a01',
  memberId: '7b7e9a57-8c52-4f7c-8a0d-5e1c2f3a4b02',
  tenantId: 'partner-seo',
  hostname: 'partner-seo.com',
};
const HERE = { tenantId: CLAIMS.tenantId, hostname: CLAIMS.hostname, now: NOW };

function key(kid: string): SessionKey {
  return { kty: 'oct', kid, k: base64url.encode(crypto.getRandomValues(new Uint8Array(32))) };
}
const current = key('current');
const previous = key('previous');
const tokens = new SessionTokens([current, previous]);

async function signed(
  payload: Record<string, unknown>,
  header: Record<string, string> = {},
): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'HS256', typ: 'session+jwt', kid: 'current', ...header })
    .sign(current);
}
const payload = {
  sid: CLAIMS.sessionId,
  sub: CLAIMS.memberId,
  tid: CLAIMS.tenantId,
  aud: CLAIMS.hostname,
  iat: NOW,
  exp: NOW + SESSION_TOKEN_LIFETIME_SECONDS,
};

describe('session tokens', () => {
  it('come back as they were signed, for ten minutes', async () => {
    const token = await tokens.sign(CLAIMS, NOW);
    const expected = { ok: true, value: { claims: CLAIMS, expiresAt: NOW + 600 } };
    expect(await tokens.verify(token, HERE)).toEqual(expected);
    expect(await tokens.verify(token, HERE), 'from memory').toEqual(expected);
  });

  it('name their session after they have run out, so that it can be renewed', async () => {
    const token = await tokens.sign(CLAIMS, NOW);
    const verified = await tokens.verify(token, { ...HERE, now: NOW + 86_400 });
    expect(verified.ok && verified.value.expiresAt).toBe(NOW + 600);
  });

  it('are signed with the first key and accepted with every key of the ring', async () => {
    const old = await signSessionToken(CLAIMS, [previous], NOW);
    expect((await tokens.verify(old, HERE)).ok).toBe(true);
    expect(await new SessionTokens([current]).verify(old, HERE)).toEqual({ ok: false, error: 'unknown-key' });
    const fresh = await tokens.sign(CLAIMS, NOW);
    expect((await new SessionTokens([current]).verify(fresh, HERE)).ok).toBe(true);
  });

  it.each([
    ['another tenant', { tenantId: 'partner1' }, 'another-tenant'],
    ['another host of the same tenant', { hostname: 'partner-seo.cozyartzmedia.com' }, 'another-host'],
    ['a clock before they were issued', { now: NOW - 60 }, 'from-the-future'],
    ['a clock a month later', { now: NOW + SESSION_MAX_AGE_SECONDS + 1 }, 'too-old'],
  ])('are refused on %s, also when remembered', async (_name, elsewhere, reason) => {
    const token = await tokens.sign(CLAIMS, NOW);
    expect((await tokens.verify(token, HERE)).ok).toBe(true);
    expect(await tokens.verify(token, { ...HERE, ...elsewhere })).toEqual({ ok: false, error: reason });
  });

  it.each([
    ['another type', {}, { typ: 'JWT' }, 'wrong-type'],
    ['an unknown key', {}, { kid: 'stranger' }, 'unknown-key'],
    ['a longer life', { exp: NOW + 86_400 }, {}, 'malformed'],
    ['no session', { sid: undefined }, {}, 'malformed'],
    ['a list of hosts', { aud: [CLAIMS.hostname, 'partner1.cozyartzmedia.com'] }, {}, 'malformed'],
  ])('are refused with %s', async (_name, claims, header, reason) => {
    const token = await signed({ ...payload, ...claims }, header);
    expect(await tokens.verify(token, HERE)).toEqual({ ok: false, error: reason });
  });

  it('are refused without a signature, with a broken one, or with another algorithm', async () => {
    const token = await tokens.sign(CLAIMS, NOW);
    const [header = '', body = ''] = token.split('.');
    expect(await tokens.verify(`${header}.${body}.`, HERE)).toEqual({ ok: false, error: 'not-authentic' });
    const other = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'HS512', typ: 'session+jwt', kid: 'current' })
      .sign(new Uint8Array(64));
    expect(await tokens.verify(other, HERE)).toEqual({ ok: false, error: 'malformed' });
    const none = `${base64url.encode(JSON.stringify({ alg: 'none', typ: 'session+jwt' }))}.${body}.`;
    expect((await tokens.verify(none, HERE)).ok).toBe(false);
    const forged = await signSessionToken(CLAIMS, [{ ...key('x'), kid: 'current' }], NOW);
    expect(await tokens.verify(forged, HERE)).toEqual({ ok: false, error: 'not-authentic' });
  });

  it.each(['', 'x', 'a.b.c', '..', 'é', 'x'.repeat(3000)])('refuse %j without throwing', async (text) => {
    expect((await tokens.verify(text, HERE)).ok).toBe(false);
  });
});
