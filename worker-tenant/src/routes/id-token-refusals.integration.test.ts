/** Every answer of a provider that must sign nobody in: id_tokens, emails, failures. Over HTTP: exact status and code. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../contract/errors.ts';
import { PROVIDERS } from '../../../contract/tenants.ts';
import type { IdTokenFault } from '../../../scripts/local/id-token-faults.ts';
import type { GitHubFault, GoogleFault } from '../../../scripts/local/identity-providers.ts';
import { HOSTS } from '../../tests/browser.ts';
import { expectProblem, expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal();
const HOST = HOSTS.partnerSeo;
const OTHER = HOSTS.partnerOne;

describe('an id_token', () => {
  const refused: [IdTokenFault, string][] = [
    ['alg-none', 'algorithm'],
    ['alg-hs256-client-secret', 'algorithm'],
    ['alg-hs256-public-key', 'algorithm'],
    ['unknown-kid', 'unknown-key'],
    ['foreign-signature', 'signature'],
    ['wrong-aud', 'audience'],
    ['aud-list-without-azp', 'audience'],
    ['aud-list-with-foreign-azp', 'audience'],
    ['wrong-azp', 'authorized-party'],
    ['wrong-iss', 'claim'],
    ['wrong-nonce', 'nonce'],
    ['no-nonce', 'nonce'],
    ['expired', 'expired'],
    ['no-exp', 'claim'],
    ['future-iat', 'claim'],
    ['stale-iat', 'expired'],
    ['no-iat', 'claim'],
    ['no-sub', 'claim'],
    ['no-id-token', 'missing'],
  ];

  it.each(refused)('with the fault %s is refused, because of its %s', async (fault, reason) => {
    await test.withGoogle(fault, async () => {
      const response = await test.browser().signIn(HOSTS.primary, 'google', 'alan');
      const requestId = await expectProblem(response, 'sign_in_failed');
      expect(await test.reasonOf(requestId)).toBe(`google: id-token-${reason}`);
    });
  });

  it('is accepted without any of these faults', async () => {
    expectSignedIn(await test.browser().signIn(HOSTS.primary, 'google', 'alan'));
  });
});

describe('an email', () => {
  it.each(['email-unverified', 'email-verified-absent', 'email-verified-string'] as const)(
    'of Google counts for nothing when it is %s',
    async (fault) => {
      await test.withGoogle(fault, async () => {
        await expectProblem(await test.browser().signIn(OTHER, 'google', 'alan'), 'email_unverified');
      });
    },
  );

  it('of GitHub counts for nothing when it is verified in words', async () => {
    await test.withGitHub('verified-string', async () => {
      await expectProblem(await test.browser().signIn(OTHER, 'github', 'alan'), 'email_unverified');
    });
  });

  it.each(PROVIDERS)('that %s calls unverified lets nobody sign up', async (provider) => {
    await expectProblem(await test.browser().signIn(OTHER, provider, 'mallory'), 'email_unverified');
  });

  it.each(PROVIDERS)('is needed to sign up with %s', async (provider) => {
    await expectProblem(await test.browser().signIn(OTHER, provider, 'ghost'), 'email_unverified');
  });
});

describe('a provider', () => {
  const google: [GoogleFault, ErrorCode][] = [
    ['token-unavailable', 'provider_unreachable'],
    ['token-not-json', 'sign_in_failed'],
  ];
  it.each(google)('Google with the fault %s is answered with %s', async (fault, code) => {
    await test.withGoogle(fault, async () => {
      await expectProblem(await test.browser().signIn(HOST, 'google', 'grace'), code);
    });
  });

  const github: [GitHubFault, ErrorCode][] = [
    ['token-unavailable', 'provider_unreachable'],
    ['token-not-json', 'sign_in_failed'],
    ['api-unavailable', 'provider_unreachable'],
    ['api-refuses', 'sign_in_failed'],
    ['emails-not-granted', 'client_misconfigured'],
    ['id-string', 'sign_in_failed'],
  ];
  it.each(github)('GitHub with the fault %s is answered with %s', async (fault, code) => {
    await test.withGitHub(fault, async () => {
      await expectProblem(await test.browser().signIn(HOST, 'github', 'grace'), code);
    });
  });

  it('that does not answer is given ten seconds', async () => {
    await test.withGitHub('token-hangs', async () => {
      const browser = test.browser();
      const callback = await browser.startAndPick(HOST, 'github', 'grace');
      const startedAt = Date.now();
      await expectProblem(await browser.finish(callback), 'provider_unreachable');
      const seconds = (Date.now() - startedAt) / 1000;
      expect(seconds).toBeGreaterThan(9);
      expect(seconds).toBeLessThan(15);
    });
  });

  it.each(PROVIDERS)('%s that knows another client secret is a client set up badly', async (provider) => {
    const origin = test.portal.origin(OTHER);
    const client = {
      clientId: `${OTHER}.${provider}`,
      redirectUris: [`${origin}/auth/callback`],
    };
    const { keys } = test.stack;
    const right = `${client.clientId}.${keys[provider].clientSecret}`;
    test.stack[provider].register({ ...client, clientSecret: 'another' });
    try {
      await expectProblem(await test.browser().signIn(OTHER, provider, 'grace'), 'client_misconfigured');
    } finally {
      test.stack[provider].register({ ...client, clientSecret: right });
    }
    expectSignedIn(await test.browser().signIn(OTHER, provider, 'grace'));
  });

  it('that nobody knows does not exist', async () => {
    await expectProblem(await test.browser().request(HOST, '/auth/gitlab'), 'provider_unknown');
  });
});
