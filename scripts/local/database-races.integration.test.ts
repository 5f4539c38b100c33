import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type DataApiFixture, startDataApiFixture } from './data-api-fixture.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let fixture: DataApiFixture;
beforeAll(async () => {
  fixture = await startDataApiFixture();
});
afterAll(() => fixture.close());

const signInWorker = (tenantId: string, hostname: string) =>
  fixture.client({ role: 'sign_in', tenant_id: tenantId, hostname });

/** As many at once as the Data API has connections, and then some that wait. */
const atOnce = <T>(count: number, run: (index: number) => PromiseLike<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));

const HASH = 'h'.repeat(43);
const flow = (state: string, address = HASH) => ({
  p_state_hash: state.padEnd(43, '_'),
  p_provider: 'github',
  p_code_verifier: 'v'.repeat(43),
  p_nonce: 'n'.repeat(16),
  p_browser_hash: HASH,
  p_next_path: '/',
  p_address_hash: address,
});

test('callbacks with one new identity at once make one member', async () => {
  const worker = await signInWorker('partner1', 'partner1.cozyartzmedia.com');
  const answers = await atOnce(16, () =>
    worker.rpc('complete_sign_in', {
      p_provider: 'github',
      p_subject: 'race',
      p_email: 'race@example.test',
      p_email_verified: true,
    }),
  );
  expect(answers.map(({ error }) => error)).toEqual(Array(16).fill(null));
  const said = answers.map(({ data }) => data as Record<string, unknown>);
  expect(new Set(said.map(({ memberId }) => memberId)).size).toBe(1);
  expect(said.filter(({ created }) => created)).toHaveLength(1);
  expect(new Set(said.map(({ sessionId }) => sessionId)).size).toBe(16);
  const [row] = await fixture.sql`select count(*)::int from profiles where email = 'race@example.test'`;
  expect(row?.['count']).toBe(1);
});

test('one invitation, accepted by many identities at once, makes one admin', async () => {
  await fixture.sql`update tenants set sign_up = 'invite' where tenant_id = 'partner-seo'`;
  const worker = await signInWorker('partner-seo', 'partner-seo.com');
  const answers = await atOnce(16, (index) =>
    worker.rpc('complete_sign_in', {
      p_provider: index % 2 ? 'github' : 'google',
      p_subject: `invited-${index}`,
      p_email: 'Ada@Example.test',
      p_email_verified: true,
    }),
  );
  const outcomes = answers.map(({ data }) => (data as { outcome: string }).outcome).sort();
  expect(outcomes).toEqual([...Array(15).fill('not_invited'), 'signed_in']);
});

test('a flow is consumed once, however many ask', async () => {
  const worker = await signInWorker('partner1', 'partner1.cozyartzmedia.com');
  await worker.rpc('start_sign_in_flow', flow('once'));
  const answers = await atOnce(16, () =>
    worker.rpc('consume_sign_in_flow', { p_state_hash: 'once'.padEnd(43, '_') }),
  );
  expect(answers.filter(({ data }) => data !== null)).toHaveLength(1);
});

test('the bound of open flows holds under parallel starts', async () => {
  const worker = await signInWorker('partner1', 'partner1.cozyartzmedia.com');
  const answers = await atOnce(60, (index) =>
    worker.rpc('start_sign_in_flow', flow(`bound-${index}`, 'a'.repeat(43))),
  );
  expect(answers.filter(({ error }) => error === null)).toHaveLength(20);
  const refused = answers.filter(({ error }) => error !== null);
  expect(new Set(refused.map(({ status, error }) => `${status} ${error?.message}`))).toEqual(
    new Set(['429 too_many_sign_ins']),
  );
});

test('one identity, linked by two members at once, belongs to one of them', async () => {
  const members = await Promise.all(
    ['link-a', 'link-b'].map((subject) => fixture.signIn('partner1', 'partner1.cozyartzmedia.com', subject)),
  );
  const worker = await signInWorker('partner1', 'partner1.cozyartzmedia.com');
  const answers = await Promise.all(
    members.map((member) =>
      worker.rpc('link_identity', {
        p_link_session_id: String(member['session_id']),
        p_provider: 'google',
        p_subject: 'g-link',
      }),
    ),
  );
  const outcomes = answers.map(({ data }) => (data as { outcome: string }).outcome).sort();
  expect(outcomes).toEqual(['identity_taken', 'linked']);
});

