import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { environmentOf, parseDeployConfig } from './deploy-config.ts';
import { providerVars } from './providers.ts';

const example = readFileSync(
  fileURLToPath(new URL('../../../deploy.config.example.json', import.meta.url)),
  'utf8',
);

/** The example with some of staging's values replaced. */
function withStaging(change: object): string {
  const config = JSON.parse(example);
  Object.assign(config.environments.staging, change);
  return JSON.stringify(config);
}

describe('The configuration of a deployment', () => {
  test('is complete as the example has it, and names things by prefix and environment', () => {
    const environment = environmentOf(parseDeployConfig(example, 'example'), 'staging');
    expect(environment).toMatchObject({
      supabaseUrl: 'https://abcdefghijklmnopqrst.supabase.co',
      customHostnameTarget: 'portals.portal-staging.net',
      jwksUrl: 'https://cozyartz-staging.com/.well-known/jwks.json',
      names: { dispatcher: 'marquee-staging-dispatcher', brandFiles: 'marquee-staging-brand-files' },
    });
  });

  test('is refused with all that is wrong at once', () => {
    const text = withStaging({ accountId: 'mine', brandZone: 'Staging.com', mailFrom: 'nobody', extra: 1 });
    expect(() => parseDeployConfig(text, 'f')).toThrow(
      /accountId.*\n.*brandZone.*\n.*mailFrom.*\n(.*\n)*.*Unrecognized key/,
    );
  });

  test.each([
    [{ neutralZone: 'cozyartz-staging.com' }, 'another zone than brandZone'],
    [{ neutralZone: 'edge.cozyartz-staging.com' }, 'another zone than brandZone'],
    [{ primaryDomain: 'elsewhere.com' }, 'has to be in brandZone'],
    [{ customHostnameTarget: 'portals.elsewhere.net' }, 'has to be in neutralZone'],
    [{ supabaseUrl: 'http://supabase.example' }, 'https://'],
    [{ namespace: 'Marquee' }, 'namespace'],
    [
      { providers: { github: { url: 'http://github.example', apiUrl: 'https://github.example' } } },
      'https://',
    ],
    [{ providers: { google: { issuer: 'https://id.example' } } }, 'providers.google.tokenEndpoint'],
    [{ providers: { gitlab: {} } }, 'providers'],
  ])('refuses %o', (change, words) => {
    expect(() => parseDeployConfig(withStaging(change), 'f')).toThrow(words);
  });

  test.each([
    [{ namespace: 'marquee-production' }, ['namespace']],
    [{ supabaseProject: 'tsrqponmlkjihgfedcba' }, ['supabaseProject']],
    [{ brandZone: 'cozyartzmedia.com', primaryDomain: 'cozyartzmedia.com' }, ['primaryDomain', 'brandZone']],
    [{ brandZone: 'portal-edge.net', primaryDomain: 'portal-edge.net' }, ['brandZone']],
    [{ neutralZone: 'portal-edge.net', mailFrom: 'a@portal-edge.net' }, ['neutralZone']],
  ])('refuses an environment that shares %o with the other one', (change, places) => {
    const said = () => parseDeployConfig(withStaging(change), 'f');
    for (const place of places)
      expect(said).toThrow(new RegExp(`environments\\.staging\\.${place}: is \\w+ of production`));
  });

  test('takes the same name for a namespace in two accounts', () => {
    const change = { namespace: 'marquee-production', accountId: '1'.repeat(32) };
    expect(parseDeployConfig(withStaging(change), 'f').environments.staging).toMatchObject(change);
  });

  test('sends people to the providers that it names, and leaves the others where they are', () => {
    const github = { url: 'https://github.example/', apiUrl: 'https://github.example/api/v3' };
    const { providers } = environmentOf(
      parseDeployConfig(withStaging({ providers: { github } }), 'f'),
      'staging',
    );
    expect(providerVars(providers)).toEqual({
      GITHUB_URL: 'https://github.example',
      GITHUB_API_URL: 'https://github.example/api/v3',
    });
    expect(providerVars(environmentOf(parseDeployConfig(example, 'f'), 'staging').providers)).toEqual({});
  });

  test('says when an environment is not there', () => {
    const config = JSON.parse(example);
    delete config.environments.production;
    expect(() => environmentOf(parseDeployConfig(JSON.stringify(config), 'f'), 'production')).toThrow(
      'no environment production',
    );
  });
});
