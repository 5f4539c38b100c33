import { beforeEach, describe, expect, test, vi } from 'vitest';
import { bootSchema } from '../../contract/boot.ts';
import { problem } from '../../contract/errors.ts';
import { namespaceOf, openPortalWorld } from './testing.ts';
import { readPage } from './testing-page.ts';

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

describe('A refused step of signing in', () => {
  const refused = (request: Request) =>
    new Response(
      JSON.stringify(
        problem('not_invited', request.headers.get('x-request-id') ?? '', { detail: 'Ask </script> them' }),
      ),
      {
        status: 403,
        headers: [
          ['content-type', 'application/problem+json'],
          ['set-cookie', '__Host-sign-in=; Max-Age=0; Path=/; Secure; HttpOnly'],
          ['set-cookie', 'other=1; Path=/; Secure'],
          ['retry-after', '30'],
        ],
      },
    );
  const env = { DISPATCHER: namespaceOf({ 'custom-tenant': refused }) };

  test('is shown to a person in the app, with status, cookies and request id kept', async () => {
    const world = await openPortalWorld({}, env);
    const { response } = await world.visit(`${world.origin}/auth/callback?code=secret&state=x`, {
      navigate: true,
    });
    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toHaveLength(2);
    expect(response.headers.get('retry-after')).toBe('30');
    const html = await response.text();
    const page = await readPage(html);
    expect(bootSchema.parse(JSON.parse(page.boot)).problem).toMatchObject({
      code: 'not_invited',
      detail: 'Ask </script> them',
      requestId: response.headers.get('x-request-id'),
    });
    expect(page.scripts).toBe(3);
    expect(html).not.toContain('secret');
  });

  test('does not stick to the next page', async () => {
    const world = await openPortalWorld({}, env);
    await world.visit(`${world.origin}/auth/callback`, { navigate: true });
    const { response } = await world.visit(`${world.origin}/sign-in`, { navigate: true });
    expect(JSON.parse((await readPage(await response.text())).boot).problem).toBeNull();
  });

  test('stays a problem for a program, and under /api', async () => {
    const world = await openPortalWorld({}, env);
    for (const [path, navigate] of [
      ['/auth/callback', false],
      ['/api/me', true],
    ] as const) {
      const { response } = await world.visit(`${world.origin}${path}`, { navigate });
      expect(response.status).toBe(403);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    }
  });
});
