import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unsealSecret } from '../../contract/sealed-secret.ts';
import { createKeys } from '../local/keys.ts';
import { type Platform, startPlatform } from '../local/platform.ts';
import { TENANT_WORKERS } from '../local/workers.ts';
import { addTenantTool } from './add-tenant.ts';
import { addWorker, createSecrets } from './installation-secrets.ts';
import { inviteAdminTool } from './invite-admin.ts';
import { listTenantsTool } from './list-tenants.ts';
import { removeTenantTool } from './remove-tenant.ts';
import { suspendTenantTool } from './suspend-tenant.ts';
import { runAt, type Said, type Terminal } from './testing.ts';
import type { AnyTool } from './tool.ts';

const keys = await createKeys();
const CANARY = `canary-${crypto.randomUUID()}`;

let platform: Platform;
let databaseUrl: string;
let sql: Sql;

beforeAll(async () => {
  platform = await startPlatform();
  databaseUrl = await platform.createDatabase();
  sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
});

afterAll(async () => {
  await sql.end({ timeout: 1 });
  await platform.dropDatabase(databaseUrl);
  await platform.stop();
});

function run(tool: AnyTool, line: string[], terminal?: Terminal): Promise<Said> {
  return runAt(databaseUrl, tool, line, terminal);
}

/** Everything that a tool could change, as text. */
async function state(): Promise<string> {
  const rows = await sql`
    select (select jsonb_agg(t order by tenant_id) from public.tenants as t) as tenants,
      (select jsonb_agg(d order by tenant_id, domain) from public.tenant_domains as d) as domains,
      (select jsonb_agg(c order by tenant_id, hostname, provider) from public.tenant_oauth_clients as c) as clients,
      (select jsonb_agg(i order by id) from public.invitations as i) as invitations,
      (select jsonb_agg(a order by id) from public.audit_log as a) as log`;
  return JSON.stringify(rows);
}

const ACME = [
  '--id',
  'acme',
  '--name',
  'Acme',
  '--domain',
  'Portal.Acme.example',
  '--admin',
  'ada@acme.example',
];
const CLIENTS = ['--github-client-id', 'gh-1', '--google-client-id', 'go-1'];
const SECRETS = {
  GITHUB_CLIENT_SECRET: `${CANARY}-github`,
  GOOGLE_CLIENT_SECRET: `${CANARY}-google`,
  FIELD_KEYS: JSON.stringify({ keys: keys.fields }),
};

