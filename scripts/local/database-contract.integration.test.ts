import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { meSchema, usageMeterSchema } from '../../contract/api.ts';
import { brandConfigSchema, FONTS } from '../../contract/branding.ts';
import { isReservedLabel, parseHostname, RESERVED_LABELS } from '../../contract/hostnames.ts';
import { sealedSecretKeyId, sealSecret } from '../../contract/sealed-secret.ts';
import { resolutionSchema } from '../../contract/tenants.ts';
import { type DataApiFixture, startDataApiFixture } from './data-api-fixture.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let fixture: DataApiFixture;
beforeAll(async () => {
  fixture = await startDataApiFixture();
});
afterAll(() => fixture.close());

/** What jsonb can hold: well-formed Unicode without U+0000. */
const text = (options: { maxLength?: number } = {}) =>
  fc
    .oneof(
      fc.string({ unit: 'binary', ...options }),
      fc.string({ unit: 'grapheme', ...options }),
      fc.string({
        unit: fc.constantFrom('a', 'Ω', '😀', '\u0007', '\u0085', '\u00a0', '\u2028', '\ufeff', ' '),
        ...options,
      }),
    )
    .map((value) => value.toWellFormed().replaceAll('\0', ''));

/** Lengths on both sides of a bound, in characters of one and of two UTF-16 code units. */
const around = (bound: number) =>
  fc
    .tuple(fc.integer({ min: Math.max(0, bound - 2), max: bound + 2 }), fc.constantFrom('a', 'é', '😀'))
    .map(([length, unit]) => unit.repeat(length));

const urlish = fc.oneof(
  fc.webUrl({ validSchemes: ['https', 'http'], withQueryParameters: true, withFragments: true }),
  text({ maxLength: 20 }).map((rest) => `https://${rest}`),
  fc.constantFrom(
    'https://',
    'HTTPS://a.test',
    'https://a.test/\u3000',
    'https://a.test/\u00a0',
    `https://a.test/${'x'.repeat(2032)}`,
    `https://a.test/${'x'.repeat(2034)}`,
  ),
);
const emailish = fc.oneof(
  fc.emailAddress(),
  fc
    .tuple(text({ maxLength: 8 }), text({ maxLength: 8 }), text({ maxLength: 4 }))
    .map(([a, b, c]) => `${a}@${b}.${c}`),
  fc.constantFrom(
    'a@b',
    'a@b.c',
    'a@@b.c',
    'a b@c.d',
    'a@b.',
    '@b.c',
    `${'a'.repeat(248)}@b.test`,
    `${'a'.repeat(249)}@b.test`,
  ),
);
const colour = fc.oneof(
  fc.constantFrom('#a1B2c3', '#000000', '#fff', '#gggggg', 'red', '#1234567', ' #123456', '#123456\n', 12),
  fc
    .string({ minLength: 6, maxLength: 6, unit: fc.constantFrom(...'0123456789abcdefABCDEFg') })
    .map((hex) => `#${hex}`),
);
const palette = fc.oneof(
  fc.record({ primary: colour, accent: colour, surface: colour, text: colour }, { requiredKeys: [] }),
  fc.constantFrom(null, [], 'x', {}, { primary: '#000000', extra: '#000000' }),
);
const line = (bound: number) =>
  fc.oneof(text({ maxLength: 12 }), around(bound), fc.constantFrom('', null, 5, ['a']));

const image = fc.oneof(
  fc.record({
    hash: fc.constantFrom('a'.repeat(64), 'A'.repeat(64), 'a'.repeat(63), '', 1),
    width: fc.constantFrom(1, 2048, 2049, 0, 1.5, '8', null),
    height: fc.constantFrom(1, 64),
  }),
  fc.constantFrom(
    { hash: 'b'.repeat(64), width: 320, height: 80 },
    { hash: 'b'.repeat(64), width: 320 },
    { hash: 'b'.repeat(64), width: 320, height: 80, type: 'image/png' },
    null,
    [],
  ),
);

const keys = {
  name: line(60),
  tagline: line(120),
  mailSenderName: line(60),
  description: line(200),
  signInHeadline: line(120),
  monogram: line(2),
  colors: fc.oneof(
    fc.record({ light: palette, dark: palette }, { requiredKeys: [] }),
    fc.constantFrom(null, [], 'x', { medium: {} }),
  ),
  radius: fc.oneof(
    fc.integer({ min: -2, max: 18 }),
    fc.double({ min: 0, max: 17, noNaN: true }),
    fc.constantFrom('8', null, -0),
  ),
  font: fc.constantFrom(...FONTS, 'comic-sans', 1, null),
  supportEmail: emailish,
  supportUrl: urlish,
  termsUrl: urlish,
  privacyUrl: urlish,
  images: fc.oneof(
    fc.record({ logo: image, logoDark: image, favicon: image, appIcon: image }, { requiredKeys: [] }),
    fc.constantFrom(null, [], {}, { banner: { hash: 'b'.repeat(64), width: 1, height: 1 } }),
  ),
  customCss: fc.oneof(
    text({ maxLength: 40 }),
    around(65_536),
    fc.constantFrom('', 'é'.repeat(32_768), 'é'.repeat(32_769), 1, null),
  ),
  poweredBy: fc.constantFrom(true, false, 'true', 0, null),
};
const config = fc.oneof(
  // One key at a time says which rule differs; all at once are mostly refused by both.
  fc.oneof(...Object.entries(keys).map(([key, value]) => value.map((one) => ({ [key]: one }) as unknown))),
  fc.record(keys, { requiredKeys: [] }) as fc.Arbitrary<unknown>,
  fc.constantFrom<unknown>({}, [], null, 'x', 1, true, { logo: 'x' }, { Name: 'x' }, { name: 'x', '': 1 }),
);

