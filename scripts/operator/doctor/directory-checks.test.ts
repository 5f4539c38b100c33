/** What an entry of KV says beside the database, and when it does harm. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { resolutionSchema } from '../../../contract/tenants.ts';
import {
  FRESH_MILLISECONDS,
  judgeEntry,
  LONGEST_FRESH_MILLISECONDS,
  STALE_LIMIT_MILLISECONDS,
} from './directory-checks.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const MINUTE = 60_000;
const AGO = (minutes: number) => new Date(NOW - minutes * MINUTE);

const tenant = {
  tenantId: 'acme',
  name: 'Acme',
  type: 'custom-domain',
  status: 'active',
  tier: 'growth',
  signUp: 'open',
  worker: 'custom-tenant',
  hostname: 'acme.com',
  canonicalHostname: 'acme.com',
  platformDomain: false,
  providers: ['github'],
  brand: {},
} as const;

interface Held {
  readonly status?: 'active' | 'suspended' | 'inactive' | 'gone';
  readonly version: number;
  readonly name?: string;
}

const show = ({ status = 'active', name = 'Acme' }: Held) =>
  status === 'gone' ? null : { ...tenant, status, name };

/** `freshFor` and `changed` in minutes: from now, and ago; null where there is no tenant. */
function judge(entry: Held & { freshFor?: number }, database: Held, changed: number | null = 60) {
  const { version, freshFor = -30 } = entry;
  return judgeEntry(
    'acme.com',
    { tenant: show(entry), version, freshUntil: NOW + freshFor * MINUTE },
    {
      hostname: 'acme.com',
      resolution: resolutionSchema.parse({ tenant: show(database), version: database.version }),
      updatedAt: changed === null ? null : AGO(changed),
    },
    NOW,
  );
}

const gone = { status: 'gone', version: 9 } as const;

test.each([
  ['the same version', judge({ version: 7, freshFor: 3 }, { version: 7 }), 'in step'],
  ['a tombstone of what is gone', judge({ ...gone, version: 8 }, gone, null), 'in step'],
  ['behind, and run out: the next visit asks', judge({ version: 6 }, { version: 7 }), 'waits'],
  ['a tombstone where a tenant has come', judge(gone, { version: 12 }), 'waits'],
  [
    'gone, and run out for longer than anybody is shown it',
    judge({ version: 6, freshFor: -61 }, gone, null),
    'waits',
  ],
])('%s', (_name, judged, wanted) => expect(judged).toBe(wanted));

test.each([
  [
    'behind for a moment',
    judge({ version: 6, freshFor: 3 }, { version: 7 }, 4),
    'warn',
    'is of version 6, the database has 7; it was changed a moment ago',
  ],
  [
    'asked for after the change, and yet of before it',
    judge({ version: 6, freshFor: 3 }, { version: 7 }),
    'fail',
    'is of version 6, the database has 7',
  ],
  [
    'removed a moment ago, as far as anybody can tell',
    judge({ version: 6, freshFor: 3 }, gone, null),
    'warn',
    'still opens the portal of acme, which the database has as unknown; it was changed a moment ago',
  ],
  [
    'removed, and shown to the next visitor',
    judge({ version: 6 }, gone, null),
    'fail',
    'still opens the portal of acme, which the database has as unknown: whoever comes next gets it once more',
  ],
  [
    'suspended, and open here',
    judge({ version: 6 }, { status: 'suspended', version: 7 }),
    'fail',
    'still opens the portal of acme, which the database has as suspended: whoever comes next gets it once more',
  ],
  [
    'ahead of a database that was restored',
    judge({ version: 8 }, { version: 7 }),
    'fail',
    'has version 8, the database 7: it is not believed',
  ],
  [
    'other content under the same version',
    judge({ version: 7, name: 'Evil' }, { version: 7 }),
    'fail',
    'holds something else than the database under the same version, 7',
  ],
  [
    'fresh for longer than any dispatcher says',
    judge({ version: 7, freshFor: 24 * 60 }, { version: 7 }),
    'fail',
    'would not be asked for before 2026-11-22T12:00:00.000Z',
  ],
])('%s', (_name, judged, level, words) => {
  expect(judged).toMatchObject({ level, about: 'acme.com in KV', words });
});

test('what cannot be read is as good as not there, and what this clone cannot judge is said', () => {
  const current = { hostname: 'acme.com', resolution: null, updatedAt: null };
  expect(judgeEntry('acme.com', 'nonsense', current, NOW)).toMatchObject({ level: 'warn' });
  const entry = { tenant, version: 7, freshUntil: NOW };
  expect(judgeEntry('acme.com', entry, current, NOW)).toMatchObject({
    level: 'fail',
    words: 'the database resolves it to what this clone cannot read',
  });
});

test('the times are the dispatcher’s own', () => {
  const read = (path: string) =>
    readFileSync(new URL(`../../../worker-dispatcher/${path}`, import.meta.url), 'utf8');
  expect(read('wrangler.jsonc')).toContain(`"FRESH_SECONDS": "${FRESH_MILLISECONDS / 1000}"`);
  expect(read('src/configuration.ts')).toContain(
    `.max(${LONGEST_FRESH_MILLISECONDS / 1000}).parse(env.FRESH_SECONDS)`,
  );
  expect(STALE_LIMIT_MILLISECONDS).toBe(60 * 60 * 1000);
  expect(read('src/tenant-directory.ts')).toContain('STALE_LIMIT_MILLISECONDS = 60 * 60 * 1000;');
});
