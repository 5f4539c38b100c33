/** A version that was just deployed is not everywhere yet: what the one before answers proves nothing. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { askTenants } from './smoke-test.ts';

const TENANT = {
  ...{ tenantId: 'acme', name: 'Acme', domain: 'acme.example.com', worker: 'partner-tenant' },
  status: 'active',
  createdAt: new Date(),
} as const;
const HEADERS = {
  'content-type': 'text/html',
  'content-security-policy': "script-src 'nonce-a'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};
const PAGE = '<title>Sign in · Acme</title><script src="/app.js"></script>';
const HEALTH = {
  ...{ status: 'ok', worker: 'partner-tenant', requestId: '1' },
  tenant: { tenantId: 'acme', name: 'Acme', type: 'partner-subdomain' },
};

let server: Server;
afterEach(() => {
  server.close();
});

/** A portal whose page is answered by these releases, one a request, the last one from then on. */
async function openPortal(releases: string[]) {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers['cloudflare-workers-version-overrides'] ?? ''}`.trim());
    const [release = ''] = releases.length > 1 ? releases.splice(0, 1) : releases;
    if (request.url === '/sign-in') response.writeHead(200, { ...HEADERS, 'x-release': release }).end(PAGE);
    else if (request.url === '/api/health') response.end(JSON.stringify(HEALTH));
    else response.end(JSON.stringify({ name: 'Acme' }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { asked, target: { edge: new URL(`http://127.0.0.1:${port}`), dispatcher: 'dispatcher' } };
}

test('is asked again until the release answers that is judged', async () => {
  const { target, asked } = await openPortal(['before', 'before', 'before', 'now']);
  const [health] = await askTenants(target, [TENANT], { version: 'v2', release: 'now' });
  expect(health).toMatchObject({ tenantId: 'acme', problems: [] });
  expect(asked.filter((line) => line === '/sign-in dispatcher="v2"')).toHaveLength(4);
  // Nothing else was asked of the one before.
  expect(asked.indexOf('/api/health dispatcher="v2"')).toBe(4);
}, 30_000);

test('is taken as it is where no release is asked for', async () => {
  const { target, asked } = await openPortal(['before']);
  const [health] = await askTenants(target, [TENANT], { version: null, release: null });
  expect(health?.problems).toEqual([]);
  expect(asked).toEqual(['/sign-in', '/api/health', '/api/tenant', '/app.js']);
});