test('the database takes exactly the brands that the contract takes', async () => {
  const accepted = { both: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(config, { minLength: 200, maxLength: 200 }), async (generated) => {
      const configs = generated.map((value) => JSON.parse(JSON.stringify(value)) as unknown);
      const rows = await fixture.sql<{ index: number; valid: boolean }[]>`
        select (c.index - 1)::int as index, app.is_whitelabel_config(c.value) as valid
        from jsonb_array_elements(${JSON.stringify(configs)}::text::jsonb) with ordinality as c (value, index)
        order by c.index`;
      const expected = configs.map((value) => brandConfigSchema.safeParse(value).success);
      const differing = configs.filter((_, index) => rows[index]?.valid !== expected[index]);
      expect(differing).toEqual([]);
      accepted.both += expected.filter(Boolean).length;
    }),
    // Shrinking asks the database thousands of times; the differing samples are in the message as they are.
    { numRuns: 40, endOnFailure: true },
  );
  // The samples say something only if both answers occur.
  expect(accepted.both).toBeGreaterThan(500);
});

test('the database reserves exactly the labels that the contract reserves', async () => {
  const rows = await fixture.sql<{ label: string }[]>`select label from app.reserved_labels order by label`;
  expect(rows.map(({ label }) => label)).toEqual([...RESERVED_LABELS].sort());
  const labels = [...RESERVED_LABELS, '_dmarc', 'xn--mnchen-3ya', 'acme', 'x', 'wwww', 'a_b', 'mail2'];
  const judged = await fixture.sql<{ label: string; reserved: boolean }[]>`
    select label, app.is_reserved_label(label) as reserved from unnest(${labels}::text[]) as label`;
  for (const { label, reserved } of judged)
    expect([label, reserved]).toEqual([label, isReservedLabel(label)]);
});

test('a domain that the database normalises is the hostname that the contract parses', async () => {
  const label = fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom(...'aZ09-_x') });
  const name = fc
    .tuple(fc.array(label, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '', '.', '..', ':443'))
    .map(([labels, end]) => labels.join('.') + end);
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 100, maxLength: 100 }), async (names) => {
      // Punycode that decodes to nothing is refused by the URL parser alone: such a domain never matches a request.
      const plain = names.filter((one) => !/(^|\.)..--/.test(one));
      const stored = await fixture.sql.begin(async (transaction) => {
        await transaction.unsafe(`create or replace function pg_temp.normalized(name text) returns text language plpgsql as
          $$ begin return app.normalize_domain(name); exception when check_violation then return null; end $$`);
        return transaction<{ stored: string | null }[]>`
          select pg_temp.normalized(given) as stored from unnest(${plain}::text[]) with ordinality as n (given, index) order by index`;
      });
      const differing = plain
        .map((given, index) => ({
          given,
          stored: stored[index]?.stored ?? null,
          parsed: parseHostname(given),
        }))
        // A port is for a Host header; an operator who writes one has made a mistake.
        .filter(({ given }) => !given.includes(':'))
        .filter(({ stored: kept, parsed }) => kept !== (parsed.ok ? parsed.value : null));
      expect(differing).toEqual([]);
    }),
    { numRuns: 20, endOnFailure: true },
  );
});

test('what the functions answer is what the contract reads', async () => {
  const anon = await fixture.client();
  for (const hostname of [
    'cozyartzmedia.com',
    'partner1.cozyartzmedia.com',
    'partner-seo.com',
    'paused.cozyartzmedia.com',
  ]) {
    const { data } = await anon.rpc('resolve_hostname', { p_hostname: hostname });
    expect(resolutionSchema.parse(data).tenant?.hostname).toBe(hostname);
  }
  const { data: unknown } = await anon.rpc('resolve_hostname', { p_hostname: 'nobody.example' });
  expect(resolutionSchema.parse(unknown).tenant).toBeNull();

  const member = await fixture.client(
    await fixture.signIn('partner1', 'partner1.cozyartzmedia.com', 'contract'),
  );
  expect(meSchema.parse((await member.rpc('get_me')).data).tenant.tenantId).toBe('partner1');
  expect(
    usageMeterSchema
      .array()
      .parse((await member.rpc('get_usage')).data)
      .map(({ type }) => type),
  ).toEqual(['ai_calls', 'domains', 'storage']);
});

test('a sealed secret is kept as it is, with the id of its key', async () => {
  const owner = { tenantId: 'partner-seo', hostname: 'partner-seo.com', provider: 'github' } as const;
  const sealed = await sealSecret('s'.repeat(1024), owner, fixture.keys.fields);
  await fixture.sql`
    insert into tenant_oauth_clients (tenant_id, hostname, provider, client_id, sealed_secret)
    values (${owner.tenantId}, ${owner.hostname}, ${owner.provider}, 'client', ${fixture.sql.json({ ...sealed })})`;
  const [row] = await fixture.sql`select key_id from tenant_oauth_clients`;
  expect(row?.['key_id']).toBe(sealedSecretKeyId(sealed));
  const worker = await fixture.client({
    role: 'sign_in',
    tenant_id: owner.tenantId,
    hostname: owner.hostname,
  });
  const { data } = await worker.rpc('get_oauth_client', { p_provider: 'github' });
  expect(data).toEqual({ clientId: 'client', sealedSecret: sealed });
});
