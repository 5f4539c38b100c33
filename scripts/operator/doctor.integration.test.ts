/** The doctor finds nothing on a healthy installation, and each broken thing by its own check. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import { HOSTS } from '../../worker-tenant/tests/browser.ts';
import { usePortal } from '../../worker-tenant/tests/portal.ts';
import type { Portal } from '../local/portal.ts';
import type { Stack } from '../local/stack.ts';
import { TENANT_WORKERS } from '../local/workers.ts';
import { doctorTool } from './doctor.ts';
import { createSecrets, type InstallationSecrets } from './installation-secrets.ts';
import { runAt } from './testing.ts';

// What the dispatcher has learnt stays for an hour: it is behind whatever a test changes in the database.
const here = usePortal({ dispatcherVars: { FRESH_SECONDS: '3600' } });
let stack: Stack;
let portal: Portal;
let secrets: InstallationSecrets;
let others: InstallationSecrets;

beforeAll(async () => {
  ({ stack, portal } = here);
  const { keys } = stack;
  const { publishableKey, github, google } = keys;
  const accounts = { publishableKey, github, google };
  [secrets, others] = [
    await createSecrets(accounts, TENANT_WORKERS, Date.now()),
    await createSecrets(accounts, [], Date.now()),
  ];
  const deployed = {
    contextKeys: [keys.contextSigning],
    supabaseKeys: [keys.supabaseSigning],
    fieldKeys: keys.fields,
  };
  const added = new Date().toISOString();
  const history = Object.values(deployed).map(([key]) => ({ kid: key?.kid ?? '', added, promoted: added }));
  secrets = { ...secrets, ...deployed, history: [...secrets.history, ...history] };
});

interface Found {
  readonly group: string;
  readonly level: string;
  readonly about: string;
  readonly words: string;
}

async function examine(
  line: readonly string[],
  { document = secrets, env = {} }: { document?: InstallationSecrets; env?: Record<string, string> } = {},
) {
  const said = await runAt(stack.databaseUrl, doctorTool, [...line, '--json'], {
    env: {
      MARQUEE_EDGE: portal.url.origin,
      MARQUEE_SECRETS: JSON.stringify(document),
      SUPABASE_URL: stack.supabaseUrl,
      ...stack.github.vars,
      ...stack.google.vars,
      ...env,
    },
  });
  const spoken = said.out + said.error;
  expect(spoken).not.toContain(secrets.fieldKeys[0]?.k);
  expect(spoken).not.toContain(secrets.supabaseKeys[0]?.d);
  const { findings = [] } = JSON.parse(said.out || '{}') as { findings?: Found[] };
  const bad = findings
    .filter(({ level }) => level !== 'ok')
    .map(({ level, about, words }) => `${level} ${about}: ${words}`);
  return { code: said.code, error: said.error, findings, bad };
}

const snapshot = async () =>
  JSON.stringify([
    await stack.sql`select * from public.tenants order by tenant_id`,
    await stack.sql`select * from public.tenant_domains order by domain`,
    await stack.sql`select * from app.settings order by key`,
    await stack.sql`select count(*) from public.audit_log`,
  ]);

/** As the owner, with the time of the last change an hour ago. */
async function changeLongAgo(tenantId: string, change: Record<string, string>): Promise<void> {
  await stack.sql.begin(async (sql) => {
    await sql`update public.tenants set ${sql(change)} where tenant_id = ${tenantId}`;
    await sql`alter table public.tenants disable trigger user`;
    await sql`update public.tenants set updated_at = now() - interval '1 hour' where tenant_id = ${tenantId}`;
    await sql`alter table public.tenants enable trigger user`;
  });
}

