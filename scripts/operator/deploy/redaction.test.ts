import { describe, expect, test } from 'vitest';
import { createRedactor } from './redaction.ts';

describe('What is about to be shown', () => {
  test('holds no secret, as it is and as JSON, addresses and headers carry it', () => {
    const secret = 'p@ss"word/äöü';
    const { learn, redact } = createRedactor();
    learn(secret);
    for (const shape of [
      secret,
      JSON.stringify(secret),
      `postgres://user:${encodeURIComponent(secret)}@host/db`,
      `Basic ${Buffer.from(secret).toString('base64')}`,
    ])
      expect(redact(`before ${shape} after`)).toMatch(/^before .*\[secret\].* after$/);
  });

  test('holds nothing private of a document of secrets, and its public members', () => {
    const { learn, redact } = createRedactor();
    learn(
      JSON.stringify({
        keys: [{ kty: 'oct', kid: 'session-2026', k: 'kkkkkkkkkkkk' }],
        clientId: 'Iv23.public',
      }),
    );
    expect(redact('session-2026 kkkkkkkkkkkk Iv23.public')).toBe('session-2026 [secret] Iv23.public');
  });

  test('leaves nothing of the longer of two secrets that begin alike', () => {
    const { learn, redact } = createRedactor();
    learn('abcdef');
    learn('abcdef-and-more');
    expect(redact('abcdef-and-more')).toBe('[secret]');
  });
});
