/** A brand from draft to published and back, by two admins, and by those who may not. Over HTTP, on a real database. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { publicTenantSchema } from '../../../contract/api.ts';
import {
  type Branding,
  brandingSchema,
  brandVersionsSchema,
  brandVersionWithConfigSchema,
} from '../../../contract/brand-versions.ts';
import type { BrandConfig } from '../../../contract/branding.ts';
import { problemSchema } from '../../../contract/errors.ts';
import { type Browser, HOSTS } from '../../tests/browser.ts';
import { expectProblem, expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal();
const HOST = HOSTS.partnerOne;

let ada: Browser;
let colleague: Browser;
let client: Browser;
let elsewhere: Browser;
beforeAll(async () => {
  [ada, colleague, client, elsewhere] = [test.browser(), test.browser(), test.browser(), test.browser()];
  for (const browser of [ada, colleague]) expectSignedIn(await browser.signIn(HOST, 'github', 'ada'));
  expectSignedIn(await client.signIn(HOST, 'github', 'grace'));
  expectSignedIn(await elsewhere.signIn(HOSTS.partnerSeo, 'github', 'ada'));
}, 60_000);

async function state(browser = ada, host: string = HOST): Promise<Branding> {
  const response = await browser.request(host, '/api/branding');
  expect(response.status).toBe(200);
  return brandingSchema.parse(await response.json());
}

async function draft(config: BrandConfig, browser = ada): Promise<Branding> {
  const { revision, published } = await state(browser);
  const saved = await browser.change(HOST, 'PUT', '/api/branding', {
    config,
    revision,
    basedOn: published.number,
  });
  expect(saved.status).toBe(200);
  return state(browser);
}

async function publish(config: BrandConfig): Promise<number> {
  const { revision, published } = await draft(config);
  const input = { revision, basedOn: published.number };
  const response = await ada.change(HOST, 'POST', '/api/branding/publish', input);
  expect(response.status).toBe(200);
  return ((await response.json()) as { number: number }).number;
}

async function worn(host: string = HOST): Promise<string> {
  const response = await test.browser().request(host, '/api/tenant');
  return publicTenantSchema.parse(await response.json()).brand.name;
}

describe('a brand', () => {
  it('is drafted without anybody seeing it, published, and seen', async () => {
    const before = await worn();
    const { revision, published } = await draft({
      name: 'Fresh One',
      colors: { light: { primary: '#0f4c81' } },
    });
    expect(await worn()).toBe(before);
    const response = await ada.change(HOST, 'POST', '/api/branding/publish', {
      revision,
      basedOn: published.number,
      note: 'New year',
    });
    expect(response.status).toBe(200);
    expect(await worn()).toBe('Fresh One');
    const after = await state();
    expect(after).toMatchObject({
      draft: null,
      published: { number: published.number + 1, config: { name: 'Fresh One' } },
    });
    expect(after.published.publishedBy?.name).toBe('Ada Lovelace');
  });

  it('comes back as it was', async () => {
    const first = await publish({ name: 'Old look' });
    const second = await publish({ name: 'New look' });
    const stale = await ada.change(HOST, 'POST', `/api/branding/versions/${first}/restore`, {
      published: first,
    });
    await expectProblem(stale, 'conflict');
    const restored = await ada.change(HOST, 'POST', `/api/branding/versions/${first}/restore`, {
      published: second,
    });
    expect(await restored.json()).toEqual({ number: second + 1 });
    expect(await worn()).toBe('Old look');

    const page = await ada.request(HOST, '/api/branding/versions?limit=1');
    const { items, nextCursor } = brandVersionsSchema.parse(await page.json());
    expect(items).toMatchObject([{ number: second + 1, restoredFrom: first }]);
    const rest = await ada.request(HOST, `/api/branding/versions?cursor=${nextCursor}`);
    const older = brandVersionsSchema.parse(await rest.json());
    expect(older.items[0]?.number).toBe(second);
    expect(older.items.at(-1)).toMatchObject({ number: 1, publishedBy: null });
    const one = await ada.request(HOST, `/api/branding/versions/${second}`);
    expect(brandVersionWithConfigSchema.parse(await one.json()).config).toEqual({ name: 'New look' });
  });

  it('that cannot be read is refused with each pair, and stays a draft', async () => {
    const config = { colors: { light: { text: '#cccccc' }, dark: { primary: '#111111' } } };
    const { revision, published } = await draft(config);
    const input = { revision, basedOn: published.number };
    const response = await ada.change(HOST, 'POST', '/api/branding/publish', input);
    expect(response.status).toBe(422);
    const problem = problemSchema.parse(await response.json());
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual([
      '/colors/light/text',
      '/colors/dark/primary',
    ]);
    expect(problem.errors?.[1]?.detail).toMatch(/needs 3:1; the nearest passing colour is #[0-9a-f]{6}/);
    expect((await state()).draft?.config).toEqual(config);
  });

  it.each([
    ['an unknown token', { config: { logo: 'x' }, revision: 0, basedOn: 1 }],
    ['a colour that is none', { config: { colors: { light: { primary: 'red' } } }, revision: 0, basedOn: 1 }],
    ['no revision', { config: {}, basedOn: 1 }],
    ['a tenant of its own choice', { config: {}, revision: 0, basedOn: 1, tenantId: 'partner-seo' }],
  ])('with %s is refused', async (_what, body) => {
    await expectProblem(await ada.change(HOST, 'PUT', '/api/branding', body), 'validation_failed');
  });

  it('of a megabyte is refused before it is read', async () => {
    const body = { config: { name: 'x'.repeat(1_000_000) }, revision: 0, basedOn: 1 };
    await expectProblem(await ada.change(HOST, 'PUT', '/api/branding', body), 'payload_too_large');
  });
});

describe('a font of the larger set', () => {
  it('is worn by this portal after its publish', async () => {
    await publish({ font: 'source-serif-4' });
    const page = await (await test.browser().request(HOST, '/sign-in')).text();
    expect(page).toContain("--brand-font:'Source Serif 4 Variable'");
    const other = await (await test.browser().request(HOSTS.partnerSeo, '/sign-in')).text();
    expect(other).toContain("--brand-font:'Geist Variable'");
    await publish({});
  });
});

describe('custom CSS', () => {
  const good = 'button { border-radius: 999px }\n';
  const stylesheetOf = async (host: string): Promise<string | null> => {
    const page = await (await test.browser().request(host, '/sign-in')).text();
    const address = /href="(\/brand\/custom\.css\?v=\w+)"/.exec(page)?.[1];
    if (address === undefined) return null;
    const response = await test.browser().request(host, address);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8');
    return response.text();
  };

  it('is drafted as it is, refused with its lines, and shown in a scope when it passes', async () => {
    const config = { customCss: `${good}a {\n  position: fixed;\n}\n@import "x";` };
    const { revision, published } = await draft(config);
    const refused = await ada.change(HOST, 'POST', '/api/branding/publish', {
      revision,
      basedOn: published.number,
    });
    expect(refused.status).toBe(422);
    expect(problemSchema.parse(await refused.json()).errors).toEqual([
      { pointer: '/customCss', detail: 'Line 3: `position: fixed` is not allowed' },
      { pointer: '/customCss', detail: 'Line 5: `@import` is not allowed' },
    ]);
    expect((await state()).draft?.config).toEqual(config);
    expect(await stylesheetOf(HOST)).toBeNull();

    await publish({ customCss: good });
    expect(await stylesheetOf(HOST)).toBe('@scope (#root) to ([data-plain]){button{border-radius:999px}}');
    expect(await stylesheetOf(HOSTS.partnerSeo)).toBeNull();
    await publish({});
    expect(await stylesheetOf(HOST)).toBeNull();
  });

  it('is checked without being kept', async () => {
    const before = await state();
    const checked = await ada.change(HOST, 'POST', '/api/branding/custom-css', {
      css: `${good}body { color: red }`,
    });
    expect(checked.status).toBe(200);
    expect(await checked.json()).toEqual({
      css: 'button{border-radius:999px}',
      refusals: [
        { line: 2, column: 1, reason: '`body` is outside of the portal’s own content; use `:scope`' },
      ],
    });
    expect(await state()).toEqual(before);
  });

  it('may be as long as its bound, however JSON writes it, and no longer', async () => {
    const css = `/*${'\u0001'.repeat(65_530)}*/`;
    const checked = await ada.change(HOST, 'POST', '/api/branding/custom-css', { css });
    expect(checked.status).toBe(200);
    const longer = await ada.change(HOST, 'POST', '/api/branding/custom-css', { css: `${css}   ` });
    await expectProblem(longer, 'validation_failed');
  });
});

describe('naming the platform', () => {
  it('cannot be switched off under a plan without that choice', async () => {
    await test.stack
      .sql`update public.tenants set subscription_tier = 'starter' where tenant_id = 'partner1'`;
    try {
      const { revision, published } = await draft({ poweredBy: false });
      // The front door notices another plan when what it knows is no longer fresh: after two seconds here.
      await vi.waitFor(
        async () => {
          const input = { revision, basedOn: published.number };
          const host = await test.browser().request(HOST, '/api/health');
          await host.body?.cancel();
          const refused = await ada.change(HOST, 'POST', '/api/branding/publish', input);
          const { errors } = problemSchema.parse(await refused.json());
          expect(errors).toMatchObject([{ pointer: '/poweredBy' }]);
        },
        { timeout: 20_000, interval: 500 },
      );
    } finally {
      await test.stack
        .sql`update public.tenants set subscription_tier = 'growth' where tenant_id = 'partner1'`;
    }
  });
});

describe('two admins at once', () => {
  it('the second one to publish is told what changed, and loses nothing', async () => {
    const base = await publish({ name: 'Shared' });
    const seen = await draft({ name: 'Theirs', radius: 2 });
    const input = { revision: seen.revision, basedOn: base };
    expect((await colleague.change(HOST, 'POST', '/api/branding/publish', input)).status).toBe(200);
    const refused = await ada.change(HOST, 'POST', '/api/branding/publish', input);
    expect(refused.status).toBe(409);
    expect(problemSchema.parse(await refused.json())).toMatchObject({
      code: 'conflict',
      errors: [
        { pointer: '/name', detail: 'Now Theirs' },
        { pointer: '/radius', detail: 'Now 2' },
      ],
    });
  });

  it('the second one to save is refused, and the draft is the first one’s', async () => {
    const { revision, published } = await state();
    const write = (browser: Browser, name: string) =>
      browser.change(HOST, 'PUT', '/api/branding', { config: { name }, revision, basedOn: published.number });
    expect((await write(colleague, 'First')).status).toBe(200);
    await expectProblem(await write(ada, 'Second'), 'conflict');
    const now = await state();
    expect(now.draft?.config).toEqual({ name: 'First' });
    await expectProblem(
      await ada.change(HOST, 'DELETE', `/api/branding?revision=${revision || 1}`),
      'conflict',
    );
    expect((await ada.change(HOST, 'DELETE', `/api/branding?revision=${now.revision}`)).status).toBe(200);
    expect((await state()).draft).toBeNull();
  });
});

describe('whoever may not', () => {
  type Call = [method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body: unknown];
  const calls: Call[] = [
    ['GET', '/api/branding', undefined],
    ['PUT', '/api/branding', { config: {}, revision: 0, basedOn: 1 }],
    ['DELETE', '/api/branding?revision=1', undefined],
    ['POST', '/api/branding/publish', { revision: 1, basedOn: 1 }],
    ['GET', '/api/branding/versions', undefined],
    ['GET', '/api/branding/versions/1', undefined],
    ['POST', '/api/branding/versions/1/restore', { published: 1 }],
  ];
  const call = (browser: Browser, host: string, [method, path, body]: Call) =>
    method === 'GET' ? browser.request(host, path) : browser.change(host, method, path, body);

  it.each(calls)('%s %s: a stranger and a client are refused', async (...asked: Call) => {
    await expectProblem(await call(test.browser(), HOST, asked), 'not_signed_in');
    await expectProblem(await call(client, HOST, asked), 'permission_denied');
  });

  it('another tenant’s admin has a brand and a history of its own', async () => {
    await publish({ name: 'Not theirs' });
    const theirs = await state(elsewhere, HOSTS.partnerSeo);
    expect(theirs).toMatchObject({ draft: null, published: { number: 1 } });
    expect(JSON.stringify(theirs)).not.toContain('Not theirs');
    const other = await elsewhere.request(HOSTS.partnerSeo, '/api/branding/versions/2');
    await expectProblem(other, 'not_found');
    expect(await worn(HOSTS.partnerSeo)).toBe('Partner SEO');
  });
});
