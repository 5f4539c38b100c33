/** Members as those see them who administer them. Over HTTP, on all Workers and a real database. */
import { describe, expect, it } from 'vitest';
import { meSchema } from '../../../contract/api.ts';
import { type Member, memberListSchema, memberSchema } from '../../../contract/members.ts';
import { type Browser, HOSTS } from '../../tests/browser.ts';
import { expectProblem, expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal();
const HOST = HOSTS.partnerOne;

async function signedIn(user: string, host: string = HOST): Promise<Browser> {
  const browser = test.browser();
  expectSignedIn(await browser.signIn(host, 'github', user));
  return browser;
}

async function idOf(browser: Browser, host: string = HOST): Promise<string> {
  return meSchema.parse(await (await browser.request(host, '/api/me')).json()).member.id;
}

async function list(browser: Browser, query = '') {
  const response = await browser.request(HOST, `/api/members${query}`);
  expect(response.status).toBe(200);
  return memberListSchema.parse(await response.json());
}

async function patch(browser: Browser, id: string, change: unknown): Promise<Member> {
  const response = await browser.change(HOST, 'PATCH', `/api/members/${id}`, change);
  const body: unknown = await response.json();
  expect(body).toMatchObject({ id });
  return memberSchema.parse(body);
}

describe('the list of members', () => {
  it('shows everybody of the tenant, and nobody else', async () => {
    const admin = await signedIn('ada');
    await signedIn('grace');
    await signedIn('alan', HOSTS.partnerSeo);
    const { items, nextCursor } = await list(admin);
    expect(items.map(({ email, role, status, current }) => [email, role, status, current])).toEqual([
      ['ada@example.test', 'admin', 'active', true],
      ['grace@example.test', 'client', 'active', false],
    ]);
    expect(items[1]).toMatchObject({ providers: ['github'], permissions: {}, lastAdmin: false });
    expect(items[0]).toMatchObject({ lastAdmin: true });
    expect(nextCursor).toBeNull();
  });

  it('searches, filters, sorts, and goes on where a page ended', async () => {
    const admin = await signedIn('ada');
    await test.stack.sql`
      insert into profiles (tenant_id, name, email) values
        ('partner1', 'Émile 50%', 'emile@example.test'), ('partner1', 'Émile 50%', 'other@example.test')`;
    expect((await list(admin, `?search=${encodeURIComponent('MILE 50%')}`)).items).toHaveLength(2);
    expect((await list(admin, '?search=emile@')).items).toHaveLength(1);
    expect((await list(admin, '?role=admin')).items).toHaveLength(1);
    expect((await list(admin, '?status=suspended')).items).toHaveLength(0);
    for (const sort of ['name', 'email', 'created', 'last_seen']) {
      for (const order of ['asc', 'desc']) {
        const query = `?sort=${sort}&order=${order}`;
        const whole = (await list(admin, query)).items.map(({ id }) => id);
        const paged: string[] = [];
        let cursor: string | null = '';
        while (cursor !== null) {
          const page: Awaited<ReturnType<typeof list>> = await list(
            admin,
            `${query}&limit=1${cursor && `&cursor=${cursor}`}`,
          );
          paged.push(...page.items.map(({ id }) => id));
          cursor = page.nextCursor;
        }
        expect(paged, query).toEqual(whole);
      }
    }
  });

  it.each([
    '?limit=0',
    '?limit=101',
    '?role=owner',
    '?status=gone',
    '?sort=id',
    '?order=up',
    `?search=${'x'.repeat(121)}`,
    '?search=%00',
    '?cursor=x',
    `?cursor=${btoa(JSON.stringify(['email', 'asc', 'a', '00000000-0000-4000-8000-000000000000']))}`,
    `?sort=created&cursor=${btoa(JSON.stringify(['created', 'asc', 'now', '00000000-0000-4000-8000-000000000000']))}`,
  ])('refuses %s', async (query) => {
    await expectProblem(
      await (await signedIn('ada')).request(HOST, `/api/members${query}`),
      'validation_failed',
    );
  });
});

describe('changing a member', () => {
  it('changes role, permissions and status, and both see it', async () => {
    const [admin, member] = [await signedIn('ada'), await signedIn('grace')];
    const id = await idOf(member);
    await expectProblem(await member.request(HOST, '/api/members'), 'permission_denied');
    expect(await patch(admin, id, { permissions: { members: true } })).toMatchObject({
      role: 'client',
      permissions: { members: true },
    });
    expect((await list(member)).items.length).toBeGreaterThan(1);
    await expectProblem(
      await member.change(HOST, 'PATCH', `/api/members/${id}`, { role: 'admin' }),
      'own_membership',
    );
    const adminId = await idOf(admin);
    await expectProblem(await member.change(HOST, 'DELETE', `/api/members/${adminId}`), 'last_admin');
    expect(await patch(admin, id, { role: 'admin', permissions: { billing: false } })).toMatchObject({
      role: 'admin',
      permissions: { billing: false },
    });
    expect(await patch(admin, id, { role: 'client' })).toMatchObject({ role: 'client', permissions: {} });
    const shown = await admin.request(HOST, `/api/members/${id}`);
    expect(memberSchema.parse(await shown.json())).toMatchObject({ id, role: 'client', current: false });
    await expectProblem(await member.request(HOST, '/api/members'), 'permission_denied');
  });

  it('makes no super admins on a partner’s portal', async () => {
    const [admin, member] = [await signedIn('ada'), await signedIn('grace')];
    await expectProblem(
      await admin.change(HOST, 'PATCH', `/api/members/${await idOf(member)}`, { role: 'super_admin' }),
      'permission_denied',
    );
  });

  it('suspends and reinstates', async () => {
    const [admin, member] = [await signedIn('ada'), await signedIn('grace')];
    const id = await idOf(member);
    await patch(admin, id, { status: 'suspended' });
    await expectProblem(await member.request(HOST, '/api/me'), 'session_ended');
    await expectProblem(await test.browser().signIn(HOST, 'github', 'grace'), 'member_suspended');
    await patch(admin, id, { status: 'active' });
    await signedIn('grace');
  });

  it('removes: the next request is refused, and so is signing in, until it is taken back', async () => {
    const [admin, member] = [await signedIn('ada'), await signedIn('grace')];
    const id = await idOf(member);
    expect((await admin.change(HOST, 'DELETE', `/api/members/${id}`)).status).toBe(204);
    await expectProblem(await member.request(HOST, '/api/me'), 'session_ended');
    await expectProblem(await test.browser().signIn(HOST, 'github', 'grace'), 'member_removed');
    expect((await list(admin, '?search=grace')).items).toEqual([]);
    expect((await list(admin, '?status=removed')).items.map((item) => item.id)).toEqual([id]);
    await expectProblem(await admin.change(HOST, 'DELETE', `/api/members/${id}`), 'conflict');
    await patch(admin, id, { status: 'active' });
    await signedIn('grace');
  });

  it.each([
    {},
    { role: 'owner' },
    { status: 'removed' },
    { permissions: { everything: true } },
    { permissions: { billing: 1 } },
    { name: 'x' },
    [],
  ])('refuses %j', async (change) => {
    const [admin, member] = [await signedIn('ada'), await signedIn('grace')];
    await expectProblem(
      await admin.change(HOST, 'PATCH', `/api/members/${await idOf(member)}`, change),
      'validation_failed',
    );
  });
});

describe('everybody else', () => {
  const someone = '00000000-0000-4000-8000-000000000000';
  type Attempt = { method: 'GET' | 'PATCH' | 'DELETE'; path: string; body?: object };
  const attempts: Attempt[] = [
    { method: 'GET', path: '/api/members' },
    { method: 'GET', path: `/api/members/${someone}` },
    { method: 'PATCH', path: `/api/members/${someone}`, body: { role: 'admin' } },
    { method: 'DELETE', path: `/api/members/${someone}` },
  ];
  const attempt = (browser: Browser, { method, path, body }: Attempt) =>
    method === 'GET' ? browser.request(HOST, path) : browser.change(HOST, method, path, body);

  it.each(attempts)('is refused $method $path', async (request) => {
    await expectProblem(await attempt(test.browser(), request), 'not_signed_in');
    await expectProblem(await attempt(await signedIn('grace'), request), 'permission_denied');
    const admin = await signedIn('ada');
    if (request.path !== '/api/members') await expectProblem(await attempt(admin, request), 'not_found');
    await test.stack
      .sql`update profiles set tenant_permissions = '{"members": false}' where id = ${await idOf(admin)}`;
    try {
      await expectProblem(await attempt(admin, request), 'permission_denied');
    } finally {
      await test.stack.sql`update profiles set tenant_permissions = '{}' where id = ${await idOf(admin)}`;
    }
  });

  it('finds no member of another tenant', async () => {
    const [admin, stranger] = [await signedIn('ada'), await signedIn('alan', HOSTS.partnerSeo)];
    const id = await idOf(stranger, HOSTS.partnerSeo);
    await expectProblem(await admin.request(HOST, `/api/members/${id}`), 'not_found');
    await expectProblem(
      await admin.change(HOST, 'PATCH', `/api/members/${id}`, { role: 'admin' }),
      'not_found',
    );
    await expectProblem(await admin.change(HOST, 'DELETE', `/api/members/${id}`), 'not_found');
    expect((await stranger.request(HOSTS.partnerSeo, '/api/me')).status).toBe(200);
  });
});