describe('Adding a tenant', () => {
  test('in a dry run says what would be, and changes nothing', async () => {
    const before = await state();
    const { code, out } = await run(addTenantTool, [...ACME, ...CLIENTS, '--dry-run'], { env: SECRETS });
    expect(code).toBe(0);
    expect(out).toContain('acme could be added. Nothing was changed.');
    expect(out).toContain('https://portal.acme.example/auth/callback');
    expect(out).toMatch(/Left to do:\n.*portal\.acme\.example at Cloudflare: .*--only routes\n.*CNAME/);
    expect(out).toContain('Google client, unless the domain brings its own: https://acme.cozyartzmedia.com/');
    expect(await state()).toBe(before);
  });

  test('makes its hostnames, its first admin’s invitation and its sealed OAuth clients', async () => {
    const { code, out, error } = await run(
      addTenantTool,
      [...ACME, ...CLIENTS, '--tier', 'growth', '--json'],
      { env: SECRETS },
    );
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(JSON.parse(out)).toMatchObject({
      tenantId: 'acme',
      worker: 'custom-tenant',
      hostnames: ['portal.acme.example', 'acme.cozyartzmedia.com'],
      invitation: { email: 'ada@acme.example' },
      clients: ['github', 'google'],
      dryRun: false,
    });
    expect(out).not.toContain(CANARY);
    const [tenant] =
      await sql`select type, subscription_tier, sign_up from public.tenants where tenant_id = 'acme'`;
    expect(tenant).toEqual({ type: 'custom-domain', subscription_tier: 'growth', sign_up: 'invite' });
    const [invitation] =
      await sql`select email, tenant_role from public.invitations where tenant_id = 'acme'`;
    expect(invitation).toEqual({ email: 'ada@acme.example', tenant_role: 'admin' });
    expect(await sql`select recipient, state from public.mails where tenant_id = 'acme'`).toMatchObject([
      { recipient: 'ada@acme.example', state: 'queued' },
    ]);
    const [client] = await sql`
      select hostname, sealed_secret from public.tenant_oauth_clients where tenant_id = 'acme' and provider = 'github'`;
    const owner = { tenantId: 'acme', hostname: 'portal.acme.example', provider: 'github' } as const;
    expect(client?.['hostname']).toBe(owner.hostname);
    expect(await unsealSecret(client?.['sealed_secret'], owner, keys.fields)).toEqual({
      ok: true,
      value: SECRETS.GITHUB_CLIENT_SECRET,
    });
    const [entry] = await sql`select action, actor_id from public.audit_log where tenant_id = 'acme'`;
    expect(entry).toEqual({ action: 'tenant.added', actor_id: null });
  });

  test('under the platform’s domain is a partner’s subdomain', async () => {
    const line = ['--id', 'sub', '--name', 'Sub', '--domain', 'sub.cozyartzmedia.com', '--json'];
    const { out } = await run(addTenantTool, line);
    expect(JSON.parse(out)).toMatchObject({
      worker: 'partner-tenant',
      hostnames: ['sub.cozyartzmedia.com'],
      invitation: null,
    });
  });

  test('asks a person for what the command line leaves out', async () => {
    const { FIELD_KEYS } = SECRETS;
    const { code, out, asked } = await run(addTenantTool, ['--dry-run', '--json'], {
      env: { FIELD_KEYS },
      answers: [
        ...['asked', 'Asked & Co', 'asked.example', 'growth', 'open', 'ada@asked.example'],
        ...['gh-asked', `${CANARY}-asked`, ''],
      ],
    });
    expect(code).toBe(0);
    expect(asked).toHaveLength(9);
    expect(asked.join()).toMatch(/Plan: .*Who may sign up: .*GitHub.*not shown.*Google/);
    expect(JSON.parse(out)).toMatchObject({
      invitation: { email: 'ada@asked.example' },
      clients: ['github'],
    });
  });

  test('asks again in words, and at last gives up', async () => {
    const answers = ['A B', 'asked', 'x'.repeat(121), 'Asked', '10.0.0.1', 'asked.example', 'gold', ''];
    const said = await run(addTenantTool, ['--dry-run', '--json'], {
      answers: [...answers, 'closed', '', 'nobody', '', 'g h', '', ''],
    });
    expect(said).toMatchObject({ code: 0 });
    for (const words of [
      '--id takes 2 to 63',
      'at most 120 characters',
      '--domain is no hostname',
      '--tier takes starter',
      '--sign-up takes open, invite',
      '--admin takes an email address',
      '--github-client-id takes 1 to 255',
    ])
      expect(said.error).toContain(words);
    const wrong = await run(addTenantTool, ['--dry-run'], { answers: Array(9).fill('A B') });
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.asked).toHaveLength(5);
  });

  test('with a Worker of its own is told where its keys come from', async () => {
    const line = [
      ...['--id', 'own', '--name', 'Own', '--domain', 'own.example'],
      ...['--worker', 'acme-tenant', '--dry-run'],
    ];
    const unknown = await run(addTenantTool, line);
    expect(unknown.out).toContain('npm run create-secrets -- FILE --add-worker acme-tenant');
    expect(unknown.out).toContain('--tenant own');
    const secrets = await createSecrets(
      {
        publishableKey: 'sb_publishable_x',
        github: { clientId: 'g', clientSecret: 's' },
        google: { clientId: 'g', clientSecret: 's' },
      },
      TENANT_WORKERS,
      Date.now(),
    );
    const lacking = await run(addTenantTool, line, { env: { MARQUEE_SECRETS: JSON.stringify(secrets) } });
    expect(lacking).toMatchObject({ code: 1, out: '' });
    expect(lacking.error).toContain('no session keys for acme-tenant. Add some: npm run create-secrets');
    const whole = await addWorker(secrets, 'acme-tenant', Date.now());
    const said = await run(addTenantTool, [...line, '--json'], {
      env: { MARQUEE_SECRETS: JSON.stringify(whole) },
    });
    expect(JSON.parse(said.out)).toMatchObject({ worker: 'acme-tenant' });
    expect(said.out).not.toContain('--add-worker');
  });

  test.each([
    ['without an id', ['--name', 'X', '--domain', 'x.example'], '--id is missing'],
    ['with an id that is no slug', ['--id', 'A B', '--name', 'X', '--domain', 'x.example'], '--id takes'],
    [
      'with an address for a domain',
      ['--id', 'xx', '--name', 'X', '--domain', '10.0.0.1'],
      '--domain is no hostname',
    ],
    [
      'with a plan that is none',
      ['--id', 'xx', '--name', 'X', '--domain', 'x.example', '--tier', 'gold'],
      '--tier takes starter',
    ],
    [
      'with an id that is taken',
      ['--id', 'partner1', '--name', 'X', '--domain', 'x.example'],
      'There is a tenant partner1 already',
    ],
    [
      'with a domain that is taken',
      ['--id', 'xx', '--name', 'X', '--domain', 'partner-seo.com'],
      'partner-seo.com is a hostname of the tenant partner-seo',
    ],
    [
      'with a reserved subdomain',
      ['--id', 'xx', '--name', 'X', '--domain', 'mail.cozyartzmedia.com'],
      'not one free label',
    ],
    [
      'with a second primary',
      ['--id', 'xx', '--name', 'X', '--domain', 'x.example', '--type', 'primary'],
      'The primary tenant is cozyartzmedia',
    ],
    [
      'with an address that is no email',
      ['--id', 'xx', '--name', 'X', '--domain', 'x.example', '--admin', 'nobody'],
      '--admin takes an email address',
    ],
    [
      'with a Worker’s name that is none',
      ['--id', 'xx', '--name', 'X', '--domain', 'x.example', '--worker', 'No Worker'],
      '--worker takes',
    ],
    [
      'with a name of two lines',
      ['--id', 'xx', '--name', 'X\nY', '--domain', 'x.example'],
      '--name takes one line',
    ],
    [
      'with an installation that is none',
      ['--id', 'xx', '--name', 'X', '--domain', 'x.example', '--env', 'elsewhere'],
      '--env takes staging or production',
    ],
    [
      'with a client and no secret',
      ['--id', 'xx', '--name', 'X', '--domain', 'x.example', '--github-client-id', 'g'],
      'GITHUB_CLIENT_SECRET',
    ],
  ])('%s is refused in words, and nothing is changed', async (_name, line, words) => {
    const before = await state();
    const { code, error, out } = await run(addTenantTool, line);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toContain(words);
    expect(error).not.toMatch(/\n\s+at /);
    expect(await state()).toBe(before);
  });

  test('never repeats a key or a secret that it cannot read', async () => {
    const { code, error } = await run(addTenantTool, [...ACME.slice(0, 6), ...CLIENTS], {
      env: { ...SECRETS, FIELD_KEYS: `{"keys": "${CANARY}` },
    });
    expect(code).toBe(1);
    expect(error).toContain('FIELD_KEYS is no key set');
    expect(error).not.toContain(CANARY);
  });
});