test('one hostname, verified for two tenants at once, is one tenant’s', async () => {
  for (const tenant of ['partner1', 'partner-seo']) {
    await fixture.sql`
      insert into tenant_domains (tenant_id, domain, domain_type, verification_method)
      values (${tenant}, 'contested.example', 'custom', 'operator')`;
  }
  const results = await Promise.allSettled(
    ['partner1', 'partner-seo'].map(
      (tenant) =>
        fixture.sql`
          update tenant_domains set verified_at = now() where tenant_id = ${tenant} and domain = 'contested.example'`,
    ),
  );
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('the order of directory versions is the order of commits', async () => {
  const { sql } = fixture;
  const version = async () => {
    const [row] =
      await sql`select app.resolve_hostname('partner1.cozyartzmedia.com') ->> 'version' as version`;
    return Number(row?.['version']);
  };
  const before = await version();
  let second: Promise<unknown> | undefined;
  let secondDone = false;
  await sql.begin(async (first) => {
    await first`update tenants set name = 'First' where tenant_id = 'partner1'`;
    second = sql`update tenants set name = 'Second' where tenant_id = 'partner-seo'`.then(() => {
      secondDone = true;
    });
    await new Promise((done) => setTimeout(done, 200));
    // A later version must not be seen before an earlier one: the second change waits for the first to commit.
    expect(secondDone).toBe(false);
    expect(await version()).toBe(before);
  });
  await second;
  const [row] = await sql`
    select one.version < two.version as ordered from tenants one, tenants two
    where one.tenant_id = 'partner1' and two.tenant_id = 'partner-seo'`;
  expect(row?.['ordered']).toBe(true);
});

test('a revoked session stays revoked while it is being renewed', async () => {
  const claims = await fixture.signIn('partner1', 'partner1.cozyartzmedia.com', 'renewed');
  const client = await fixture.client(claims);
  await Promise.all([
    ...Array.from({ length: 8 }, () => client.rpc('renew_session')),
    client.rpc('revoke_session', { p_session_id: String(claims['session_id']) }),
    ...Array.from({ length: 8 }, () => client.rpc('renew_session')),
  ]);
  expect((await client.rpc('check_session')).status).toBe(401);
});

test('two admins who end each other at once leave one, however they do it', async () => {
  const ends = [
    ['update_member', { p_role: 'client' }],
    ['update_member', { p_status: 'suspended' }],
    ['update_member', { p_permissions: '{"members": false}' }],
    ['remove_member', {}],
  ] as const;
  await fixture.sql`update tenants set sign_up = 'open' where tenant_id = 'partner-seo'`;
  for (const [index, [name, change]] of ends.entries()) {
    await fixture.sql`update profiles set status = 'removed' where tenant_id = 'partner-seo'`;
    const admins = await Promise.all(
      ['one', 'two', 'three'].map(async (which) => {
        const claims = await fixture.signIn('partner-seo', 'partner-seo.com', `${which}-${index}`);
        await fixture.sql`update profiles set tenant_role = 'admin' where id = ${String(claims['sub'])}`;
        return { id: String(claims['sub']), client: await fixture.client(claims) };
      }),
    );
    await Promise.all(
      admins.flatMap(({ client }) =>
        admins.map(({ id }) => client.rpc(name, { p_member_id: id, ...change } as { p_member_id: string })),
      ),
    );
    const [row] = await fixture.sql`
      select count(*)::int from profiles as member
      where tenant_id = 'partner-seo' and app.administers_members(member)`;
    expect(row?.['count'], `${name} ${JSON.stringify(change)}`).toBe(1);
  }
});

test('jobs that claim mails at once get none that another has', async () => {
  await fixture.sql`with invited as (
      insert into invitations (tenant_id, email) select 'partner-seo', 'claim' || n || '@example.test' from generate_series(1, 60) as n
      returning tenant_id, id, email
    )
    insert into mails (tenant_id, invitation_id, recipient) select tenant_id, id, email from invited`;
  const jobs = await fixture.client({ role: 'platform_jobs' });
  const taken: string[] = [];
  // Whoever meets another's rows goes away with fewer, and asks again.
  for (let round = 0; round < 60 && taken.length < 60; round++) {
    const answers = await atOnce(12, () => jobs.rpc('claim_mails', { p_limit: 10 }));
    expect(answers.map(({ error }) => error)).toEqual(Array(12).fill(null));
    taken.push(...answers.flatMap(({ data }) => (data as { id: string }[]).map(({ id }) => id)));
  }
  expect([taken.length, new Set(taken).size]).toEqual([60, 60]);
  const answers = await atOnce(8, () =>
    jobs.rpc('finish_mail', { p_mail_id: taken[0] ?? '', p_attempt: 1, p_outcome: 'sent' }),
  );
  expect(answers.filter(({ data }) => data === 'sent')).toHaveLength(1);
});
