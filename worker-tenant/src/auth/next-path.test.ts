import { describe, expect, it } from 'vitest';
import { parseNextPath } from './next-path.ts';

describe('parseNextPath', () => {
  it.each([
    ['/', '/'],
    ['/sessions', '/sessions'],
    ['/sessions?state=all#top', '/sessions?state=all#top'],
    ['/a//b', '/a//b'],
    ['/author', '/author'],
    ['/müsli?q=ü', '/m%C3%BCsli?q=%C3%BC'],
    ['/a/../b', '/b'],
    ['/to?next=https://evil.test/', '/to?next=https://evil.test/'],
  ])('accepts %s', (input, path) => {
    expect(parseNextPath(input)).toEqual({ ok: true, value: path });
  });

  it.each([
    ['', 'not-a-path'],
    ['sessions', 'not-a-path'],
    ['https://evil.test/', 'not-a-path'],
    ['javascript:alert(1)', 'not-a-path'],
    ['//evil.test', 'not-a-path'],
    ['///evil.test', 'not-a-path'],
    ['/\\evil.test', 'not-a-path'],
    ['\\\\evil.test', 'not-a-path'],
    ['/a\\b', 'not-a-path'],
    [' /sessions', 'not-a-path'],
    ['/\t/evil.test', 'control-character'],
    ['/\n/evil.test', 'control-character'],
    ['/\r\nset-cookie: a=b', 'control-character'],
    ['/\u0000', 'control-character'],
    ['/\u0085', 'control-character'],
    ['/a\u2028b', 'control-character'],
    ['/%0d%0aset-cookie:a=b', 'control-character'],
    ['/%09/evil.test', 'control-character'],
    ['/%2fevil.test', 'another-origin'],
    ['/%2Fevil.test', 'another-origin'],
    ['/%5Cevil.test', 'another-origin'],
    ['/.//evil.test', 'another-origin'],
    ['/a/..//evil.test', 'another-origin'],
    ['/%2e//evil.test', 'another-origin'],
    ['/%ff', 'not-a-path'],
    ['/auth', 'not-a-page'],
    ['/auth/google?next=/', 'not-a-page'],
    ['/AUTH/sign-out', 'not-a-page'],
    ['/%61uth/google', 'not-a-page'],
    ['/x/../auth/google', 'not-a-page'],
    ['/api/me', 'not-a-page'],
    [`/${'a'.repeat(2048)}`, 'too-long'],
    [`/${'ü'.repeat(1000)}`, 'too-long'],
  ])('refuses %j as %s', (input, reason) => {
    expect(parseNextPath(input)).toEqual({ ok: false, error: reason });
  });

  it('answers nothing that a browser resolves to another origin', () => {
    const pieces = ['/', '\\', '.', '..', '%2f', '%5c', '\t', 'evil.test', '@', ':', '?', '#', 'http:'];
    for (const a of pieces) {
      for (const b of pieces) {
        for (const c of pieces) {
          for (const d of pieces) {
            const parsed = parseNextPath(`/${a}${b}${c}${d}`);
            if (parsed.ok) {
              const origin = 'https://partner-seo.com';
              expect(new URL(parsed.value, `${origin}/auth/callback`).origin, parsed.value).toBe(origin);
            }
          }
        }
      }
    }
  });
});
