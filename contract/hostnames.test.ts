import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isReservedLabel, parseHostname, RESERVED_LABELS } from './hostnames.ts';

const label = fc
  .stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/)
  .filter((text) => !text.startsWith('xn--'));
const hostname = fc
  .array(label, { minLength: 2, maxLength: 5 })
  .map((labels) => labels.join('.'))
  // A last label of digits only is an IPv4 address to the URL parser, and no top-level domain is one.
  .filter((name) => !/(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(name));

describe('a hostname', () => {
  test('survives case, a port and a trailing dot', () => {
    fc.assert(
      fc.property(
        hostname,
        fc.integer({ min: 1, max: 65_535 }),
        fc.boolean(),
        fc.boolean(),
        (name, port, dot, upper) => {
          const written = `${upper ? name.toUpperCase() : name}${dot ? '.' : ''}:${port}`;
          expect(parseHostname(written)).toEqual({ ok: true, value: name });
        },
      ),
    );
  });

  test('is stable: parsing a parsed name changes nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          hostname,
          fc.webUrl().map((url) => new URL(url).host),
          fc.string({ maxLength: 80 }),
        ),
        (input) => {
          const first = parseHostname(input);
          if (first.ok) expect(parseHostname(first.value)).toEqual(first);
        },
      ),
    );
  });

  test('is never anything but lower-case LDH labels, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (input) => {
        const parsed = parseHostname(input);
        if (parsed.ok) expect(parsed.value).toMatch(/^(?=.{1,253}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+$/);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['MÜNCHEN.example', 'xn--mnchen-3ya.example'],
    ['xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
    ['ｐartner-seo。com', 'partner-seo.com'],
    ['partner1.cozyartzmedia.com.evil.test', 'partner1.cozyartzmedia.com.evil.test'],
    ['a.b.cozyartzmedia.com', 'a.b.cozyartzmedia.com'],
  ])('%s is %s', (input, expected) => {
    expect(parseHostname(input)).toEqual({ ok: true, value: expected });
  });

  test.each([
    ['', 'empty'],
    [':8787', 'empty'],
    ['localhost', 'single-label'],
    ['127.0.0.1', 'ip-address'],
    ['127.0.0.1:8787', 'ip-address'],
    ['0x7f.1', 'ip-address'],
    ['2130706433', 'ip-address'],
    ['017700000001', 'ip-address'],
    ['[::1]', 'ip-address'],
    ['[::1]:8787', 'ip-address'],
    ['::1', 'ip-address'],
    ['999.999.999.999', 'ip-address'],
    ['a..example', 'malformed'],
    ['.example.com', 'malformed'],
    ['example.com..', 'malformed'],
    ['under_score.example.com', 'malformed'],
    ['-a.example', 'malformed'],
    ['a-.example', 'malformed'],
    ['user@example.com', 'malformed'],
    ['example.com/path', 'malformed'],
    ['example.com:99999', 'malformed'],
    ['example.com:80:80', 'malformed'],
    ['exa mple.com', 'malformed'],
    ['example.com\u0000', 'malformed'],
    ['exa%6dple.com', 'malformed'],
    ['xn--zz-zz-.example', 'malformed'],
  ])('%s is refused as %s', (input, error) => {
    expect(parseHostname(input)).toEqual({ ok: false, error });
  });

  test.each([
    ['a label of 64 octets', `${'a'.repeat(64)}.example`, 'malformed'],
    ['a name of 254 octets', `${'a.'.repeat(126)}ab`, 'too-long'],
    ['a header of 10,000 octets', 'a'.repeat(10_000), 'too-long'],
  ])('%s is refused', (_what, input, error) => {
    expect(parseHostname(input)).toEqual({ ok: false, error });
  });

  test('of 253 octets is the longest', () => {
    const longest = `${'a.'.repeat(126)}a`;
    expect(longest).toHaveLength(253);
    expect(parseHostname(longest)).toEqual({ ok: true, value: longest });
  });
});

describe('a reserved label', () => {
  test('is reserved in any case', () => {
    for (const name of RESERVED_LABELS) expect(isReservedLabel(name.toUpperCase())).toBe(true);
  });

  test('includes service names and punycode, and leaves partners theirs', () => {
    expect(isReservedLabel('_dmarc')).toBe(true);
    expect(isReservedLabel('xn--80ak6aa92e')).toBe(true);
    expect(isReservedLabel('partner1')).toBe(false);
  });
});
