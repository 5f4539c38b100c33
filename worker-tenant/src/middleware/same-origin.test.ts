import { expect, it } from 'vitest';
import { isSameOrigin } from './same-origin.ts';

const ORIGIN = 'https://partner-seo.com';

it.each([
  ['the page itself', { 'sec-fetch-site': 'same-origin', origin: ORIGIN }, true],
  ['the page, where the browser sends no metadata', { origin: ORIGIN }, true],
  ['the page, where it sends no origin', { 'sec-fetch-site': 'same-origin' }, true],
  ['a program that says nothing', {}, false],
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }, false],
  ['another site, by its origin alone', { origin: 'https://evil.test' }, false],
  [
    'a sibling subdomain',
    { 'sec-fetch-site': 'same-site', origin: 'https://partner1.cozyartzmedia.com' },
    false,
  ],
  ['a sandboxed frame', { origin: 'null' }, false],
  ['the same host without TLS', { origin: 'http://partner-seo.com' }, false],
  ['a host that begins alike', { origin: 'https://partner-seo.com.evil.test' }, false],
  ['the address bar', { 'sec-fetch-site': 'none' }, false],
])('judges %s', (_name, headers, same) => {
  expect(isSameOrigin(new Headers(headers as Record<string, string>), ORIGIN)).toBe(same);
});
