/** The stand-ins are as strict as the originals: what the sign-in tests prove, they prove against these refusals. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitProvider } from '../../worker-tenant/tests/provider-visit.ts';
import {
  type GitHubFault,
  type GoogleFault,
  type IdentityProvider,
  startGitHub,
  startGoogle,
} from './identity-providers.ts';

const CALLBACK = 'https://partner-seo.com/auth/callback';
const CLIENT = { clientId: 'seo', clientSecret: 'secret', redirectUris: [CALLBACK] };
const OTHER = {
  clientId: 'one',
  clientSecret: 'other',
  redirectUris: ['https://partner-one.com/auth/callback'],
};

let github: IdentityProvider<GitHubFault>;
let google: IdentityProvider<GoogleFault>;
beforeAll(async () => {
  [github, google] = await Promise.all([
    startGitHub({ clients: [CLIENT, OTHER] }),
    startGoogle({ clients: [CLIENT, OTHER] }),
  ]);
});
afterAll(async () => {
  await Promise.all([github.close(), google.close()]);
});

const PATHS = {
  github: {
    authorize: '/login/oauth/authorize',
    token: '/login/oauth/access_token',
    scope: 'read:user user:email',
  },
  google: { authorize: '/o/oauth2/v2/auth', token: '/token', scope: 'openid email profile' },
} as const;
type Name = keyof typeof PATHS;
const urlOf = (name: Name) => (name === 'github' ? github.url : google.url);

function authorize(name: Name, verifier: string, changes: Record<string, string> = {}): string {
  const url = new URL(PATHS[name].authorize, urlOf(name));
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT.clientId,
    redirect_uri: CALLBACK,
    scope: PATHS[name].scope,
    state: 'state',
    code_challenge_method: 'S256',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    ...changes,
  }).toString();
  return url.href;
}

async function exchange(name: Name, code: string, verifier: string, client: typeof CLIENT = CLIENT) {
  const response = await fetch(new URL(PATHS[name].token, urlOf(name)), {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      code_verifier: verifier,
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const newVerifier = () => randomBytes(32).toString('base64url');
async function newCode(name: Name, verifier: string): Promise<string> {
  return (await visitProvider(authorize(name, verifier), 'ada')).searchParams.get('code') ?? '';
}

describe.each([
  ['github', 200, 'bad_verification_code', 200, 'incorrect_client_credentials'],
  ['google', 400, 'invalid_grant', 401, 'invalid_client'],
] as const)('%s', (name, grantStatus, grantError, clientStatus, clientError) => {
  const badGrant = { status: grantStatus, body: { error: grantError } };
  const badClient = { status: clientStatus, body: { error: clientError } };

  it('gives tokens for a code, once', async () => {
    const verifier = newVerifier();
    const code = await newCode(name, verifier);
    expect(await exchange(name, code, verifier)).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer' },
    });
    expect(await exchange(name, code, verifier)).toMatchObject(badGrant);
  });

  it('refuses a code with another verifier, and of another client', async () => {
    const verifier = newVerifier();
    expect(await exchange(name, await newCode(name, verifier), newVerifier())).toMatchObject(badGrant);
    expect(await exchange(name, await newCode(name, verifier), verifier, OTHER)).toMatchObject(badGrant);
    expect(await exchange(name, 'made-up', verifier)).toMatchObject(badGrant);
  });

  it('refuses a wrong secret and an unknown client', async () => {
    const verifier = newVerifier();
    const code = await newCode(name, verifier);
    expect(await exchange(name, code, verifier, { ...CLIENT, clientSecret: 'x' })).toMatchObject(badClient);
    expect(await exchange(name, code, verifier, { ...CLIENT, clientId: 'x' })).toMatchObject(badClient);
  });

  it('tells who cancelled', async () => {
    const back = await visitProvider(authorize(name, newVerifier()), 'cancel');
    expect([back.origin, back.searchParams.get('error')]).toEqual([
      'https://partner-seo.com',
      'access_denied',
    ]);
  });
});

describe('redirect URIs', () => {
  it('of Google are compared exactly', async () => {
    for (const redirect_uri of [
      'https://evil.test/auth/callback',
      'https://www.partner-seo.com/auth/callback',
      `${CALLBACK}/x`,
      'http://partner-seo.com/auth/callback',
    ]) {
      const visit = visitProvider(authorize('google', newVerifier(), { redirect_uri }), 'ada');
      await expect(visit).rejects.toThrow('400: invalid_redirect_uri');
    }
  });

  it('of GitHub may be below the registered one; anything else goes there with an error', async () => {
    const deeper = await visitProvider(
      authorize('github', newVerifier(), { redirect_uri: 'https://www.partner-seo.com/auth/callback/x' }),
      'ada',
    );
    expect([deeper.host, deeper.searchParams.has('code')]).toEqual(['www.partner-seo.com', true]);
    const evil = authorize('github', newVerifier(), { redirect_uri: 'https://evil.test/auth/callback' });
    const back = await visitProvider(evil, 'ada');
    expect([back.origin, back.searchParams.get('error')]).toEqual([
      'https://partner-seo.com',
      'redirect_uri_mismatch',
    ]);
  });
});

it('Google names itself on the callback, GitHub does not', async () => {
  const [a, b] = await Promise.all([
    visitProvider(authorize('google', newVerifier()), 'ada'),
    visitProvider(authorize('github', newVerifier()), 'ada'),
  ]);
  expect([a.searchParams.get('iss'), b.searchParams.get('iss')]).toEqual([google.url, null]);
});

it('GitHub’s API wants a token, and the right to read emails', async () => {
  const verifier = newVerifier();
  const url = authorize('github', verifier, { scope: 'read:user' });
  const code = (await visitProvider(url, 'ada')).searchParams.get('code') ?? '';
  const { body } = await exchange('github', code, verifier);
  const ask = async (path: string, token: unknown) =>
    (await fetch(`${github.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await ask('/user', body['access_token'])).toBe(200);
  expect(await ask('/user/emails', body['access_token'])).toBe(404);
  expect(await ask('/user', 'made-up')).toBe(401);
});