test('a healthy installation passes, and is as it was', async () => {
  const before = await snapshot();
  const { code, bad, findings } = await examine([]);
  expect(bad).toEqual([
    'warn Releases and routes: not looked at: no access to Cloudflare',
    'warn KV: not looked at: no access to Cloudflare',
  ]);
  expect(code).toBe(0);
  const words = findings.map((finding) => `${finding.about}: ${finding.words}`).join('\n');
  expect(words).toContain('Migrations: all applied');
  expect(words).toContain('Advisors: find nothing');
  expect(words).toContain(`${HOSTS.partnerSeo}: partner-seo answers as Partner SEO`);
  expect(words).toMatch(/is suspended, and answers 403/);
  expect(words).toContain('An unknown host: answers 404, without a brand');
  expect(words).toContain(`Tokens: the Data API takes those of ${secrets.supabaseKeys[0]?.kid}`);
  expect(await snapshot()).toBe(before);
});

test('a schema that is behind, a guard that is not asked, and what the advisors find', async () => {
  const { sql } = stack;
  const [last] = await sql`select * from supabase_migrations.schema_migrations order by version desc limit 1`;
  const database = sql((await sql`select current_database() as name`)[0]?.['name']);
  await sql`delete from supabase_migrations.schema_migrations where version = ${last?.['version']}`;
  await sql`alter role authenticator in database ${database} set pgrst.db_pre_request = 'app.closed'`;
  await sql`create table public.forgotten (id integer primary key)`;
  await sql`grant select on public.forgotten to anon`;
  try {
    const { code, bad } = await examine(['--only', 'database']);
    expect(code).toBe(1);
    expect(bad.join('\n')).toContain(`fail Migrations: not applied: ${last?.['version']}_`);
    expect(bad.join('\n')).toContain('fail Guard of the Data API: app.closed is asked instead of app.guard');
    expect(bad.join('\n')).toMatch(/fail Advisors: .*forgotten/);
  } finally {
    await sql`drop table public.forgotten`;
    await sql`alter role authenticator in database ${database} reset pgrst.db_pre_request`;
    await sql`insert into supabase_migrations.schema_migrations ${sql(last ?? {})}`;
    // The Data API hears of it a moment later.
    await sql`notify pgrst, 'reload config'`;
    await expect.poll(async () => (await examine(['--only', 'keys'])).code, { timeout: 20_000 }).toBe(0);
  }
});

test('keys that are not deployed, not known, old, or not there', async () => {
  const [strange, known] = [others.supabaseKeys[0], secrets.supabaseKeys[0]];
  if (strange === undefined || known === undefined) throw new Error('no keys');
  const keys = ['--only', 'keys'];
  const waiting = await examine(keys, { document: { ...secrets, supabaseKeys: [known, strange] } });
  expect(waiting.code).toBe(1);
  expect(waiting.bad.join('\n')).toContain(`fail Published keys: ${strange.kid} is not among`);
  expect(waiting.bad.join('\n')).toContain(`warn Tokens: the Data API refuses those of ${strange.kid}`);
  const signing = await examine(keys, { document: { ...secrets, supabaseKeys: [strange] } });
  expect(signing.bad.join('\n')).toContain(`fail Tokens: the Data API refuses those of ${strange.kid}`);
  expect(signing.bad.join('\n')).toContain(`warn Published keys: ${known.kid} is served and not in`);

  const years = new Date(Date.now() - 400 * 86_400_000).toISOString();
  const history = secrets.history.map((entry) => ({ ...entry, added: years, promoted: years }));
  const old = await examine(keys, { document: { ...secrets, history } });
  expect([old.code, old.bad]).toMatchObject([
    0,
    expect.arrayContaining(['warn fieldKeys: its key is 400 days old']),
  ]);
  const { 'custom-tenant': _, ...few } = secrets.sessionKeys;
  const lacking = await examine(keys, { document: { ...secrets, sessionKeys: few } });
  expect(lacking.bad).toEqual(['fail Session keys: custom-tenant serves a tenant and has none']);
  const sealed = await examine(keys, { document: { ...secrets, fieldKeys: others.fieldKeys } });
  expect(sealed.bad.join('\n')).toContain('fail GitHub at partner-seo.com: its secret does not open');
  const broken = await examine(keys, { env: { MARQUEE_SECRETS: '{"canary' } });
  expect(broken.bad).toEqual(['fail Secrets document: The secrets document is no JSON.']);
});

