import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { brandFileKey } from '../../contract/brand-files.ts';
import type { TenantId } from '../../contract/tenants.ts';
import { openPortalWorld, tenantRow } from './testing.ts';

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
});

describe('The files of a brand', () => {
  test('the theme is the brand’s', async () => {
    const world = await openPortalWorld();
    const { response } = await world.visit(`${world.origin}/theme.css`);
    expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(await response.text()).toContain('--brand-primary:#0f766e');
  });

  test('the icon is the monogram on the brand’s colour, and markup in it stays text', async () => {
    const world = await openPortalWorld({
      brand: { monogram: '<&', colors: { light: { primary: '#7c3aed' } } },
    });
    for (const path of ['/icon.svg', '/favicon.ico']) {
      const { response } = await world.visit(`${world.origin}${path}`);
      expect(response.headers.get('content-type')).toBe('image/svg+xml');
      const svg = await response.text();
      expect(svg).toContain('fill="#7c3aed"');
      expect(svg).toContain('>&lt;&amp;</text>');
    }
  });

  test('the manifest and the habitual icon show what was uploaded', async () => {
    const hash = crypto.getRandomValues(new Uint8Array(32)).toHex();
    const favicon = { hash, width: 64, height: 64 };
    const appIcon = { hash, width: 512, height: 512 };
    await env.BRAND_FILES.put(brandFileKey('partner-seo' as TenantId, hash, 'png'), 'a picture');
    const world = await openPortalWorld({ brandAdditions: { images: { favicon, appIcon } } });
    const { response } = await world.visit(`${world.origin}/manifest.webmanifest`);
    const { icons } = (await response.json()) as { icons: Record<string, string>[] };
    expect(icons).toMatchObject([
      { src: `/brand/app-icon.png?v=${hash.slice(0, 16)}`, sizes: '512x512', type: 'image/png' },
      { sizes: 'any', type: 'image/svg+xml' },
    ]);
    const icon = (await world.visit(`${world.origin}/favicon.ico`)).response;
    expect([icon.headers.get('content-type'), new TextDecoder().decode(await icon.arrayBuffer())]).toEqual([
      'image/png',
      'a picture',
    ]);
  });

  test('the manifest names the brand and nothing of the platform', async () => {
    const world = await openPortalWorld({
      brand: { name: 'Nordlicht Marketing', description: 'Found first' },
    });
    const { response } = await world.visit(`${world.origin}/manifest.webmanifest`);
    expect(response.headers.get('content-type')).toBe('application/manifest+json');
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({
      name: 'Nordlicht Marketing',
      short_name: 'Nordlicht',
      start_url: '/',
      display: 'standalone',
    });
    expect(text).not.toMatch(/marquee|cozyartz/i);
    const icon = JSON.parse(text).icons[0].src as string;
    expect((await world.visit(`${world.origin}${icon}`)).response.headers.get('cache-control')).toContain(
      'immutable',
    );
  });

  test('robots stay out of the API and of signing in', async () => {
    const world = await openPortalWorld();
    const { response } = await world.visit(`${world.origin}/robots.txt`);
    expect(await response.text()).toBe('User-agent: *\nDisallow: /api/\nDisallow: /auth/\nAllow: /\n');
  });
});

describe('Their caching', () => {
  test('a browser that has the file gets 304', async () => {
    const world = await openPortalWorld();
    const first = await world.visit(`${world.origin}/theme.css`);
    const etag = first.response.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{16}"$/);
    expect(first.response.headers.get('cache-control')).toBe('public, no-cache');
    for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const { response } = await world.visit(`${world.origin}/theme.css`, {
        headers: { 'if-none-match': header },
      });
      expect(response.status, header).toBe(304);
      expect(await response.text()).toBe('');
    }
    const changed = await world.visit(`${world.origin}/theme.css`, {
      headers: { 'if-none-match': '"other"' },
    });
    expect(changed.response.status).toBe(200);
  });

  test('only the address that names this very content may be kept for ever', async () => {
    const world = await openPortalWorld();
    const hash = (await world.visit(`${world.origin}/icon.svg`)).response.headers
      .get('etag')
      ?.replaceAll('"', '');
    const exact = await world.visit(`${world.origin}/icon.svg?v=${hash}`);
    expect(exact.response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const other = await world.visit(`${world.origin}/icon.svg?v=0000000000000000`);
    expect(other.response.headers.get('cache-control')).toBe('public, no-cache');
  });

  test('one tenant’s etag is no other’s, and a new version has a new one', async () => {
    const etags = new Set<string | null>();
    for (const primary of ['#7c3aed', '#0f766e']) {
      const world = await openPortalWorld(
        { brand: { colors: { light: { primary } } } },
        { FRESH_SECONDS: '1' },
      );
      etags.add((await world.visit(`${world.origin}/theme.css`)).response.headers.get('etag'));
      const tenant = tenantRow(world.hostname, {
        brand: { colors: { light: { primary: '#b91c1c' } }, radius: etags.size },
      });
      await world.set({ hosts: { [world.hostname]: { tenant, version: 8 } } });
      await vi.waitFor(
        async () => {
          const { response } = await world.visit(`${world.origin}/theme.css`);
          expect(await response.text()).toContain('#b91c1c');
          etags.add(response.headers.get('etag'));
        },
        { timeout: 10_000, interval: 300 },
      );
    }
    expect(etags.size).toBe(4);
  });

  test('the shared cache of the location is never touched', async () => {
    const put = vi.spyOn(caches.default, 'put');
    const match = vi.spyOn(caches.default, 'match');
    const world = await openPortalWorld();
    for (const path of ['/', '/theme.css', '/icon.svg', '/assets/index-1.js'])
      await world.visit(`${world.origin}${path}`);
    expect(put).not.toHaveBeenCalled();
    expect(match).not.toHaveBeenCalled();
  });
});
