/** Where a visitor goes after signing in. Used on both ways: written into the sign-in link, and read back from it. */

const BASE = 'https://portal.invalid';
/** Ways that are not pages: going there after sign-in would start the next sign-in, or show raw data. */
const NO_PAGE = /^\/(?:auth|api|sign-in)(?:\/|$)/;

/**
 * A path of this origin, else `/`. Refuses other origins in every spelling a browser would follow: `//host`, `/\host`,
 * control characters that a URL parser drops, and encoded forms that decode to these.
 */
export function safeNextPath(value: string | null | undefined): string {
  if (!value || value.length > 2048 || !value.startsWith('/')) return '/';
  if (/[\\\p{Cc}]/u.test(value) || value.startsWith('//')) return '/';
  if (!URL.canParse(value, BASE)) return '/';
  const url = new URL(value, BASE);
  if (url.origin !== BASE || url.pathname.startsWith('//') || NO_PAGE.test(url.pathname)) return '/';
  return url.pathname + url.search + url.hash;
}

/** The sign-in page's address that leads back to `next`. */
export function signInPath(next: string, error?: string): string {
  const query = new URLSearchParams();
  const path = safeNextPath(next);
  if (path !== '/') query.set('next', path);
  if (error !== undefined) query.set('error', error);
  return query.size === 0 ? '/sign-in' : `/sign-in?${query}`;
}
