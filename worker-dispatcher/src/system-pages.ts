/**
 * The dispatcher's own answers when there is no portal to show: unknown host, suspended, not reachable. A person gets
 * a page of one sentence and one action (no script, nothing loaded), a program the same as a problem. Called by
 * index.ts. Without a portal the page wears no brand at all.
 */
import { brandFileAddress } from '../../contract/brand-files.ts';
import type { Brand } from '../../contract/branding.ts';
import { ERRORS, type ErrorCode, PROBLEM_CONTENT_TYPE, problem } from '../../contract/errors.ts';
import { logoSize } from '../../contract/logo-size.ts';
import { markSvg, svgDataUrl } from './brand-mark.ts';
import { escapeMarkup } from './markup.ts';
import type { Portal } from './portal.ts';
import { createNonce, pagePolicy } from './security-headers.ts';
import { isNavigation, type Visit } from './visit.ts';

type SystemCode = Extract<
  ErrorCode,
  'unknown_host' | 'tenant_suspended' | 'directory_unavailable' | 'upstream_unavailable' | 'internal_error'
>;

interface SystemAnswer {
  /** Null for an answer without any brand. */
  readonly portal: Portal | null;
  readonly retryAfterSeconds?: number;
}

const LOGO_SIZE_PX = 40;
const NEUTRAL_MARK =
  '<svg class="mark" viewBox="2 2 44 44" aria-hidden="true"><circle cx="24" cy="24" r="21" fill="none" stroke-width="2" stroke-dasharray="5 6" stroke-linecap="round"/></svg>';

const PAGE_CSS = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100svh;display:grid;grid-template-rows:1fr auto;justify-items:center;background:var(--brand-surface);color:var(--brand-text);font:400 .875rem/1.5 var(--brand-font);-webkit-font-smoothing:antialiased}
main{align-self:center;width:100%;max-width:32rem;padding:3rem 1.5rem 12vh}
.mark{display:block;width:3rem;height:3rem;stroke:var(--brand-border-strong)}
.logo{display:inline-block;max-width:100%}
.logo img{display:block;max-width:100%;object-fit:contain}
@media (prefers-color-scheme:dark){.grounded{padding:.5rem .625rem;border-radius:var(--brand-radius);background:var(--brand-text)}}
.name{margin:1.5rem 0 0;color:var(--brand-text-muted);font-weight:500;overflow-wrap:anywhere}
h1{margin:1.25rem 0 1.75rem;font-size:clamp(1.25rem,1rem + 1.6vw,1.75rem);line-height:1.25;font-weight:500;letter-spacing:-.018em;text-wrap:balance;overflow-wrap:anywhere}
.name+h1{margin-top:.25rem}
a{display:inline-flex;align-items:center;min-height:2.5rem;padding:.25rem 1rem;border:1px solid var(--brand-border-strong);border-radius:var(--brand-radius);color:inherit;font-weight:500;text-decoration:none}
a:hover{background:var(--brand-surface-sunken)}
.branded a{background:var(--brand-primary);border-color:var(--brand-primary-edge);color:var(--brand-on-primary)}
.branded a:hover{background:var(--brand-primary-hover)}
a:focus-visible{outline:2px solid var(--brand-focus);outline-offset:2px}
footer{width:100%;max-width:32rem;padding:1.5rem;color:var(--brand-text-muted);font-size:.75rem;overflow-wrap:anywhere}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
@media (forced-colors:active){a{border:1px solid LinkText}}
`.replaceAll('\n', '');

export function answerSystem(
  visit: Visit,
  code: SystemCode,
  { portal, retryAfterSeconds }: SystemAnswer,
): Response {
  const headers = new Headers({ 'cache-control': 'no-store' });
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds));
  const { status } = ERRORS[code];
  if (!isNavigation(visit.request)) {
    headers.set('content-type', PROBLEM_CONTENT_TYPE);
    return new Response(JSON.stringify(problem(code, visit.requestId)), { status, headers });
  }
  const nonce = createNonce();
  headers.set('content-type', 'text/html; charset=utf-8');
  headers.set(
    'content-security-policy',
    pagePolicy(nonce, { logo: portal?.brand.images.logo !== undefined }),
  );
  headers.set('x-robots-tag', 'noindex');
  const html = visit.request.method === 'HEAD' ? null : page(visit, code, portal, nonce);
  return new Response(html, { status, headers });
}

/** A problem for what is neither a page nor the tenant Worker's: a missing file, a method that is not allowed. */
export function answerProblem(visit: Visit, code: 'not_found' | 'method_not_allowed'): Response {
  const headers = new Headers({ 'content-type': PROBLEM_CONTENT_TYPE, 'cache-control': 'no-store' });
  if (code === 'method_not_allowed') headers.set('allow', 'GET, HEAD');
  return new Response(JSON.stringify(problem(code, visit.requestId)), {
    status: ERRORS[code].status,
    headers,
  });
}

function page(visit: Visit, code: SystemCode, portal: Portal | null, nonce: string): string {
  const brand = portal?.brand ?? null;
  const sentence = sentenceFor(code, brand);
  const action = actionFor(visit, code, brand);
  const icon = brand === null ? 'data:,' : svgDataUrl(markSvg(brand));
  const theme = visit.isolate.assets.theme(portal);
  const sign = brand === null ? NEUTRAL_MARK : (logoOf(brand) ?? markOf(brand, icon));
  const failed = ERRORS[code].status >= 500;
  return `<!doctype html>
