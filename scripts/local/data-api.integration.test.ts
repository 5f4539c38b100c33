import { createHmac } from 'node:crypto';
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type DataApiFixture, ISSUER, startDataApiFixture } from './data-api-fixture.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let fixture: DataApiFixture;
beforeAll(async () => {
  fixture = await startDataApiFixture();
});
afterAll(() => fixture.close());

const rowsSchema = z.array(z.record(z.string(), z.unknown()));
const firstRow = (body: unknown) => rowsSchema.parse(body)[0];

const seconds = () => Math.floor(Date.now() / 1000);

/** A request by hand: the resolver unless said otherwise, with whatever headers. */
async function ask(
  headers: Record<string, string>,
  path = 'rpc/resolve_hostname?p_hostname=partner-seo.com',
) {
  const response = await fetch(`${fixture.api.url}/rest/v1/${path}`, { headers });
  return { status: response.status, body: (await response.json()) as unknown };
}
const asMember = (token: string, path = 'tenants?select=tenant_id') =>
  ask({ apikey: fixture.keys.publishableKey, authorization: `Bearer ${token}` }, path);

describe('the API key', () => {
  test('is asked for', async () => {
    expect(await ask({})).toMatchObject({ status: 401, body: { message: 'No API key found in request' } });
  });

  test('is the publishable one and no other', async () => {
    expect(await ask({ apikey: 'sb_publishable_another' })).toMatchObject({
      status: 401,
      body: { message: 'Invalid API key' },
    });
  });

  test('is never a token, also not a valid one of ours', async () => {
    const token = await fixture.mint(await fixture.signIn('partner1', 'partner1.cozyartzmedia.com', 'key'));
    expect(await ask({ apikey: token })).toMatchObject({ status: 401, body: { message: 'Invalid API key' } });
    expect(await ask({ apikey: token, authorization: `Bearer ${token}` })).toMatchObject({ status: 401 });
  });

  test('alone, or as the bearer, is anon', async () => {
    const { publishableKey } = fixture.keys;
    expect(await ask({ apikey: publishableKey })).toMatchObject({
      status: 200,
      body: { tenant: { tenantId: 'partner-seo' } },
    });
    expect(await asMember(publishableKey, 'rpc/resolve_hostname?p_hostname=nobody.example')).toMatchObject({
      status: 200,
      body: { tenant: null },
    });
  });
});

describe('anon', () => {
  test.each([
    'tenants',
    'tenant_domains',
    'profiles',
    'identities',
    'sessions',
    'sign_in_flows',
    'invitations',
  ])('reads nothing of %s', async (table) => {
    expect(await ask({ apikey: fixture.keys.publishableKey }, table)).toMatchObject({
      status: 401,
      body: { code: '42501' },
    });
  });

  test.each(['get_me', 'check_session', 'renew_session', 'get_usage', 'purge_expired', 'admin_list_tenants'])(
    'does not execute %s',
    async (name) => {
      const { error, status } = await (await fixture.client()).rpc(name as 'get_me');
      expect([status, error?.code]).toEqual([401, '42501']);
    },
  );

  test('does not reach the schema app', async () => {
    const { error } = await (await fixture.client())
      .schema('app' as 'public')
      .rpc('resolve_hostname', { p_hostname: 'x' });
    expect(error?.code).toBe('PGRST106');
  });
});

