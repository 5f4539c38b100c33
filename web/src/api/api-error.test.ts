import { expect, test } from 'vitest';
import { toApiError } from './api-error.ts';

function problem(body: string, status: number, headers: Record<string, string> = {}) {
  return new Response(body, { status, headers: { 'content-type': 'application/problem+json', ...headers } });
}

test('reads code and request id of a problem', async () => {
  const error = await toApiError(
    problem(
      '{"type":"about:blank","title":"No","status":403,"code":"permission_denied","requestId":"r-1"}',
      403,
    ),
  );
  expect(error).toMatchObject({ code: 'permission_denied', status: 403, requestId: 'r-1', transient: false });
});

test('reads how long to wait', async () => {
  const error = await toApiError(
    problem('{"code":"rate_limited","requestId":"r"}', 429, { 'retry-after': '30' }),
  );
  expect(error.retryAfterSeconds).toBe(30);
});

test('falls back to the header for the request id', async () => {
  const error = await toApiError(problem('{"code":"internal_error"}', 500, { 'x-request-id': 'r-2' }));
  expect(error).toMatchObject({ code: 'internal_error', requestId: 'r-2', transient: true });
});

test('an answer that is no problem is unexpected, and keeps its status', async () => {
  const html = new Response('<h1>Bad gateway</h1>', {
    status: 502,
    headers: { 'content-type': 'text/html' },
  });
  expect(await toApiError(html)).toMatchObject({ code: 'unexpected', status: 502, requestId: null });
});

test.each(['{"code":', 'null', '[]', '{"code":7,"requestId":7}'])(
  'a problem with the body %s is unexpected',
  async (body) => {
    expect(await toApiError(problem(body, 401))).toMatchObject({
      code: 'unexpected',
      status: 401,
      signedOut: true,
    });
  },
);