test('a Worker that is not there, and a brand that names the platform', async () => {
  const { sql } = stack;
  await sql`insert into public.tenants (tenant_id, name, domain, type, worker) values
    ('ghost', 'Ghost', 'ghost.cozyartzmedia.com', 'partner-subdomain', 'ghost-tenant')`;
  await sql`insert into public.tenants (tenant_id, name, domain, type, whitelabel_config) values
    ('chatty', 'Chatty', 'chatty.cozyartzmedia.com', 'partner-subdomain', ${sql.json({ description: 'By Cozyartz Media Group' })})`;
  try {
    const ghost = await examine(['--only', 'tenants,keys', '--tenant', 'ghost']);
    expect(ghost.code).toBe(1);
    expect(ghost.bad.join('\n')).toMatch(
      /fail ghost\.cozyartzmedia\.com: its Worker ghost-tenant does not answer \(50\d\)/,
    );
    expect(ghost.bad.join('\n')).toContain('fail Session keys: ghost-tenant serves a tenant');
    const chatty = await examine(['--only', 'tenants', '--tenant', 'chatty']);
    expect(chatty.bad).toEqual([
      'fail chatty.cozyartzmedia.com: its pages name the platform: Cozyartz Media Group',
    ]);
  } finally {
    await sql`delete from public.tenants where tenant_id in ('ghost', 'chatty')`;
  }
});

test('a hostname that leads to somebody else', async () => {
  const stranger = createServer((_request, response) => response.writeHead(200).end('Welcome to nginx!'));
  await new Promise<void>((listening) => stranger.listen(0, '127.0.0.1', listening));
  try {
    const { port } = stranger.address() as AddressInfo;
    const env = { MARQUEE_EDGE: `http://127.0.0.1:${port}` };
    const { code, bad } = await examine(['--only', 'tenants', '--tenant', 'partner1'], { env });
    expect([code, bad]).toEqual([
      1,
      ['fail partner1.cozyartzmedia.com: does not lead here: somebody else answers (200)'],
    ]);
  } finally {
    stranger.close();
  }
});

test('what the dispatcher serves is behind the database', async () => {
  const seen = await examine(['--only', 'tenants']);
  expect(seen.bad).toEqual([]);
  await stack.sql`update public.tenants set name = 'Partner Two' where tenant_id = 'partner1'`;
  const fresh = await examine(['--only', 'tenants', '--tenant', 'partner1']);
  expect([fresh.code, fresh.bad[0]]).toMatchObject([
    0,
    expect.stringMatching(/^warn .*it was changed a moment ago/),
  ]);
  await changeLongAgo('partner1', { name: 'Partner Three' });
  const late = await examine(['--only', 'tenants', '--tenant', 'partner1']);
  expect([late.code, late.bad[0]]).toMatchObject([
    1,
    expect.stringMatching(
      /^fail partner1\..* is served in version \d+ \(Partner One\), the database has \d+ \(Partner Three\)/,
    ),
  ]);
  await changeLongAgo('partner-seo', { status: 'suspended' });
  const suspended = await examine(['--only', 'tenants', '--tenant', 'partner-seo']);
  expect(suspended.bad).toContain(
    'fail partner-seo.com: partner-seo is suspended, and answers 200 instead of 403',
  );
});

test.each([
  ['a group that is none', ['--only', 'database,brains'], '--only takes'],
  ['a tenant that is none', ['--tenant', 'nobody'], 'There is no tenant nobody'],
  ['an environment that is none', ['--env', 'moon'], '--env takes staging or production'],
])('refuses %s', async (_name, line, words) => {
  const { code, error } = await examine(line);
  expect([code, error.includes(words)]).toEqual([1, true]);
});

test('a database that is not there is a finding, not the end', async () => {
  const said = await runAt('postgres://nobody@127.0.0.1:1/none', doctorTool, ['--only', 'database']);
  expect(said.code).toBe(1);
  expect(said.out).toContain('cannot be reached');
  expect(said.out).toContain('Not healthy');
});
