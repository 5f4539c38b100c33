import { expect, it } from 'vitest';
import { addressBucket } from './visitor-address.ts';

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
  ['2001:DB8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['::ffff:203.0.113.7', 'cb00:7107'],
  ['::ffff:203.0.113.8', 'cb00:7108'],
  ['unknown', 'unknown'],
  ['', 'unknown'],
  ['fe80::1]:80/', 'unknown'],
])('counts %s as %s', (address, bucket) => {
  expect(addressBucket(address)).toBe(bucket);
});
