/** What counts as one visitor when attempts are counted. Called by middleware/rate-limit.ts and routes/sign-in.ts. */

/**
 * An IPv4 address as it is; of an IPv6 address its /64, because that is what one subscriber gets: counted by single
 * addresses, a bound would never be met. Anything else is one bucket of its own, `unknown`.
 */
export function addressBucket(address: string): string {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) return address;
  const host = /^[\d.:a-f]+$/i.test(address) ? URL.parse(`http://[${address}]/`)?.hostname : null;
  if (!host) return 'unknown';
  const [head = '', tail] = host.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  // ::ffff:a.b.c.d is an IPv4 address in IPv6's clothes.
  if (groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff')
    return groups.slice(6).join(':');
  return `${groups.slice(0, 4).join(':')}::/64`;
}
