/**
 * A publish is seen by its publisher on the next page load, wherever that is answered. The tenant's Worker says which
 * version of the directory it wrote (upstream.ts), and a cookie carries that number to isolates and locations whose
 * memory and KV are still behind; called by index.ts for pages. The cookie is a hint, not a fact: it chooses nothing,
 * it only makes an isolate ask, and no oftener than the directory allows.
 */
import { type OpenPortal, type ResolvedHost, resolveTenant } from './resolve-tenant.ts';
import type { Visitor } from './tenant-directory.ts';
import { clientAddress, type Visit } from './visit.ts';

const COOKIE = '__Host-brand-version';
/** By then every memory and every copy in KV has run out. */
const COOKIE_SECONDS = 300;
/** Versions start at the clock in milliseconds and grow by one a change: none lies far ahead of it. */
const PLAUSIBLY_AHEAD_MILLISECONDS = 24 * 60 * 60 * 1000;
const IN_COOKIES = new RegExp(`(?:^|;\\s*)${COOKIE}=(\\d{1,15})(?:;|$)`);

export function rememberVersion(version: number): string {
  return `${COOKIE}=${version}; Max-Age=${COOKIE_SECONDS}; Path=/; HttpOnly; Secure; SameSite=Lax`;
}

/** Null for what is no version of a directory. */
export function readVersion(value: string | null | undefined): number | null {
  return value && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** The portal of a page, not older than what the visitor has published, as far as the database can tell right now. */
export function newestPortal(visit: Visit, open: OpenPortal): OpenPortal | Promise<ResolvedHost> {
  const cookies = visit.request.headers.get('cookie');
  if (cookies === null) return open;
  const version = readVersion(IN_COOKIES.exec(cookies)?.[1]);
  if (version === null || version <= open.portal.version) return open;
  if (version > visit.startedAt + PLAUSIBLY_AHEAD_MILLISECONDS) return open;
  return lookAgain(visit, open, version);
}

async function lookAgain(visit: Visit, open: OpenPortal, version: number): Promise<ResolvedHost> {
  const { directory } = visit.isolate;
  const newer = await directory.followHint(open.host.hostname, version, visitorOf(visit));
  return newer ? resolveTenant(visit) : open;
}

export function visitorOf(visit: Visit): Visitor {
  return { address: clientAddress(visit.request), waitUntil: visit.waitUntil };
}