describe('Suspending and removing', () => {
  test('a tenant is closed and opened again, in its audit log', async () => {
    const before = await state();
    expect((await run(suspendTenantTool, ['acme', '--dry-run'])).out).toContain('would be suspended');
    expect(await state()).toBe(before);
    expect((await run(suspendTenantTool, ['acme'])).out).toContain('acme is suspended.');
    expect((await run(suspendTenantTool, ['acme'])).out).toContain('acme is suspended already.');
    expect((await run(suspendTenantTool, ['acme', '--resume'])).out).toContain('acme is active.');
    const log = await sql`
      select details from public.audit_log where tenant_id = 'acme' and action = 'tenant.status_changed' order by created_at`;
    expect(log.map(({ details }) => details)).toEqual([
      { from: 'active', to: 'suspended' },
      { from: 'suspended', to: 'active' },
    ]);
  });

  test('the primary tenant stays, and a name that is not there is said with those that are close', async () => {
    expect(await run(suspendTenantTool, ['cozyartzmedia'])).toMatchObject({ code: 1, out: '' });
    expect((await run(suspendTenantTool, ['partner'])).error).toContain('Did you mean partner-seo, partner1');
  });

  test('an active tenant is not removed, nor one whose name was typed wrongly', async () => {
    expect((await run(removeTenantTool, ['acme', '--confirm', 'acme'])).error).toContain(
      'acme is active. Suspend it first',
    );
    await run(suspendTenantTool, ['acme']);
    const before = await state();
    for (const answers of [undefined, ['akme'], ['']])
      expect(await run(removeTenantTool, ['acme'], answers === undefined ? {} : { answers })).toMatchObject({
        code: 1,
      });
    expect((await run(removeTenantTool, ['acme', '--dry-run'])).out).toContain(
      '2 hostnames, 1 invitation. Nothing was changed.\nThe custom hostname portal.acme.example stays',
    );
    expect(await state()).toBe(before);
  });

  test('a suspended one goes with everything but its audit log', async () => {
    const { code, out } = await run(removeTenantTool, ['acme'], { answers: ['acme'] });
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('acme is removed') });
    const [left] = await sql`
      select (select count(*)::int from public.tenants where tenant_id = 'acme') as tenants,
        (select count(*)::int from public.tenant_oauth_clients where tenant_id = 'acme') as clients,
        (select count(*)::int from public.audit_log where tenant_id = 'acme' and action = 'tenant.removed') as told`;
    expect(left).toEqual({ tenants: 0, clients: 0, told: 1 });
  });

  test('a tenant with members, sessions, a brand’s history and usage goes as well', async () => {
    await sql`insert into public.profiles (tenant_id, id, email, tenant_role) values ('sub', gen_random_uuid(), 'm@sub.example', 'client')`;
    await sql`insert into public.brand_versions (tenant_id, number, config) values ('sub', 1, '{}')`;
    await run(suspendTenantTool, ['sub']);
    expect(await run(removeTenantTool, ['sub', '--confirm', 'sub', '--json'])).toMatchObject({
      code: 0,
      error: '',
    });
  });
});

