import { expect, it } from 'vitest';
import { describeDevice } from './device.ts';

it.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    { device: 'Firefox on Linux', kind: 'desktop' },
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    { device: 'Safari on iOS', kind: 'phone' },
  ],
  [
    'Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15',
    { device: 'Safari on iOS', kind: 'tablet' },
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    { device: 'Chrome on Windows', kind: 'desktop' },
  ],
  [null, { device: null, kind: 'unknown' }],
  ['', { device: null, kind: 'unknown' }],
])('describes %s', (userAgent, device) => {
  expect(describeDevice(userAgent)).toEqual(device);
});

it.each([' ', '\u0000', '((((', 'x'.repeat(512)])('makes something harmless of %j', (userAgent) => {
  expect(() => describeDevice(userAgent)).not.toThrow();
});
