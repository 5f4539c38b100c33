/** Invitations and the join policy from the panel to the sign-in that they open. Over HTTP, on a real database. */
import { describe, expect, it } from 'vitest';
import { type Invitation, importReportSchema, invitationListSchema } from '../../../contract/invitations.ts';
import { type Browser, HOSTS } from '../../tests/browser.ts';
import { expectProblem, expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal();
const HOST = HOSTS.partnerSeo;

/** The seed invites Ada as an admin of each portal. */
async function admin(): Promise<Browser> {
  const browser = test.browser();
  expectSignedIn(await browser.signIn(HOST, 'github', 'ada'));
  return browser;
}

async function list(
  browser: Browser,
  query = '',
): Promise<{ items: Invitation[]; nextCursor: string | null }> {
  const response = await browser.request(HOST, `/api/invitations${query}`);
  expect(response.status).toBe(200);
  return invitationListSchema.parse(await response.json());
}

async function invite(browser: Browser, email: string, role = 'client'): Promise<string> {
  const response = await browser.change(HOST, 'POST', '/api/invitations', { email, role });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

describe('inviting', () => {
  it('lets the invited person in where sign-up is by invitation, once, in the role of the invitation', async () => {
    const browser = await admin();
    expect((await browser.change(HOST, 'PUT', '/api/sign-up', { policy: 'invite' })).status).toBe(200);
    const grace = test.browser();
    await expectProblem(await grace.signIn(HOST, 'github', 'grace'), 'not_invited');
    await invite(browser, 'Grace@Example.test', 'admin');
    const { items } = await list(browser);
    expect(items[0]).toMatchObject({
      email: 'Grace@Example.test',
      role: 'admin',
      state: 'open',
      invitedBy: 'Ada Lovelace',
      sentCount: 1,
      acceptedAt: null,
    });
    expectSignedIn(await grace.signIn(HOST, 'github', 'grace'));
    const me = (await (await grace.request(HOST, '/api/me')).json()) as { member: { role: string } };
    expect(me.member.role).toBe('admin');
    expect((await list(browser)).items).toEqual([]);
    expect((await list(browser, '?state=all')).items[0]).toMatchObject({ state: 'accepted' });
    const refused = await browser.change(HOST, 'POST', '/api/invitations', {
      email: 'grace@example.test',
      role: 'client',
    });
    await expectProblem(refused, 'already_member');
  });

  it('is taken back by revoking, and renewed by sending again', async () => {
    const browser = await admin();
    const id = await invite(browser, 'alan@example.test');
    const again = await browser.change(HOST, 'POST', '/api/invitations', {
      email: 'ALAN@example.test',
      role: 'client',
    });
    await expectProblem(again, 'already_invited');
    await test.stack.sql`update invitations set expires_at = now() - interval '1 s' where id = ${id}`;
    expect((await list(browser, '?state=all')).items[0]).toMatchObject({ id, state: 'expired' });
    await expectProblem(await browser.change(HOST, 'DELETE', `/api/invitations/${id}`), 'not_found');
    expect((await browser.change(HOST, 'POST', `/api/invitations/${id}/resend`)).status).toBe(204);
    expect((await list(browser)).items[0]).toMatchObject({ id, state: 'open', sentCount: 2 });
    expect((await browser.change(HOST, 'DELETE', `/api/invitations/${id}`)).status).toBe(204);
    expect((await list(browser, '?state=all')).items[0]).toMatchObject({ id, state: 'revoked' });
    await expectProblem(await browser.change(HOST, 'POST', `/api/invitations/${id}/resend`), 'not_found');
    await expectProblem(await test.browser().signIn(HOST, 'github', 'alan'), 'not_invited');
  });

  it('takes a list, and says what became of each line', async () => {
    const browser = await admin();
    const csv =
      'email,role\nl1@example.test,client\nl1@example.test\nada@example.test\nnobody\nl2@example.test;admin';
    const response = await browser.change(HOST, 'POST', '/api/invitation-imports', { csv });
    expect(response.status).toBe(200);
    const report = importReportSchema.parse(await response.json());
    expect(report.lines.map(({ line, outcome }) => [line, outcome])).toEqual([
      [2, 'invited'],
      [3, 'already_invited'],
      [4, 'already_member'],
      [5, 'malformed'],
      [6, 'malformed'],
    ]);
    for (const text of ['', ' \n', Array.from({ length: 1001 }, (_, n) => `m${n}@x.test`).join('\n')]) {
      const refused = await browser.change(HOST, 'POST', '/api/invitation-imports', { csv: text });
      await expectProblem(refused, 'validation_failed');
    }
    const large = await browser.change(HOST, 'POST', '/api/invitation-imports', { csv: 'x'.repeat(300_000) });
    await expectProblem(large, 'validation_failed');
    const huge = await browser.change(HOST, 'POST', '/api/invitation-imports', { csv: 'x'.repeat(900_000) });
    await expectProblem(huge, 'payload_too_large');
  });

  it('takes a thousand at once, which is the bound, and lists them a page at a time', async () => {
    const browser = await admin();
    await test.stack.sql`update invitations set sent_at = now() - interval '2 hours'`;
    await test.stack
      .sql`update invitations set revoked_at = now() where accepted_at is null and revoked_at is null`;
    const csv = Array.from({ length: 1000 }, (_, n) => `many${n}@example.test`).join('\n');
    const response = await browser.change(HOST, 'POST', '/api/invitation-imports', { csv });
    const { lines } = importReportSchema.parse(await response.json());
    expect(new Set(lines.map(({ outcome }) => outcome))).toEqual(new Set(['invited']));
    const more = { email: 'more@example.test', role: 'client' };
    const refused = await browser.change(HOST, 'POST', '/api/invitations', more);
    expect(refused.headers.get('retry-after')).toBe('3600');
    await expectProblem(refused, 'too_many_invitations');

    const first = await list(browser, '?limit=60');
    const second = await list(browser, `?limit=60&cursor=${first.nextCursor}`);
    const ids = new Set([...first.items, ...second.items].map(({ id }) => id));
    expect([first.items.length, ids.size]).toEqual([60, 120]);
    await test.stack.sql`update invitations set revoked_at = now(), sent_at = now() - interval '2 hours'
      where email like 'many%'`;
  });

  it.each([
    ['POST', '/api/invitations', { email: 'nobody', role: 'client' }],
    ['POST', '/api/invitations', { email: 'x@example.test', role: 'owner' }],
    ['POST', '/api/invitations', { email: 'x@example.test' }],
    ['DELETE', '/api/invitations/1', undefined],
    ['POST', '/api/invitations/1/resend', undefined],
    ['PUT', '/api/sign-up', { policy: 'closed' }],
    ['PUT', '/api/sign-up', { policy: 'domain', domains: [] }],
    ['PUT', '/api/sign-up', { policy: 'domain', domains: ['not a domain'] }],
    [
      'PUT',
      '/api/sign-up',
      { policy: 'domain', domains: Array.from({ length: 21 }, (_, n) => `d${n}.test`) },
    ],
  ] as const)('%s %s refuses %o', async (method, path, body) => {
    await expectProblem(await (await admin()).change(HOST, method, path, body), 'validation_failed');
  });

  it.each(['?limit=101', '?state=expired', '?cursor=x'])('GET refuses %s', async (query) => {
    const browser = await admin();
    await expectProblem(await browser.request(HOST, `/api/invitations${query}`), 'validation_failed');
  });
});

describe('who may', () => {
  const asked = [
    ['GET', '/api/invitations', undefined],
    ['POST', '/api/invitations', { email: 'x@example.test', role: 'client' }],
    ['POST', '/api/invitation-imports', { csv: 'x@example.test' }],
    ['POST', '/api/invitation-imports', { csv: 'malformed' }],
    ['POST', '/api/invitations/3f1f1c0e-6f0a-4f5e-9d5f-0d3c1f2a4b5c/resend', undefined],
    ['DELETE', '/api/invitations/3f1f1c0e-6f0a-4f5e-9d5f-0d3c1f2a4b5c', undefined],
    ['GET', '/api/sign-up', undefined],
    ['PUT', '/api/sign-up', { policy: 'open', domains: [] }],
  ] as const;

  it.each(asked)('%s %s is for those who administer members', async (method, path, body) => {
    const ask = (browser: Browser) =>
      method === 'GET' ? browser.request(HOST, path) : browser.change(HOST, method, path, body);
    await expectProblem(await ask(test.browser()), 'not_signed_in');
    const browser = await admin();
    const { sql } = test.stack;
    try {
      await sql`update profiles set tenant_permissions = '{"members": false}' where email = 'ada@example.test'`;
      await expectProblem(await ask(browser), 'permission_denied');
      await sql`update profiles set tenant_role = 'client', tenant_permissions = '{}'
        where email = 'ada@example.test' and tenant_id = 'partner-seo'`;
      await expectProblem(await ask(browser), 'permission_denied');
    } finally {
      await sql`update profiles set tenant_role = 'admin', tenant_permissions = '{}'
        where email = 'ada@example.test' and tenant_id = 'partner-seo'`;
    }
  });

  it('invites into no role above its own', async () => {
    const browser = await admin();
    const boss = { email: 'boss@example.test', role: 'super_admin' };
    await expectProblem(await browser.change(HOST, 'POST', '/api/invitations', boss), 'permission_denied');
  });

  it('reaches no invitation of another portal', async () => {
    const browser = await admin();
    const [row] = await test.stack.sql`insert into invitations (tenant_id, email)
      values ('partner1', 'elsewhere@example.test') returning id`;
    const path = `/api/invitations/${row?.['id']}`;
    await expectProblem(await browser.change(HOST, 'DELETE', path), 'not_found');
    await expectProblem(await browser.change(HOST, 'POST', `${path}/resend`), 'not_found');
    const { items } = await list(browser, '?state=all&limit=100');
    expect(items.map(({ email }) => email)).not.toContain('elsewhere@example.test');
  });
});

describe('joining', () => {
  it('by domain takes verified emails of the listed domains', async () => {
    const browser = await admin();
    const domains = ['Example.TEST.', 'münchen.example'];
    const changed = await browser.change(HOST, 'PUT', '/api/sign-up', { policy: 'domain', domains });
    expect(await changed.json()).toEqual({
      policy: 'domain',
      domains: ['example.test', 'xn--mnchen-3ya.example'],
    });
    expect(await (await browser.request(HOST, '/api/sign-up')).json()).toMatchObject({ policy: 'domain' });
    expectSignedIn(await test.browser().signIn(HOST, 'github', 'alan'));

    const elsewhere = { policy: 'domain', domains: ['elsewhere.test'] };
    expect((await browser.change(HOST, 'PUT', '/api/sign-up', elsewhere)).status).toBe(200);
    await test.stack
      .sql`delete from profiles where email = 'alan@example.test' and tenant_id = 'partner-seo'`;
    await expectProblem(await test.browser().signIn(HOST, 'github', 'alan'), 'not_invited');
    const open = { policy: 'domain', domains: ['elsewhere.test', 'gmail.com'] };
    await expectProblem(await browser.change(HOST, 'PUT', '/api/sign-up', open), 'public_mail_domain');
    const health = await browser.request(HOST, '/api/health');
    expect(health.status, 'the front door goes on').toBe(200);
  });
});