describe('Inviting an admin', () => {
  const invitations = () => sql`
    select email, tenant_role as role, sent_count as sent, expires_at > now() as open
    from public.invitations where tenant_id = 'lonely' order by email`;

  test('opens the way into a tenant that has none, and again when the first invitation ran out', async () => {
    await run(addTenantTool, ['--id', 'lonely', '--name', 'Lonely', '--domain', 'portal.lonely.example']);
    const before = await state();
    const dry = await run(inviteAdminTool, ['lonely', 'ada@lonely.example', '--dry-run']);
    expect([dry.code, dry.out, await state()]).toEqual([
      0,
      expect.stringContaining('would be invited'),
      before,
    ]);
    const said = await run(inviteAdminTool, ['lonely', 'Ada@lonely.example']);
    expect([said.code, said.out]).toEqual([0, expect.stringContaining('as an admin, until')]);
    // Its own domain lets nobody in before it has OAuth clients.
    expect(said.out).toContain('https://lonely.cozyartzmedia.com/sign-in');
    await sql`update public.invitations set expires_at = now() - interval '1 hour' where tenant_id = 'lonely'`;
    expect((await run(inviteAdminTool, ['lonely', 'ada@lonely.example'])).out).toContain(
      'invited to lonely again',
    );
    expect(await invitations()).toEqual([
      { email: expect.stringMatching(/^ada@/i), role: 'admin', sent: 2, open: true },
    ]);
    const [mail] =
      await sql`select count(*)::int as count from public.mails where tenant_id = 'lonely' and state = 'queued'`;
    expect(mail).toEqual({ count: 1 });
  });

  test('refuses who is a member, what is no address, and a tenant that is not there or closed', async () => {
    await sql`insert into public.profiles (tenant_id, id, email, tenant_role)
      values ('lonely', gen_random_uuid(), 'grace@lonely.example', 'client')`;
    for (const [line, words] of [
      [['lonely', 'GRACE@lonely.example'], 'is a member of lonely already (client)'],
      [['lonely', 'not-an-address'], 'EMAIL is no email address'],
      [['nobody', 'ada@lonely.example'], 'There is no tenant nobody'],
    ] as const) {
      const said = await run(inviteAdminTool, [...line]);
      expect([said.code, said.error]).toEqual([1, expect.stringContaining(words)]);
    }
    await run(suspendTenantTool, ['lonely']);
    expect((await run(inviteAdminTool, ['lonely', 'eve@lonely.example'])).error).toContain('--resume');
    await run(removeTenantTool, ['lonely', '--confirm', 'lonely']);
  });
});

