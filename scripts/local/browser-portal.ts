/**
 * What a browser test knows about the portals it drives: each Playwright worker has a stack of its own. Written by
 * browser-tests.ts, read by playwright.config.ts and web/e2e. It imports nothing, so that both may compile it.
 */

export const BROWSER_PORTALS_VARIABLE = 'MARQUEE_BROWSER_PORTALS';
/** Folder for what is kept of failures. */
export const BROWSER_OUTPUT_VARIABLE = 'MARQUEE_BROWSER_OUTPUT';

export interface BrowserPortal {
  /** Portals at `http://<hostname>.localhost:<port>`. */
  readonly port: number;
  /** The same portals with TLS: `https://<hostname>` when the browser resolves every name to this port. */
  readonly tlsPort: number;
  /** The stack's database, as its owner; postgres.js takes it. */
  readonly databaseUrl: string;
  /** Where the stack's mails land, as `.eml` files. */
  readonly mailDirectory: string;
}

/** The portals of all workers, in their order. Throws when the tests were not started by `npm run e2e`. */
export function readBrowserPortals(): readonly BrowserPortal[] {
  const text = process.env[BROWSER_PORTALS_VARIABLE];
  if (!text)
    throw new Error('Browser tests need their portals: start them with npm run e2e [-- files and options].');
  return JSON.parse(text) as BrowserPortal[];
}

/** Those of the Playwright worker that asks. */
export function currentBrowserPortal(): BrowserPortal {
  const index = Number(process.env['TEST_PARALLEL_INDEX'] ?? 0);
  const portal = readBrowserPortals()[index];
  if (!portal) throw new Error(`There are no portals for worker ${index}.`);
  return portal;
}

/** `http://partner-seo.com.localhost:<port>`. */
export function portalOrigin(portal: BrowserPortal, hostname: string): string {
  return `http://${hostname}.localhost:${portal.port}`;
}

/** Chromium's arguments that make `https://<any hostname>` reach these portals, and leave the providers alone. */
export function realHostnamesArguments(portal: BrowserPortal): string[] {
  return [`--host-resolver-rules=MAP * 127.0.0.1:${portal.tlsPort}, EXCLUDE 127.0.0.1, EXCLUDE localhost`];
}
