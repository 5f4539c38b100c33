import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { readConfiguration } from './configuration.ts';

it('reads variables and secrets', () => {
  const configuration = readConfiguration(env);
  expect(configuration.workerName).toBe('partner-tenant');
  expect(configuration.sessionKeys).toHaveLength(1);
  // A public key: whatever else came along is dropped.
  expect(Object.keys(configuration.contextKeys[0] ?? {}).sort()).toEqual(['crv', 'kid', 'kty', 'x']);
});

it.each([
  ['SESSION_KEYS', '{"keys":[]}'],
  ['SESSION_KEYS', 'not json'],
  ['SESSION_KEYS', '{"keys":[{"kty":"oct","kid":"short","k":"c2VjcmV0"}]}'],
  ['SUPABASE_SIGNING_KEY', '{"kty":"EC","crv":"P-256","kid":"public","x":"x","y":"y"}'],
  ['GOOGLE_JWKS_URI', 'file:///etc/passwd'],
  ['WORKER_NAME', ''],
  ['GITHUB_CLIENT_SECRET', ''],
])('refuses %s = %s by its name, without its value', (name, value) => {
  expect(() => readConfiguration({ ...env, [name]: value })).toThrow(
    new Error(`${name} is missing or malformed`),
  );
});
