/** Pictures of a brand from the upload to the portal's address, and what is refused. Over HTTP, on a real database. */
import { beforeAll, describe, expect, it } from 'vitest';
import { publicTenantSchema } from '../../../contract/api.ts';
import { brandFileKey } from '../../../contract/brand-files.ts';
import { brandingSchema } from '../../../contract/brand-versions.ts';
import { type BrandImage, type BrandImages, brandImageSchema } from '../../../contract/branding.ts';
import { parseTenantId } from '../../../contract/tenants.ts';
import {
  bitmap,
  ico,
  JPEG,
  png,
  pngChunks,
  textChunk,
  WEBP_ANIMATED,
  WEBP_LOSSY,
  withExif,
} from '../../../contract/testing-images.ts';
import { type Browser, HOSTS } from '../../tests/browser.ts';
import { expectProblem, expectSignedIn, usePortal } from '../../tests/portal.ts';

const test = usePortal();
const HOST = HOSTS.partnerOne;
const LOGO = '/api/branding/assets/logo';

let ada: Browser;
let client: Browser;
let elsewhere: Browser;
beforeAll(async () => {
  [ada, client, elsewhere] = [test.browser(), test.browser(), test.browser()];
  expectSignedIn(await ada.signIn(HOST, 'github', 'ada'));
  expectSignedIn(await client.signIn(HOST, 'github', 'grace'));
  expectSignedIn(await elsewhere.signIn(HOSTS.partnerSeo, 'github', 'ada'));
}, 60_000);

async function uploaded(file: Uint8Array, path = LOGO): Promise<BrandImage> {
  const response = await ada.upload(HOST, path, file);
  expect([response.status, await response.clone().text()]).toEqual([200, expect.any(String)]);
  return brandImageSchema.parse(await response.json());
}

async function keep(images: BrandImages, browser = ada, host: string = HOST): Promise<Response> {
  const { revision, published } = brandingSchema.parse(
    await (await browser.request(host, '/api/branding')).json(),
  );
  return browser.change(host, 'PUT', '/api/branding', {
    config: { images },
    revision,
    basedOn: published.number,
  });
}

async function publish(images: BrandImages): Promise<void> {
  expect((await keep(images)).status).toBe(200);
  const { revision, published } = brandingSchema.parse(
    await (await ada.request(HOST, '/api/branding')).json(),
  );
  const input = { revision, basedOn: published.number };
  expect((await ada.change(HOST, 'POST', '/api/branding/publish', input)).status).toBe(200);
}

/** Names in the bucket, and rows. */
async function stored(): Promise<{ readonly keys: string[]; readonly rows: number }> {
  const rows = await test.stack.sql`select 1 from public.brand_images`;
  return { keys: await test.portal.brandFileKeys(), rows: rows.length };
}

function keyOf(tenant: string, hash: string): string {
  const id = parseTenantId(tenant);
  if (!id.ok) throw new Error(id.error);
  return brandFileKey(id.value, hash, 'png');
}

describe('a picture', () => {
  it('is uploaded, drafted, published and served at the portal, and at no other', async () => {
    const logo = await uploaded(await png({ width: 1600, height: 400 }));
    expect(logo).toMatchObject({ width: 1280, height: 320 });
    const favicon = await uploaded(ico([{ edge: 32, content: bitmap(32) }]), '/api/branding/assets/favicon');
    expect((await stored()).keys).toContain(keyOf('partner1', logo.hash));
    const before = await test.browser().request(HOST, '/brand/logo.png');
    await expectProblem(before, 'not_found');

    await publish({ logo, favicon });
    const served = await test.browser().request(HOST, '/brand/logo.png');
    expect([served.status, served.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(pngChunks(new Uint8Array(await served.arrayBuffer()))[0]?.type).toBe('IHDR');
    const shown = publicTenantSchema.parse(await (await ada.request(HOST, '/api/tenant')).json());
    expect(shown.brand.images).toEqual({ logo, favicon });
    await expectProblem(await elsewhere.request(HOSTS.partnerSeo, '/brand/logo.png'), 'not_found');
  });

  it.each([
    ['JPEG', JPEG],
    ['WebP', WEBP_LOSSY],
  ])('of type %s is taken whatever it is called', async (_type, file) => {
    const response = await ada.upload(HOST, LOGO, file, { 'content-type': 'text/html' });
    expect(await response.json()).toMatchObject({ width: 16, height: 8 });
  });

  it('is shown to its admins before anybody else sees it', async () => {
    const { hash } = await uploaded(await png({ width: 30, height: 30 }));
    const shown = await ada.request(HOST, `${LOGO}/${hash}`);
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    });
    expect(pngChunks(new Uint8Array(await shown.arrayBuffer())).length).toBeGreaterThan(2);
    await expectProblem(await client.request(HOST, `${LOGO}/${hash}`), 'permission_denied');
    await expectProblem(await elsewhere.request(HOSTS.partnerSeo, `${LOGO}/${hash}`), 'not_found');
    await expectProblem(await ada.request(HOST, `${LOGO}/${'0'.repeat(64)}`), 'not_found');
    await expectProblem(await ada.request(HOST, `${LOGO}/..%2fx`), 'validation_failed');
  });

  it('is stored without what its file says of itself', async () => {
    const described = await png({ width: 24, height: 12, chunks: [textChunk('Made with Secretware')] });
    for (const file of [described, withExif(JPEG, 6, 'Made with Secretware')]) {
      const { hash } = await uploaded(file);
      const bytes = new Uint8Array(await (await ada.request(HOST, `${LOGO}/${hash}`)).arrayBuffer());
      expect(new TextDecoder('latin1').decode(bytes)).not.toContain('Secretware');
      expect([...new Set(pngChunks(bytes).map(({ type }) => type))]).toEqual(['IHDR', 'IDAT', 'IEND']);
    }
  });

  it('is one, however often it is sent, and the log says who brought it', async () => {
    const file = await png({ width: 31, height: 17 });
    const first = await uploaded(file);
    const before = await stored();
    expect(await uploaded(file)).toEqual(first);
    expect(await stored()).toEqual(before);
    const [entry] = await test.stack.sql<{ details: { hash: string; slot: string } }[]>`
      select details from public.audit_log where tenant_id = 'partner1' and action = 'brand_image.uploaded'
      order by created_at desc limit 1`;
    expect(entry?.details).toEqual({ slot: 'logo', hash: first.hash });
  });
});

