import { describe, expect, test } from 'vitest';
import { decidersOf, goesOn } from './proving.ts';
import type { Rollout } from './rollout.ts';
import type { DeployedTenant } from './tenants.ts';

const SINCE = '2026-11-21T12:00:00.000Z';
const rollout = (change: Partial<Rollout> = {}): Rollout => ({
  ...{ releases: ['two'], previousVersion: 'v1', since: SINCE, ill: [] },
  ...change,
});
const tenant = (tenantId: string, domain: string, createdAt = '2026-11-20T12:00:00Z'): DeployedTenant => ({
  ...{ tenantId, name: tenantId, domain, status: 'active', worker: 'partner-tenant' },
  createdAt: new Date(createdAt),
});

describe('What was interrupted goes on with what it began with', () => {
  test.each([
    ['while the version before it serves', { version: 'v1', release: 'one' }, true],
    ['once it serves itself', { version: 'v2', release: 'two' }, true],
    ['not when somebody else has deployed since', { version: 'v7', release: 'seven' }, false],
    ['not when somebody has uploaded by hand', { version: 'v7', release: null }, false],
    ['not when all of it is gone', null, false],
  ])('%s', (_when, serving, expected) => {
    expect(goesOn(rollout(), serving)).toBe(expected);
  });

  test('the first one, as long as nothing serves', () => {
    expect(goesOn(rollout({ previousVersion: null }), null)).toBe(true);
  });

  test('also when another release was tried in between', () => {
    expect(goesOn(rollout({ releases: ['two', 'three'] }), { version: 'v2', release: 'two' })).toBe(true);
  });
});

describe('Who decides', () => {
  const own = tenant('own', 'cozyartzmedia.com');
  const below = tenant('below', 'acme.cozyartzmedia.com');
  const away = tenant('away', 'acme.com');
  const fresh = tenant('fresh', 'new.com', '2026-11-21T12:00:01Z');
  const all = [own, below, away, fresh];
  const decide = (one: Rollout | null) =>
    decidersOf(one, all, 'cozyartzmedia.com').map(({ tenantId }) => tenantId);

  test.each([
    ['tenants that were well, and there, before', rollout({ ill: ['below'] }), ['own', 'away']],
    ['the platform’s names with the first release', rollout({ previousVersion: null }), ['own', 'below']],
    ['the platform’s names when only looking', null, ['own', 'below']],
    [
      'the platform’s names where nobody was well',
      rollout({ ill: ['own', 'below', 'away'] }),
      ['own', 'below'],
    ],
  ])('%s', (_who, one, expected) => {
    expect(decide(one)).toEqual(expected);
  });
});
