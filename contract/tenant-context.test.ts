import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseHostname } from './hostnames.ts';
import { signTenantContext, type TenantContext, verifyTenantContext } from './tenant-context.ts';
import { parseTenantId } from './tenants.ts';

const NOW = 1_800_000_000;
type Key = JWK & { kid: string };

async function makeKey(kid: string): Promise<{ secret: Key; shown: Key }> {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  return {
    secret: { ...(await exportJWK(pair.privateKey)), kid },
    shown: { ...(await exportJWK(pair.publicKey)), kid },
  };
}

function context(change: Partial<TenantContext> = {}): TenantContext {
  const tenantId = parseTenantId('partner1');
  const hostname = parseHostname('partner1.cozyartzmedia.com');
  if (!tenantId.ok || !hostname.ok) throw new Error('the fixture is not valid');
  return {
    version: 1,
    tenantId: tenantId.value,
    name: 'Partner One',
    type: 'partner-subdomain',
    status: 'active',
    tier: 'growth',
    worker: 'partner-tenant',
    hostname: hostname.value,
    origin: 'https://partner1.cozyartzmedia.com',
    platformDomain: true,
    ...change,
  };
}

let current: { secret: Key; shown: Key };
let next: { secret: Key; shown: Key };
beforeAll(async () => {
  current = await makeKey('current');
  next = await makeKey('next');
});

const verify = (token: string | null, change: Partial<Parameters<typeof verifyTenantContext>[1]> = {}) =>
  verifyTenantContext(token, { keys: [current.shown], audience: 'partner-tenant', now: NOW, ...change });

/** Signs any claims with the right key, as an attacker who can make the dispatcher sign something else would. */
function sign(claims: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({
    iss: 'dispatcher',
    aud: 'partner-tenant',
    iat: NOW,
    exp: NOW + 60,
    context: context(),
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'tenant-context+jwt', kid: 'current', ...header })
    .sign(current.secret);
}

describe('a tenant context', () => {
  test('arrives as it was sent, with its end of life', async () => {
    const token = await signTenantContext(context(), current.secret, NOW);
    expect(await verify(token)).toEqual({ ok: true, value: { context: context(), expiresAt: NOW + 60 } });
  });

  test('signed by the next key is accepted as soon as that key is known', async () => {
    const token = await signTenantContext(context(), next.secret, NOW);
    expect(await verify(token)).toEqual({ ok: false, error: 'unknown-key' });
    expect(await verify(token, { keys: [current.shown, next.shown] })).toMatchObject({ ok: true });
  });

  test('for one Worker is refused by another', async () => {
    const token = await signTenantContext(context(), current.secret, NOW);
    expect(await verify(token, { audience: 'custom-tenant' })).toEqual({ ok: false, error: 'invalid' });
  });

  test('is refused past its minute and before its time', async () => {
    const token = await signTenantContext(context(), current.secret, NOW);
    expect(await verify(token, { now: NOW + 70 })).toEqual({ ok: false, error: 'expired' });
    expect(await verify(token, { now: NOW - 70 })).toEqual({ ok: false, error: 'invalid' });
  });

  test('with another key under a known kid is refused', async () => {
    const token = await signTenantContext(context(), { ...next.secret, kid: 'current' }, NOW);
    expect(await verify(token)).toEqual({ ok: false, error: 'invalid' });
  });

  test('that lives longer than a minute is refused even when rightly signed', async () => {
    expect(await verify(await sign({ iat: NOW - 120, exp: NOW + 3600 }))).toMatchObject({ ok: false });
  });

  test.each([
    ['another type', {}, { typ: 'JWT' }],
    ['another issuer', { iss: 'someone' }, {}],
    ['no end', { exp: undefined }, {}],
    ['no beginning', { iat: undefined }, {}],
    ['an unknown version', { context: { ...context(), version: 2 } }, {}],
    ['another worker than its audience', { context: { ...context(), worker: 'custom-tenant' } }, {}],
    ['a tenant id that is none', { context: { ...context(), tenantId: '../x' } }, {}],
    ['no context', { context: undefined }, {}],
  ])('with %s is refused', async (_what, claims, header) => {
    expect(await verify(await sign(claims, header))).toEqual({ ok: false, error: 'invalid' });
  });

  test('that is unsigned, cut, absent or huge is refused', async () => {
    const token = await signTenantContext(context(), current.secret, NOW);
    const [, payload] = token.split('.');
    const none = `${btoa(JSON.stringify({ alg: 'none', typ: 'tenant-context+jwt', kid: 'current' }))}.${payload}.`;
    expect(await verify(none)).toEqual({ ok: false, error: 'invalid' });
    expect(await verify(token.slice(0, -4))).toEqual({ ok: false, error: 'invalid' });
    expect(await verify(null)).toEqual({ ok: false, error: 'missing' });
    expect(await verify('x'.repeat(5000))).toEqual({ ok: false, error: 'too-long' });
  });
});
