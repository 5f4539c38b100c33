import { beforeEach, describe, expect, test, vi } from 'vitest';
import { bootSchema } from '../../contract/boot.ts';
import { openPortalWorld } from './testing.ts';
import { decode, readPage } from './testing-page.ts';

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

describe('the card of a portal’s links', () => {
  test('is named by an address that can be read from anywhere', async () => {
    const hash = 'ab'.repeat(32);
    const world = await openPortalWorld({
      name: 'T',
      brand: { name: 'Nordlicht & "Söhne"', tagline: 'Found <first>' },
      brandAdditions: { socialCard: hash },
    });
    const { response } = await world.visit(`${world.origin}/sign-in`, { navigate: true });
    const { metas } = await readPage(await response.text());
    expect(metas).toMatchObject({
      'og:image': `${world.origin}/brand/og.png?v=${hash.slice(0, 16)}`,
      'og:image:type': 'image/png',
      'og:image:width': '1200',
      'og:image:height': '630',
      'twitter:card': 'summary_large_image',
    });
    expect(decode(metas['og:image:alt'] ?? '')).toBe('Nordlicht & "Söhne": Found <first>');
  });

  test('is not promised where there is none', async () => {
    const world = await openPortalWorld();
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    const names = Object.keys((await readPage(await response.text())).metas);
    expect(names.filter((name) => /image|twitter/.test(name))).toEqual([]);
  });
});

describe('what a partner adds to the page', () => {
  const hash = 'c0ffee'.padEnd(64, '0');

  test('custom CSS comes after everything else, with the page’s nonce', async () => {
    const world = await openPortalWorld({ brandAdditions: { stylesheet: hash } });
    const { response } = await world.visit(`${world.origin}/sign-in`, { navigate: true });
    const html = await response.text();
    const nonce = /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '')?.[1];
    expect(html).toContain(
      `</style><link rel="stylesheet" href="/brand/custom.css?v=${hash.slice(0, 16)}" nonce="${nonce}"></head>`,
    );
  });

  test('without any, the page asks for none; nor do the notices of the system', async () => {
    const plain = await openPortalWorld();
    const page = await plain.visit(`${plain.origin}/sign-in`, { navigate: true });
    expect(await page.response.text()).not.toContain('custom.css');
    const paused = await openPortalWorld({ status: 'suspended', brandAdditions: { stylesheet: hash } });
    const notice = await paused.visit(`${paused.origin}/`, { navigate: true });
    expect(notice.response.status).toBe(403);
    expect(await notice.response.text()).not.toContain('custom.css');
  });
});

describe('who a portal is powered by', () => {
  const platform = { name: 'Platform Works', url: 'https://platform-works.example' };

  test.each([
    ['starter', undefined, platform],
    ['starter', true, platform],
    // Whoever writes its own row still has its plan.
    ['starter', false, platform],
    ['growth', undefined, null],
    ['growth', true, platform],
    ['growth', false, null],
    ['enterprise', undefined, null],
    ['enterprise', true, platform],
  ] as const)('under the plan %s with the choice %s', async (tier, choice, expected) => {
    const world = await openPortalWorld({
      tier,
      brandAdditions: choice === undefined ? {} : { poweredBy: choice },
    });
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    const page = await readPage(await response.text());
    expect(bootSchema.parse(JSON.parse(page.boot)).poweredBy).toEqual(expected);
  });

  test('nobody, where the platform has no name to show', async () => {
    const world = await openPortalWorld({ tier: 'starter' }, { POWERED_BY_NAME: '', POWERED_BY_URL: '' });
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    const html = await response.text();
    expect(bootSchema.parse(JSON.parse((await readPage(html)).boot)).poweredBy).toBeNull();
  });
});

describe('a font', () => {
  test.each([
    ['geist', {}, 'Geist Variable'],
    [undefined, { font: 'lora' }, 'Lora Variable'],
    // Of a release that this one does not know: the default, and a page.
    [undefined, { font: 'of-tomorrow' as 'lora' }, 'Instrument Sans Variable'],
  ] as const)('of the brand %s, or beside it %j, is in the page', async (font, brandAdditions, family) => {
    const world = await openPortalWorld({ brand: font === undefined ? {} : { font }, brandAdditions });
    const { response } = await world.visit(`${world.origin}/`, { navigate: true });
    expect((await readPage(await response.text())).styles.at(-1)).toContain(`--brand-font:'${family}'`);
  });
});