describe('a token', () => {
  const member = () => fixture.signIn('partner1', 'partner1.cozyartzmedia.com', 'token');

  test('of a live session is taken', async () => {
    expect(await asMember(await fixture.mint(await member()))).toEqual({
      status: 200,
      body: [{ tenant_id: 'partner1' }],
    });
  });

  test.each([
    ['names no key', { kid: undefined }],
    ['names an unknown key', { kid: 'another' }],
  ])('that %s is refused', async (_, header) => {
    expect(await asMember(await fixture.mint(await member(), header))).toMatchObject({
      status: 401,
      body: { code: 'PGRST301' },
    });
  });

  test('of another key under our key id is refused', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const token = await new SignJWT({ ...(await member()), iss: ISSUER, exp: seconds() + 60 })
      .setProtectedHeader({ alg: 'ES256', kid: fixture.keys.supabaseSigning.kid })
      .sign(privateKey);
    expect(await asMember(token)).toMatchObject({ status: 401, body: { code: 'PGRST301' } });
  });

  test('with alg none is refused', async () => {
    const token = new UnsecuredJWT({ ...(await member()), iss: ISSUER }).setExpirationTime('1m').encode();
    expect(await asMember(token)).toMatchObject({ status: 401, body: { code: 'PGRST301' } });
  });

  test('signed with HS256 and the public key as secret is refused', async () => {
    const { d: _private, ...publicKey } = fixture.keys.supabaseSigning;
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${part({ alg: 'HS256', kid: publicKey.kid })}.${part({ ...(await member()), iss: ISSUER, exp: seconds() + 60 })}`;
    const signature = createHmac('sha256', JSON.stringify(publicKey)).update(input).digest('base64url');
    expect(await asMember(`${input}.${signature}`)).toMatchObject({
      status: 401,
      body: { code: 'PGRST301' },
    });
  });

  test.each([
    ['has expired', { exp: seconds() - 60 }, 'JWT expired'],
    ['is from the future', { iat: seconds() + 120 }, 'JWT issued at future'],
  ])('that %s is refused', async (_, claims, message) => {
    const token = await fixture.mint({ ...(await member()), ...claims });
    expect(await asMember(token)).toMatchObject({ status: 401, body: { code: 'PGRST303', message } });
  });

  test.each(['', 'not-a-token', 'a.b.c'])('that is none is refused: "%s"', async (token) => {
    expect(await asMember(token)).toMatchObject({ status: 401 });
  });
});

describe('the guard', () => {
  test('refuses a minted service_role', async () => {
    const token = await fixture.mint({ role: 'service_role' });
    expect(await asMember(token)).toMatchObject({
      status: 403,
      body: { code: 'PT403', message: 'role_refused' },
    });
    expect(await asMember(token, 'rpc/resolve_hostname?p_hostname=a.b')).toMatchObject({ status: 403 });
  });

  test('is not reached with a role that authenticator may take but that is not ours', async () => {
    expect(await asMember(await fixture.mint({ role: 'supabase_storage_admin' }))).toMatchObject({
      status: 403,
    });
  });

  test.each(['postgres', 'supabase_admin', 'authenticator', 'pg_read_all_data'])(
    'is not reached with role %s, which authenticator may not take',
    async (role) => {
      expect(await asMember(await fixture.mint({ role }))).toMatchObject({
        status: 403,
        body: { code: '42501' },
      });
    },
  );

  test('is not reached with a role that does not exist', async () => {
    // PostgREST 13 and later say 401 here, as for every token that it cannot use.
    expect(await asMember(await fixture.mint({ role: 'made_up' }))).toMatchObject({
      status: 401,
      body: { code: '22023' },
    });
  });

  test.each(['authenticated', 'sign_in', 'platform_jobs'])(
    'refuses a foreign issuer with role %s',
    async (role) => {
      const token = await fixture.mint({ iss: 'https://elsewhere.test', role });
      expect(await asMember(token)).toMatchObject({
        status: 403,
        body: { code: 'PT403', message: 'issuer_refused' },
      });
    },
  );

  test.each([
    [
      'a revoked session',
      (sub: string) => fixture.sql`update sessions set revoked_at = now() where member_id = ${sub}`,
    ],
    [
      'an idle session',
      (sub: string) => fixture.sql`update sessions set idle_expires_at = now() where member_id = ${sub}`,
    ],
    [
      'a removed member',
      (sub: string) => fixture.sql`update profiles set status = 'removed' where id = ${sub}`,
    ],
  ])('ends %s at the next call', async (name, end) => {
    const claims = await fixture.signIn('partner1', 'partner1.cozyartzmedia.com', name.replaceAll(' ', '-'));
    const token = await fixture.mint(claims);
    expect(await asMember(token)).toMatchObject({ status: 200 });
    await end(claims.sub ?? '');
    expect(await asMember(token)).toMatchObject({
      status: 401,
      body: { code: 'PT401', message: 'session_ended' },
    });
    expect(await asMember(token, 'rpc/get_me')).toMatchObject({ status: 401, body: { code: 'PT401' } });
  });

  test('ends the members of a suspended tenant, who come back by signing in again', async () => {
    const signIn = () => fixture.signIn('partner-seo', 'partner-seo.com', 'suspended');
    const token = await fixture.mint(await signIn());
    await fixture.sql`update tenants set status = 'suspended' where tenant_id = 'partner-seo'`;
    expect(await asMember(token)).toMatchObject({ status: 401, body: { message: 'session_ended' } });
    await fixture.sql`update tenants set status = 'active' where tenant_id = 'partner-seo'`;
    expect(await asMember(token)).toMatchObject({ status: 401, body: { message: 'session_ended' } });
    expect(await asMember(await fixture.mint(await signIn()))).toMatchObject({ status: 200 });
  });

  test('is the one that the database names', async () => {
    await fixture.sql.unsafe(`create function app.closed() returns void language plpgsql set search_path = '' as
      $$ begin raise sqlstate 'PT418' using message = 'closed'; end $$`);
    await fixture.sql`grant execute on function app.closed() to anon`;
    await fixture.sql`alter role authenticator in database ${fixture.sql(databaseName())} set pgrst.db_pre_request = 'app.closed'`;
    await fixture.sql`notify pgrst, 'reload config'`;
    await vi.waitFor(async () =>
      expect(await ask({ apikey: fixture.keys.publishableKey })).toMatchObject({ status: 418 }),
    );
    await fixture.sql`alter role authenticator in database ${fixture.sql(databaseName())} reset pgrst.db_pre_request`;
    await fixture.sql`notify pgrst, 'reload config'`;
    await vi.waitFor(async () =>
      expect(await ask({ apikey: fixture.keys.publishableKey })).toMatchObject({ status: 200 }),
    );
  });
});

function databaseName(): string {
  return fixture.sql.options.database;
}

describe('the protocol', () => {
  test('a body past the bound is refused unread', async () => {
    const response = await fetch(`${fixture.api.url}/rest/v1/rpc/resolve_hostname`, {
      method: 'POST',
      headers: { apikey: fixture.keys.publishableKey, 'content-type': 'application/json' },
      body: JSON.stringify({ p_hostname: 'x'.repeat(1024 * 1024) }),
    });
    expect(response.status).toBe(413);
  });

  test('nothing is served beside the Data API', async () => {
    const response = await fetch(`${fixture.api.url}/auth/v1/settings`, {
      headers: { apikey: fixture.keys.publishableKey },
    });
    expect(response.status).toBe(404);
  });

  test('a GET writes nothing', async () => {
    const claims = await fixture.signIn('partner1', 'partner1.cozyartzmedia.com', 'read-only');
    expect(await asMember(await fixture.mint(claims), 'rpc/renew_session')).toMatchObject({
      status: 405,
      body: { code: '25006' },
    });
  });

  test('moments are RFC 3339 and numbers are numbers', async () => {
    const claims = await fixture.signIn('partner1', 'partner1.cozyartzmedia.com', 'values');
    const { body } = await asMember(
      await fixture.mint(claims),
      'tenant_usage?usage_type=eq.storage&select=usage_count,updated_at',
    );
    expect(firstRow(body)?.['usage_count']).toBe(4509715661);
    expect(firstRow(body)?.['updated_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00$/);
  });

  test('what the database raises is answered as PostgREST does', async () => {
    const worker = await fixture.client({
      role: 'sign_in',
      tenant_id: 'partner1',
      hostname: 'partner1.cozyartzmedia.com',
    });
    const { error, status } = await worker.rpc('start_sign_in_flow', {
      p_state_hash: 'short',
      p_provider: 'github',
      p_code_verifier: 'v'.repeat(43),
      p_nonce: 'n'.repeat(16),
      p_browser_hash: 'b'.repeat(43),
      p_next_path: '/',
      p_address_hash: 'a'.repeat(43),
    });
    expect([status, error?.code]).toEqual([400, '23514']);
  });

  test('two hundred requests at once keep to their tenants', async () => {
    const one = await fixture.mint(await fixture.signIn('partner1', 'partner1.cozyartzmedia.com', 'many'));
    const other = await fixture.mint(await fixture.signIn('partner-seo', 'partner-seo.com', 'many'));
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => asMember(index % 2 ? one : other)),
    );
    expect(answers.map(({ body }) => firstRow(body)?.['tenant_id'])).toEqual(
      answers.map((_, index) => (index % 2 ? 'partner1' : 'partner-seo')),
    );
  });
});
