/**
 * The SPA's page in a tenant's brand: `index.html` of the build, with title, description, icons, Open Graph, theme
 * and boot block written in. Called by index.ts for every navigation of a portal.
 *
 * Rewriting happens once per portal (hostname, tenant, version); a request only puts its nonce and its problem, if it
 * has one, between the remembered pieces. The page is sent `private, no-store`: a page with a new nonce in its
 * headers and an old one in a cached body would not run, and after signing out the back button must not bring a
 * signed-in page back.
 */
import { RELEASE_HEADER } from '../../contract/answer-headers.ts';
import { BOOT_ELEMENT_ID, type Boot, type PoweredBy } from '../../contract/boot.ts';
import { BRAND_FILES, brandFileAddress, SOCIAL_CARD_SIZE } from '../../contract/brand-files.ts';
import { showsPoweredBy } from '../../contract/entitlements.ts';

import type { Problem } from '../../contract/errors.ts';
import { PROVIDERS } from '../../contract/tenants.ts';
import { schemeColors } from '../../contract/theme.ts';
import { brandFileHash } from './brand-files.ts';
import type { BrandedAssets } from './branded-assets.ts';
import { escapeMarkup, jsonForScript } from './markup.ts';
import type { Portal } from './portal.ts';
import type { OpenPortal } from './resolve-tenant.ts';
import { createNonce, portalPolicy } from './security-headers.ts';
import type { Visit } from './visit.ts';

const LIGHT = '(prefers-color-scheme: light)';
const DARK = '(prefers-color-scheme: dark)';

/** The page split at each nonce, and in two at the problem. */
interface Template {
  readonly beforeProblem: readonly string[];
  readonly afterProblem: readonly string[];
}

interface Options {
  /** Whether pages are made once; in development the app's page changes under the hands. */
  readonly remember: boolean;
  readonly poweredBy: PoweredBy | null;
}

export class BrandedHtml {
  readonly #files: Fetcher;
  readonly #assets: BrandedAssets;
  readonly #remember: boolean;
  readonly #poweredBy: PoweredBy | null;
  readonly #templates = new WeakMap<Portal, Template>();

  constructor(files: Fetcher, assets: BrandedAssets, { remember, poweredBy }: Options) {
    this.#files = files;
    this.#assets = assets;
    this.#remember = remember;
    this.#poweredBy = poweredBy;
  }

  async render(portal: Portal, origin: string, nonce: string, problem: Problem | null): Promise<string> {
    const { beforeProblem, afterProblem } = await this.#template(portal, origin);
    return `${beforeProblem.join(nonce)}${jsonForScript(problem)}${afterProblem.join(nonce)}`;
  }

