import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { SupabaseTokens } from './supabase-token.ts';

const NOW = 1_800_000_000;
const pair = await generateKeyPair('ES256', { extractable: true });
const key = { ...(await exportJWK(pair.privateKey)), kid: 'data-1' };
const session = {
  role: 'authenticated',
  sessionId: '2f1f1c1e-52c8-4a3f-9c43-2b0a0f2f0a01',
  memberId: '7b7e9a57-8c52-4f7c-8a0d-5e1c2f3a4b02',
  tenantId: 'partner-seo',
  hostname: 'partner-seo.com',
} as const;

describe('tokens for the Data API', () => {
  it('say who asks, for minutes, and are signed with ES256 and a key id', async () => {
    const token = await new SupabaseTokens('https://issuer.test', key).tokenFor(session, NOW);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'JWT', kid: 'data-1' });
    const { payload } = await jwtVerify(token, pair.publicKey, { currentDate: new Date(NOW * 1000) });
    expect(payload).toEqual({
      iss: 'https://issuer.test',
      role: 'authenticated',
      sub: session.memberId,
      tenant_id: 'partner-seo',
      session_id: session.sessionId,
      iat: NOW - 30,
      exp: NOW + 240,
    });
  });

  it('of role sign_in name tenant and host, and nobody', async () => {
    const tokens = new SupabaseTokens('https://issuer.test', key);
    const claims = { role: 'sign_in', tenantId: 'partner1', hostname: 'partner1.cozyartzmedia.com' } as const;
    const { iss, iat, exp, ...rest } = decodeJwt(await tokens.tokenFor(claims, NOW));
    expect([iss, iat, exp]).not.toContain(undefined);
    expect(rest).toEqual({ role: 'sign_in', tenant_id: 'partner1', hostname: 'partner1.cozyartzmedia.com' });
  });

  it('are used again for a while, and never for another session', async () => {
    const tokens = new SupabaseTokens('https://issuer.test', key);
    const first = await tokens.tokenFor(session, NOW);
    expect(await tokens.tokenFor({ ...session }, NOW + 170)).toBe(first);
    expect(await tokens.tokenFor(session, NOW + 200)).not.toBe(first);
    const other = { ...session, sessionId: '00000000-0000-4000-8000-000000000001' };
    expect(decodeJwt(await tokens.tokenFor(other, NOW))['session_id']).toBe(other.sessionId);
  });
});