<html lang="en"${brand === null ? '' : ' class="branded"'}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeMarkup(brand === null ? sentence : brand.name)}</title>
<link rel="icon" href="${icon}">
<style nonce="${nonce}">${theme}${PAGE_CSS}</style>
</head>
<body>
<main>
${sign}
<h1>${escapeMarkup(sentence)}</h1>
<a href="${escapeMarkup(action.href)}">${action.label}</a>
</main>
${failed ? `<footer>Request <code>${visit.requestId}</code></footer>` : ''}
</body>
</html>`;
}

function markOf({ name }: Brand, icon: string): string {
  return `<img class="mark" src="${icon}" alt=""><p class="name">${escapeMarkup(name)}</p>`;
}

/** In place of mark and name. Without a dark one the light one stands on light ground. */
function logoOf({ name, images: { logo, logoDark } }: Brand): string | undefined {
  if (logo === undefined) return undefined;
  const { width, height } = logoSize(logo, LOGO_SIZE_PX);
  const dark =
    logoDark === undefined
      ? ''
      : `<source media="(prefers-color-scheme:dark)" srcset="${brandFileAddress('logoDark', logoDark.hash)}">`;
  const address = brandFileAddress('logo', logo.hash);
  return `<picture class="logo${dark === '' ? ' grounded' : ''}">${dark}<img src="${address}" width="${width}" height="${height}" alt="${escapeMarkup(name)}"></picture>`;
}

function sentenceFor(code: SystemCode, brand: Brand | null): string {
  switch (code) {
    case 'unknown_host':
      return 'There is nothing at this address.';
    case 'tenant_suspended':
      return 'This portal is paused at the moment.';
    case 'directory_unavailable':
      return 'This address cannot be looked up right now.';
    case 'upstream_unavailable':
      return 'This portal cannot answer right now.';
    case 'internal_error':
      return brand === null ? 'This page cannot be shown right now.' : 'This portal cannot answer right now.';
    default:
      return code satisfies never;
  }
}

function actionFor(
  visit: Visit,
  code: SystemCode,
  brand: Brand | null,
): { readonly href: string; readonly label: string } {
  if (code === 'tenant_suspended') {
    if (brand?.supportUrl) return { href: brand.supportUrl, label: 'Contact support' };
    if (brand?.supportEmail) return { href: `mailto:${brand.supportEmail}`, label: 'Contact support' };
  }
  // A callback cannot be asked twice: its code is spent. Signing in starts again at the front.
  return { href: visit.path.startsWith('/auth/') ? '/' : visit.path, label: 'Try again' };
}