  async #template(portal: Portal, origin: string): Promise<Template> {
    const known = this.#templates.get(portal);
    if (known) return known;
    // Marks that no brand's text can contain, since nobody can know them.
    const nonceMark = `nonce-${crypto.randomUUID()}`;
    const problemMark = `problem-${crypto.randomUUID()}`;
    const page = await this.#files.fetch(new Request(new URL('/', origin)));
    if (!page.ok) throw new Error(`the app's index.html is missing (${page.status})`);
    const html = await this.#rewrite(page, portal, origin, nonceMark, problemMark).then((response) =>
      response.text(),
    );
    const [before, after] = html.split(JSON.stringify(problemMark));
    if (before === undefined || after === undefined)
      throw new Error('the app’s index.html has no boot block');
    const template = { beforeProblem: before.split(nonceMark), afterProblem: after.split(nonceMark) };
    if (this.#remember) this.#templates.set(portal, template);
    return template;
  }

  async #rewrite(
    page: Response,
    portal: Portal,
    origin: string,
    nonce: string,
    problem: string,
  ): Promise<Response> {
    const { brand, tenant, version } = portal;
    const generatedIcon = await this.#assets.link(portal, '/icon.svg');
    const { logo, logoDark, favicon, faviconDark, appIcon } = brand.images;
    const manifest = await this.#assets.link(portal, '/manifest.webmanifest');
    const theme = this.#assets.theme(portal);
    const stylesheet = brandFileHash(portal, 'stylesheet');
    const boot = {
      tenant: { name: tenant.name, type: tenant.type },
      brand,
      // Under the platform's domain its own OAuth clients serve where a tenant has none.
      providers: tenant.platformDomain ? [...PROVIDERS] : tenant.providers,
      problem: null,
      poweredBy: showsPoweredBy(tenant.tier, tenant.brandAdditions.poweredBy) ? this.#poweredBy : null,
      version,
    } satisfies Boot;
    const contents: Readonly<Record<string, string>> = {
      description: brand.description,
      'application-name': brand.name,
      'apple-mobile-web-app-title': brand.name,
      'og:title': brand.name,
      'og:site_name': brand.name,
      'og:description': brand.description,
      'og:url': `${origin}/`,
    };

    // The addresses are ours and hold a hash alone.
    const pictureLinks = [
      ...(favicon !== undefined && faviconDark !== undefined
        ? [
            `<link rel="icon" type="image/png" sizes="${faviconDark.width}x${faviconDark.height}" media="${DARK}" href="${brandFileAddress('faviconDark', faviconDark.hash)}">`,
          ]
        : []),
      ...(appIcon === undefined
        ? []
        : [
            `<link rel="apple-touch-icon" sizes="${appIcon.width}x${appIcon.height}" href="${brandFileAddress('appIcon', appIcon.hash)}">`,
          ]),
      // The first picture has the logo in it: it is fetched along with the scripts, not after them.
      ...(logo === undefined ? [] : [preload(brandFileAddress('logo', logo.hash), logoDark && LIGHT)]),
      ...(logo === undefined || logoDark === undefined
        ? []
        : [preload(brandFileAddress('logoDark', logoDark.hash), DARK)]),
    ];

    return new HTMLRewriter()
      .on('title', { element: (title) => void title.setInnerContent(brand.name) })
      .on('meta', {
        element(meta) {
          const name = meta.getAttribute('name') ?? meta.getAttribute('property') ?? '';
          const content = contents[name];
          if (content !== undefined) attribute(meta, 'content', content);
          if (name === 'theme-color') {
            const scheme = meta.getAttribute('media')?.includes('dark') ? 'dark' : 'light';
            attribute(meta, 'content', schemeColors(brand.colors[scheme], scheme).surface);
          }
          // Ours is put in below; a placeholder that Vite left would only confuse.
          if (name === 'csp-nonce') meta.remove();
        },
      })
      .on('link', {
        element(link) {
          switch (link.getAttribute('rel')) {
            case 'icon':
              if (favicon === undefined) {
                attribute(link, 'href', generatedIcon);
                attribute(link, 'type', 'image/svg+xml');
              } else {
                attribute(link, 'href', brandFileAddress('favicon', favicon.hash));
                attribute(link, 'type', 'image/png');
                attribute(link, 'sizes', `${favicon.width}x${favicon.height}`);
                if (faviconDark !== undefined) attribute(link, 'media', LIGHT);
              }
              break;
            case 'manifest':
              attribute(link, 'href', manifest);
              break;
            case 'stylesheet':
            case 'modulepreload':
            case 'preload':
              attribute(link, 'nonce', nonce);
              break;
          }
        },
      })
      .on('style, script', { element: (element) => attribute(element, 'nonce', nonce) })
      .on(`script#${BOOT_ELEMENT_ID}`, {
        element: (script) => void script.setInnerContent(jsonForScript({ ...boot, problem }), { html: true }),
      })
      .on('head', {
        element(head) {
          for (const link of pictureLinks) head.append(link, { html: true });
          // Vite's client and its preloader give this nonce to the styles and links that they add.
          head.append(`<meta property="csp-nonce" nonce="${nonce}">`, { html: true });
          head.append(linkCard(portal, origin), { html: true });
          // Last in the head, so that it wins over whatever a stylesheet may say before it.
          head.append(`<style nonce="${nonce}">${theme}</style>`, { html: true });
          // After the app's own, which stand in layers: what a partner's admin wrote wins over them, in its scope.
          if (stylesheet !== undefined) {
            const address = brandFileAddress('stylesheet', stylesheet);
            head.append(`<link rel="stylesheet" href="${address}" nonce="${nonce}">`, { html: true });
          }
        },
      })
      .transform(page);
  }
}

/** What sites show a link with; nothing before the brand was published once, which is when its card is made. */
function linkCard(portal: Portal, origin: string): string {
  const hash = brandFileHash(portal, 'socialCard');
  if (hash === undefined) return '';
  const { name, tagline } = portal.brand;
  const meta = (property: string, content: string) =>
    `<meta property="${property}" content="${escapeMarkup(content)}">`;
  return [
    // Absolute, as https://ogp.me wants it: whoever reads this has no base to resolve an address against.
    meta('og:image', `${origin}${brandFileAddress('socialCard', hash)}`),
    meta('og:image:type', BRAND_FILES.socialCard.contentType),
    meta('og:image:width', String(SOCIAL_CARD_SIZE.width)),
    meta('og:image:height', String(SOCIAL_CARD_SIZE.height)),
    meta('og:image:alt', tagline === null ? name : `${name}: ${tagline}`),
    '<meta name="twitter:card" content="summary_large_image">',
  ].join('');
}

function preload(address: string, media: string | undefined): string {
  return `<link rel="preload" as="image"${media === undefined ? '' : ` media="${media}"`} href="${address}">`;
}

/** HTMLRewriter quotes `"` in a value but leaves `&`, by which `&quot;` in a name would turn into a quote. */
function attribute(element: Element, name: string, value: string): void {
  element.setAttribute(name, escapeMarkup(value));
}

interface PageOptions {
  readonly status?: number;
  readonly problem?: Problem | null;
  readonly headers?: Headers;
}

export async function answerBrandedHtml(
  visit: Visit,
  { portal, host }: OpenPortal,
  { status = 200, problem = null, headers = new Headers() }: PageOptions = {},
): Promise<Response> {
  const nonce = createNonce();
  const html = await visit.isolate.html.render(portal, host.origin, nonce, problem);
  headers.set('content-type', 'text/html; charset=utf-8');
  headers.set('cache-control', 'private, no-store');
  headers.set('content-security-policy', portalPolicy(nonce, host));
  const { release } = visit.isolate.configuration;
  if (release !== '') headers.set(RELEASE_HEADER, release);
  return new Response(visit.request.method === 'HEAD' ? null : html, { status, headers });
}
