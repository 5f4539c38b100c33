/** Which Worker a host and path meet on the edge. */
import { expect, test } from 'vitest';
import { type Account, createAccount, type Zone } from './account.ts';
import { findTarget, pickVersion } from './edge-routes.ts';

function accountWith(change: (zone: Zone) => void): Account {
  const account = createAccount({
    accountId: '0'.repeat(32),
    zones: ['acme.com'],
    workersForPlatforms: true,
    kvLagMilliseconds: 0,
  });
  for (const zone of account.zones.values()) change(zone);
  return account;
}
const record = (zone: Zone, name: string, proxied = true) =>
  zone.records.set(name, { id: name, type: 'AAAA', name, content: '100::', ttl: 1, proxied, comment: null });
const route = (zone: Zone, pattern: string, script: string | null) =>
  zone.routes.set(pattern, { id: pattern, pattern, script });

const portals = accountWith((zone) => {
  for (const name of ['acme.com', '*.acme.com']) record(zone, name);
  record(zone, 'mail.acme.net', false);
  route(zone, 'acme.com/*', 'dispatcher');
  route(zone, '*.acme.com/*', 'dispatcher');
  route(zone, 'status.acme.com/*', 'status');
  route(zone, 'files.acme.com/*', null);
});

test.each([
  ['acme.com', '/', 'dispatcher'],
  ['partner.acme.com', '/api/health', 'dispatcher'],
  ['status.acme.com', '/', 'status'],
])('%s%s is answered by %s', (host, path, script) => {
  expect(findTarget(portals, host, path)).toEqual({ ok: true, script });
});

test.each([
  ['no route takes it', 'files.acme.com', 522],
  ['no certificate covers it', 'a.partner.acme.com', 525],
  ['it is nobody’s', 'partner.net', 409],
])('refused when %s', (_why, host, status) => {
  expect(findTarget(portals, host, '/')).toMatchObject({ ok: false, refusal: { status } });
});

test('a name without a proxied record does not reach the edge', () => {
  const account = accountWith((zone) => {
    record(zone, 'acme.com', false);
    route(zone, 'acme.com/*', 'dispatcher');
  });
  expect(findTarget(account, 'acme.com', '/')).toMatchObject({ ok: false, refusal: { status: 530 } });
});

test('a Worker’s own name is its, after all routes that take it', () => {
  const account = accountWith((zone) => {
    for (const name of ['shop.acme.com', 'blog.acme.com']) {
      record(zone, name);
      zone.workerDomains.set(name, { id: name, hostname: name, service: 'own', environment: 'production' });
    }
    route(zone, 'shop.acme.com/*', 'dispatcher');
  });
  expect(findTarget(account, 'blog.acme.com', '/')).toEqual({ ok: true, script: 'own' });
  expect(findTarget(account, 'shop.acme.com', '/')).toEqual({ ok: true, script: 'dispatcher' });
});

test('a custom hostname needs its owner’s CNAME, a certificate, and in its zone a fallback origin and a route', () => {
  const account = accountWith((zone) => {
    record(zone, 'portals.acme.com');
    zone.customHostnames.set('1', {
      id: '1',
      hostname: 'portal.partner.net',
      ssl: null,
      customMetadata: null,
      createdAt: '',
    });
  });
  const [zone] = account.zones.values();
  const [hostname] = zone?.customHostnames.values() ?? [];
  if (!zone || !hostname) throw new Error('no zone');
  const status = () => {
    const target = findTarget(account, 'portal.partner.net', '/');
    return target.ok ? target.script : target.refusal.status;
  };
  expect(status()).toBe(409);
  for (const target of ['portals.elsewhere.com', 'nobody.acme.com']) {
    account.pointed.set('portal.partner.net', target);
    expect(status()).toBe(409);
  }
  account.pointed.set('portal.partner.net', 'portals.acme.com');
  expect(status()).toBe(525);
  hostname.ssl = { method: 'http', type: 'dv' };
  expect(status()).toBe(530);
  zone.fallbackOrigin = 'portals.acme.com';
  expect(status()).toBe(522);
  route(zone, '*/*', 'dispatcher');
  expect(status()).toBe('dispatcher');
});

test('shares of a deployment are met, and only versions of it are taken on request', () => {
  const account = accountWith(() => {});
  const versions = [
    { version_id: '00000000-0000-4000-a000-000000000001', percentage: 90 },
    { version_id: '00000000-0000-4000-a000-000000000002', percentage: 10 },
  ];
  account.scripts.set('dispatcher', {
    name: 'dispatcher',
    tag: '',
    versions: [],
    deployments: [{ id: '', versions, annotations: {}, createdOn: '' }],
    subdomain: { enabled: false, previews_enabled: false },
    schedules: [],
    settings: {},
    createdOn: '',
    modifiedOn: '',
  });
  const picked = Array.from({ length: 100 }, (_, count) =>
    pickVersion(account, 'dispatcher', undefined, count),
  );
  expect(picked.filter((id) => id === versions[1]?.version_id)).toHaveLength(10);
  const asked = (id: string | undefined, name = 'dispatcher') =>
    pickVersion(account, 'dispatcher', `${name}="${id}"`, 0);
  expect(asked(versions[1]?.version_id)).toBe(versions[1]?.version_id);
  expect(asked(versions[1]?.version_id, 'other')).toBe(versions[0]?.version_id);
  expect(asked('00000000-0000-4000-a000-000000000003')).toBe(versions[0]?.version_id);
});
