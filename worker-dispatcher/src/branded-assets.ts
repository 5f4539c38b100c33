/**
 * The small files that a brand is made of, built from its portal: theme, icons, manifest, robots. Called by index.ts
 * for their paths, by branded-html for what it links, by system-pages for the theme.
 *
 * What is built is remembered under the portal, that is by hostname, tenant and version; nothing is ever looked up
 * by path alone. The shared Cache API is not used: its key is a URL, and a mistake in one would show a brand to
 * another's visitors.
 */
import { brandFileAddress } from '../../contract/brand-files.ts';
import { resolveBrand } from '../../contract/branding.ts';
import { themeCss } from '../../contract/theme.ts';
import { markSvg } from './brand-mark.ts';
import { cachingHeaders, hasCurrent } from './entity-tag.ts';
import type { Portal } from './portal.ts';
import type { Visit } from './visit.ts';

interface Recipe {
  readonly contentType: string;
  build(portal: Portal, assets: BrandedAssets): string | Promise<string>;
}

const SVG = 'image/svg+xml';

const RECIPES = {
  '/theme.css': { contentType: 'text/css; charset=utf-8', build: (portal) => themeCss(portal.brand) },
  '/icon.svg': { contentType: SVG, build: (portal) => markSvg(portal.brand) },
  // Browsers go by the content type, not by the name that they ask for out of habit.
  '/favicon.ico': { contentType: SVG, build: (portal) => markSvg(portal.brand) },
  '/manifest.webmanifest': { contentType: 'application/manifest+json', build: manifest },
  '/robots.txt': {
    contentType: 'text/plain; charset=utf-8',
    build: () => 'User-agent: *\nDisallow: /api/\nDisallow: /auth/\nAllow: /\n',
  },
} as const satisfies Record<string, Recipe>;

export type BrandedPath = keyof typeof RECIPES;

interface BrandedFile {
  readonly body: string;
  /** Of the content, so that it changes with the brand and with the code that makes it. */
  readonly hash: string;
}

export class BrandedAssets {
  readonly #files = new WeakMap<Portal, Map<BrandedPath, BrandedFile>>();
  readonly #themes = new WeakMap<Portal, string>();
  #neutralTheme: string | undefined;

  /** CSS variables of a portal's brand, or of no brand at all. */
  theme(portal: Portal | null): string {
    if (portal === null) {
      this.#neutralTheme ??= themeCss(resolveBrand('Portal', {}));
      return this.#neutralTheme;
    }
    const known = this.#themes.get(portal);
    if (known !== undefined) return known;
    const css = themeCss(portal.brand);
    this.#themes.set(portal, css);
    return css;
  }

  async file(portal: Portal, path: BrandedPath): Promise<BrandedFile> {
    const files = this.#files.get(portal) ?? new Map<BrandedPath, BrandedFile>();
    const known = files.get(path);
    if (known) return known;
    const body = await RECIPES[path].build(portal, this);
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body));
    const file = { body, hash: new Uint8Array(digest).toHex().slice(0, 16) };
    files.set(path, file);
    this.#files.set(portal, files);
    return file;
  }

  /** The path with the content's hash, which may be cached for ever. */
  async link(portal: Portal, path: BrandedPath): Promise<string> {
    return `${path}?v=${(await this.file(portal, path)).hash}`;
  }
}

export function isBrandedPath(path: string): path is BrandedPath {
  return Object.hasOwn(RECIPES, path);
}

export async function answerBrandedAsset(visit: Visit, portal: Portal, path: BrandedPath): Promise<Response> {
  const { body, hash } = await visit.isolate.assets.file(portal, path);
  const headers = { ...cachingHeaders(visit.request, hash), 'content-type': RECIPES[path].contentType };
  if (hasCurrent(visit.request, headers.etag)) return new Response(null, { status: 304, headers });
  return new Response(visit.request.method === 'HEAD' ? null : body, { headers });
}

async function manifest(portal: Portal, assets: BrandedAssets): Promise<string> {
  const { name, description, colors, images } = portal.brand;
  const { appIcon } = images;
  return JSON.stringify({
    id: '/',
    name,
    short_name: name.length > 12 ? (name.split(/\s/)[0] ?? name) : name,
    description,
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: colors.light.surface,
    theme_color: colors.light.surface,
    icons: [
      ...(appIcon === undefined
        ? []
        : [
            {
              src: brandFileAddress('appIcon', appIcon.hash),
              sizes: `${appIcon.width}x${appIcon.height}`,
              type: 'image/png',
              purpose: 'any',
            },
          ]),
      // Any size that the uploaded one is not good enough for.
      { src: await assets.link(portal, '/icon.svg'), sizes: 'any', type: SVG, purpose: 'any' },
    ],
  });
}
