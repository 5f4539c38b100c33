/** The jobs Worker on a real database: its cron deletes what has expired and leaves what has not. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestHarness, type TestHarness } from 'wrangler';
import { type Platform, startPlatform } from '../../scripts/local/platform.ts';
import type { Stack } from '../../scripts/local/stack.ts';

let platform: Platform;
let stack: Stack;
let server: TestHarness;

beforeAll(async () => {
  platform = await startPlatform();
  stack = await platform.createStack();
  const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_JWT_ISSUER, SUPABASE_SIGNING_KEY } =
    stack.tenantVars('partner-tenant');
  server = createTestHarness({
    workers: [
      {
        configPath: fileURLToPath(new URL('../wrangler.jobs.jsonc', import.meta.url)),
        vars: {
          SUPABASE_URL: SUPABASE_URL ?? '',
          SUPABASE_PUBLISHABLE_KEY: SUPABASE_PUBLISHABLE_KEY ?? '',
          SUPABASE_JWT_ISSUER: SUPABASE_JWT_ISSUER ?? '',
        },
        secrets: { SUPABASE_SIGNING_KEY: SUPABASE_SIGNING_KEY ?? '' },
      },
    ],
  });
  await server.listen();
}, 120_000);
afterAll(async () => {
  await server?.close();
  await stack?.close();
  await platform?.stop();
}, 60_000);

it('deletes expired sign-ins, long ended sessions and old mails every hour, and nothing else', async () => {
  const { sql } = stack;
  const [member] = await sql`insert into profiles (tenant_id, name, email)
    values ('partner1', 'Grace Hopper', 'grace@example.test') returning id`;
  const session = (name: string, age: string) => sql`insert into sessions
    (tenant_id, member_id, provider, hostname, user_agent, created_at, idle_expires_at, absolute_expires_at)
    values ('partner1', ${member?.['id']}, 'github', 'partner1.cozyartzmedia.com', ${name}, now() - ${age}::interval,
      now() - ${age}::interval + interval '7 days', now() - ${age}::interval + interval '30 days')`;
  await session('alive', '1 day');
  await session('ended', '20 days');
  await session('long ended', '40 days');
  const flow = (
    name: string,
    age: string,
  ) => sql`insert into sign_in_flows (state_hash, tenant_id, hostname, provider,
    code_verifier, nonce, browser_hash, next_path, address_hash, created_at, expires_at)
    values (${name.padEnd(43, '_')}, 'partner1', 'partner1.cozyartzmedia.com', 'github', ${'v'.repeat(43)},
      ${'n'.repeat(43)}, ${'b'.repeat(43)}, '/', ${'a'.repeat(43)}, now() - ${age}::interval,
      now() - ${age}::interval + interval '10 minutes')`;
  await flow('open', '1 minute');
  await flow('just-expired', '12 minutes');
  await flow('long-expired', '1 hour');

  const [invitation] =
    await sql`insert into invitations (tenant_id, email) values ('partner1', 'old@example.test') returning id`;
  const mail = (
    state: string,
    age: string | null,
  ) => sql`insert into mails (tenant_id, invitation_id, recipient, state, finished_at)
    values ('partner1', ${invitation?.['id']}, 'old@example.test', ${state}, now() - ${age}::interval)`;
  await mail('sent', '91 days');
  await mail('failed', '89 days');
  await mail('queued', null);

  const { outcome } = await server.getWorker().scheduled({ cron: '17 * * * *' });
  expect(outcome).toBe('ok');

  const sessions = await sql`select user_agent from sessions order by user_agent`;
  expect(sessions.map((row) => row['user_agent'])).toEqual(['alive', 'ended']);
  const flows = await sql`select rtrim(state_hash, '_') as name from sign_in_flows order by name`;
  expect(flows.map((row) => row['name'])).toEqual(['just-expired', 'open']);
  const mails = await sql`select state from mails order by state`;
  expect(mails.map((row) => row['state'])).toEqual(['failed', 'queued']);
  const [line] = server.getLogs().filter(({ message }) => message.includes('job_done'));
  expect(JSON.parse(line?.message ?? '{}')).toMatchObject({
    job: 'purge_expired',
    signInFlows: 1,
    sessions: 1,
    mails: 1,
  });
});
