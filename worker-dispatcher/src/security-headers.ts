/** The headers that every answer carries, and the content security policies; called by index.ts and whoever makes HTML. */
import type { Visit } from './visit.ts';

const ONE_YEAR_SECONDS = 31_536_000;

const PERMISSIONS_POLICY =
  'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()';

/** The portal: our own scripts by nonce only, so that no markup that slips in can run anything, not even our files. */
export function portalPolicy(nonce: string, localHost: string | null): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    // Avatars come from where members signed in.
    "img-src 'self' data: blob: https://avatars.githubusercontent.com https://*.googleusercontent.com",
    "font-src 'self'",
    // The socket over which Vite replaces modules, in development alone.
    `connect-src 'self'${localHost === null ? '' : ` ws://${localHost}`}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(localHost === null ? ['upgrade-insecure-requests'] : []),
  ].join('; ');
}

/** A system page: nothing but its own style and inline picture. */
export function pagePolicy(nonce: string): string {
  return `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

/** What is no document: should a browser ever render it as one, nothing in it runs. */
const INERT_POLICY = "default-src 'none'; frame-ancestors 'none'";

export function createNonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
}

/**
 * Puts the headers on an answer on its way out. `response` must be one whose headers may be changed. HSTS says
 * nothing about subdomains and asks for no preload: the zone is the partner's (RFC 6797 §6.1).
 */
export function secure(response: Response, visit: Visit): Response {
  const { headers } = response;
  headers.set('x-request-id', visit.requestId);
  headers.set('x-content-type-options', 'nosniff');
  // The origin alone, also to ourselves: a callback's path and query end up in nobody's log.
  headers.set('referrer-policy', 'strict-origin');
  headers.set('cross-origin-resource-policy', 'same-origin');
  if (visit.host !== null && !visit.host.local)
    headers.set('strict-transport-security', `max-age=${ONE_YEAR_SECONDS}`);
  if (headers.get('content-type')?.startsWith('text/html')) {
    headers.set('permissions-policy', PERMISSIONS_POLICY);
    headers.set('cross-origin-opener-policy', 'same-origin');
  }
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', INERT_POLICY);
  return response;
}
