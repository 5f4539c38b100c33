import { describe, expect, it } from 'vitest';
import {
  callbackErrorCode,
  createFlowSecrets,
  type Flow,
  flowRefusalCode,
  hashToken,
  isRandomToken,
  judgeFlow,
  parseCallback,
} from './flow.ts';

describe('createFlowSecrets', () => {
  it('makes three of 43 characters, all different, every time', () => {
    const made = [createFlowSecrets(), createFlowSecrets()].flatMap(Object.values);
    expect(new Set(made).size).toBe(6);
    expect(made.every(isRandomToken)).toBe(true);
  });
});

describe('hashToken', () => {
  it('is SHA-256 in base64url', async () => {
    expect(await hashToken('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });
});

describe('parseCallback', () => {
  const parse = (query: string) => parseCallback(new URLSearchParams(query));

  it('reads a code, and an error', () => {
    expect(parse('code=c&state=s')).toEqual({
      ok: true,
      value: { kind: 'code', state: 's', issuer: null, code: 'c' },
    });
    expect(parse('error=access_denied&state=s&iss=https://a.test&error_description=x')).toEqual({
      ok: true,
      value: { kind: 'error', state: 's', issuer: 'https://a.test', error: 'access_denied' },
    });
  });

  it.each([
    ['', 'state-missing'],
    ['code=c', 'state-missing'],
    ['code=c&state=', 'state-missing'],
    ['code=c&state=a&state=b', 'duplicate'],
    ['code=c&state=a&state=a', 'duplicate'],
    ['code=c&code=d&state=s', 'duplicate'],
    ['code=c&state=s&iss=a&iss=b', 'duplicate'],
    ['error=a&error=b&state=s', 'duplicate'],
    ['state=s', 'neither-code-nor-error'],
    ['code=&state=s', 'neither-code-nor-error'],
    ['code=c&error=access_denied&state=s', 'neither-code-nor-error'],
    [`code=${'c'.repeat(2049)}&state=s`, 'too-long'],
  ])('refuses ?%s as %s', (query, reason) => {
    expect(parse(query)).toEqual({ ok: false, error: reason });
  });
});

describe('callbackErrorCode', () => {
  it.each([
    ['access_denied', 'sign_in_cancelled'],
    ['temporarily_unavailable', 'provider_unreachable'],
    ['server_error', 'provider_unreachable'],
    ['redirect_uri_mismatch', 'client_misconfigured'],
    ['application_suspended', 'client_misconfigured'],
    ['unauthorized_client', 'client_misconfigured'],
    ['whatever_else', 'sign_in_failed'],
  ])('words %s as %s', (error, code) => {
    expect(callbackErrorCode(error)).toBe(code);
  });
});

describe('judgeFlow', () => {
  const flow: Flow = {
    provider: 'google',
    codeVerifier: 'v',
    nonce: 'n',
    browserHash: 'browser',
    nextPath: '/',
    linkSessionId: null,
    expired: false,
  };
  const here = {
    browserHash: 'browser',
    issuer: null,
    issuerOf: (provider: string) => `https://${provider}.test`,
  };

  it('lets the browser that started finish, with the right issuer or none', () => {
    expect(judgeFlow(flow, here).ok).toBe(true);
    expect(judgeFlow(flow, { ...here, issuer: 'https://google.test' }).ok).toBe(true);
  });

  it.each([
    ['no flow', null, {}, 'unknown', 'sign_in_expired'],
    ['another browser', flow, { browserHash: 'other' }, 'other-browser', 'sign_in_other_browser'],
    ['a browser without the cookie', flow, { browserHash: null }, 'other-browser', 'sign_in_other_browser'],
    ['ten minutes gone', { ...flow, expired: true }, {}, 'expired', 'sign_in_expired'],
    ['the other provider', flow, { issuer: 'https://github.test' }, 'foreign-issuer', 'sign_in_failed'],
    ['an empty issuer', flow, { issuer: '' }, 'foreign-issuer', 'sign_in_failed'],
  ] as const)('refuses %s', (_name, found, changes, reason, code) => {
    expect(judgeFlow(found, { ...here, ...changes })).toEqual({ ok: false, error: reason });
    expect(flowRefusalCode(reason)).toBe(code);
  });
});