describe('a draft', () => {
  it('names only what its own tenant has uploaded, in its very size', async () => {
    const logo = await uploaded(await png({ width: 60, height: 20 }));
    await expectProblem(await keep({ logo: { ...logo, width: 61 } }), 'validation_failed');
    await expectProblem(await keep({ logo: { ...logo, hash: 'a'.repeat(64) } }), 'validation_failed');
    await expectProblem(await keep({ logo }, elsewhere, HOSTS.partnerSeo), 'validation_failed');
    expect((await keep({ logo })).status).toBe(200);
  });
});

describe('nothing is stored of', () => {
  const text = (content: string) => new TextEncoder().encode(content);
  it.each([
    ['an empty file', async () => new Uint8Array(), 'image_type_unsupported'],
    ['SVG', async () => text('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image_type_unsupported'],
    ['an animation', async () => WEBP_ANIMATED, 'image_type_unsupported'],
    ['five megapixels', () => png({ width: 2500, height: 2000, dataHeight: 1 }), 'image_too_large'],
    ['an edge that is too long', () => png({ width: 4097, height: 1 }), 'image_too_large'],
    [
      'a file that is cut off',
      async () => (await png({ width: 90, height: 90 })).subarray(0, 90),
      'image_unreadable',
    ],
    ['a header that lies', () => png({ width: 10, height: 10, dataHeight: 500 }), 'image_unreadable'],
    ['a bomb', () => png({ width: 100, height: 2000, dataHeight: 150_000 }), 'image_unreadable'],
  ] as const)('%s', async (_what, make, code) => {
    const before = await stored();
    await expectProblem(await ada.upload(HOST, LOGO, await make()), code);
    expect(await stored()).toEqual(before);
  });

  it('more than two megabytes, whatever the request says of its length', async () => {
    const before = await stored();
    const file = new Uint8Array(3 * 1024 * 1024);
    file.set((await png({ width: 10, height: 10 })).subarray(0, 40));
    await expectProblem(await ada.upload(HOST, LOGO, file), 'image_too_large');
    const chunked = { 'transfer-encoding': 'chunked' };
    await expectProblem(await ada.upload(HOST, LOGO, file, chunked), 'image_too_large');
    expect(await stored()).toEqual(before);
  });

  it('a file for a slot that is none', async () => {
    const file = await png({ width: 10, height: 10 });
    await expectProblem(await ada.upload(HOST, '/api/branding/assets/banner', file), 'validation_failed');
  });

  it('whoever may not, before the file is read', async () => {
    const before = await stored();
    const file = await png({ width: 33, height: 33 });
    await expectProblem(await client.upload(HOST, LOGO, file), 'permission_denied');
    await expectProblem(await test.browser().upload(HOST, LOGO, file), 'not_signed_in');
    const origin = 'https://elsewhere.test';
    await expectProblem(await ada.upload(HOST, LOGO, file, { origin }), 'cross_site_request');
    expect(await stored()).toEqual(before);
  });

  it('what finds no room, and what makes room is gone from the bucket', async () => {
    const old = await uploaded(await png({ width: 41, height: 41 }));
    const { sql } = test.stack;
    await sql`update public.brand_images set created_at = now() - interval '9 days' where hash = ${old.hash}`;
    await sql`
      insert into public.brand_images (tenant_id, hash, slot, width, height, bytes)
      select 'partner1', lpad(to_hex(n), 64, '0'), 'logo', 1, 1, 1
      from generate_series(1, 200 - (select count(*) from public.brand_images where tenant_id = 'partner1')::integer) as n`;
    await uploaded(await png({ width: 42, height: 42 }));
    expect((await stored()).keys).not.toContain(keyOf('partner1', old.hash));
    await sql`
      insert into public.brand_versions (tenant_id, number, config)
      select tenant_id, 1000 + row_number() over (), jsonb_build_object('images', jsonb_build_object('logo',
        jsonb_build_object('hash', hash, 'width', width, 'height', height)))
      from public.brand_images where tenant_id = 'partner1'`;
    const before = await stored();
    await expectProblem(
      await ada.upload(HOST, LOGO, await png({ width: 43, height: 43 })),
      'too_many_images',
    );
    expect(await stored()).toEqual(before);
  });
});
