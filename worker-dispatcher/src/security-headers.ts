/** The headers that every answer carries, and the content security policies; called by index.ts and whoever makes HTML. */
import { answerHeaders } from '../../contract/answer-headers.ts';
import type { RequestedHost } from './requested-host.ts';
import type { Visit } from './visit.ts';

const PERMISSIONS_POLICY =
  'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()';

/** The portal: our own scripts by nonce only, so that no markup that slips in can run anything, not even our files. */
export function portalPolicy(nonce: string, { origin, local }: RequestedHost): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    // Avatars come from where members signed in.
    "img-src 'self' data: blob: https://avatars.githubusercontent.com https://*.googleusercontent.com",
    "font-src 'self'",
    // The socket over which Vite replaces modules, in development alone.
    `connect-src 'self'${local ? ` ${origin.replace('http', 'ws')}` : ''}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(local ? [] : ['upgrade-insecure-requests']),
  ].join('; ');
}

/** A system page: nothing but its own style and inline picture, and the logo of a brand that has one. */
export function pagePolicy(nonce: string, { logo }: { readonly logo: boolean }): string {
  return `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:${logo ? " 'self'" : ''}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

export function createNonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
}

/**
 * Puts on an answer what every answer carries. One that names this request is passed on as it is: the tenant's Worker
 * sends these headers itself (its app.ts, from the same contract), and taking an answer apart to put it together again
 * costs more than the rest of the way.
 */
export function secure(response: Response, visit: Visit): Response {
  // The one who holds a socket passes it on; it has no headers that a browser would look at.
  if (response.headers.get('x-request-id') === visit.requestId || response.webSocket) return response;
  const page = response.headers.get('content-type')?.startsWith('text/html') ?? false;
  const wanted = answerHeaders({ requestId: visit.requestId, origin: visit.host?.origin ?? '' });
  // What was fetched cannot be written to; what was made here can, and a copy of it would cost as much as the answer.
  const secured = visit.record.outcome === 'forwarded' ? new Response(response.body, response) : response;
  for (const [name, value] of Object.entries(wanted)) {
    if (name === 'content-security-policy' && page) continue;
    // The card of a link, which other sites show.
    if (
      name === 'cross-origin-resource-policy' &&
      visit.record.outcome !== 'forwarded' &&
      secured.headers.has(name)
    )
      continue;
    secured.headers.set(name, value);
  }
  if (page) {
    // The origin alone, also to ourselves: a callback's path and query end up in nobody's log.
    secured.headers.set('referrer-policy', 'strict-origin');
    secured.headers.set('permissions-policy', PERMISSIONS_POLICY);
    secured.headers.set('cross-origin-opener-policy', 'same-origin');
  }
  if (!secured.headers.has('cache-control')) secured.headers.set('cache-control', 'private, no-store');
  return secured;
}