describe('Listing', () => {
  test('shows the platform’s own first, and finds by text and status', async () => {
    const { out } = await run(listTenantsTool, []);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^ {2}Id +Name +Domain/);
    expect(lines[1]).toContain('cozyartzmedia.com');
    expect(JSON.parse((await run(listTenantsTool, ['--search', 'SEO', '--json'])).out)).toMatchObject([
      { tenantId: 'partner-seo', status: 'active' },
    ]);
    expect(JSON.parse((await run(listTenantsTool, ['--status', 'suspended', '--json'])).out)).toHaveLength(1);
    expect((await run(listTenantsTool, ['--search', 'nobody'])).out).toBe('No tenants.\n');
  });

  test('a name that would steer the terminal is shown without its escapes', async () => {
    await sql`update public.tenants set name = ${'Evil \u202e name'} where tenant_id = 'partner1'`;
    const { out } = await run(listTenantsTool, []);
    expect(out).not.toContain('\u202e');
  });
});

describe('Every tool', () => {
  const tools = [
    addTenantTool,
    inviteAdminTool,
    listTenantsTool,
    suspendTenantTool,
    removeTenantTool,
  ] as const;

  test.each(tools.map((tool) => [tool.name, tool] as const))('%s explains itself', async (name, tool) => {
    const { code, out } = await run(tool, ['--help']);
    expect(code).toBe(0);
    for (const part of [`npm run ${name} --`, '--dry-run', '--json', 'DATABASE_URL'])
      expect(out).toContain(part);
  });

  test.each(tools.map((tool) => [tool.name, tool] as const))(
    '%s refuses an option that it does not know',
    async (_name, tool) => {
      const { code, error } = await run(tool, ['--forse']);
      expect(code).toBe(2);
      expect(error).toContain('--help');
    },
  );

  test('says which variable is missing, and that a database cannot be reached', async () => {
    expect((await run(listTenantsTool, [], { env: { DATABASE_URL: '' } })).error).toContain(
      'DATABASE_URL is not set',
    );
    const closed = await run(listTenantsTool, ['--json'], {
      env: { DATABASE_URL: 'postgres://user:pass@127.0.0.1:9/x' },
    });
    expect(closed.code).toBe(1);
    expect(JSON.parse(closed.error).error).toContain('cannot be reached');
    expect(closed.error).not.toContain('pass');
  });
});
