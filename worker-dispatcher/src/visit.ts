/** One request on its way through the dispatcher: made by index.ts, handed to every step. */
import type { Isolate } from './isolate.ts';
import type { RequestedHost } from './requested-host.ts';

/** What the request's log line says at the end; steps fill it in as they learn it. */
export interface VisitRecord {
  tenant: string | null;
  worker: string | null;
  outcome:
    | 'asset'
    | 'branded'
    | 'failed'
    | 'forwarded'
    | 'page'
    | 'refused'
    | 'suspended'
    | 'unavailable'
    | 'unknown';
}

export interface Visit {
  readonly request: Request;
  /** Of the address, without its query; as the URL parser leaves it. */
  readonly path: string;
  /** Made here for every request; a visitor's own x-request-id is not believed. */
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Null when the Host header names nothing that could be a tenant. */
  readonly host: RequestedHost | null;
  readonly isolate: Isolate;
  readonly record: VisitRecord;
  waitUntil(work: Promise<unknown>): void;
}

export function openVisit(request: Request, isolate: Isolate, context: ExecutionContext): Visit {
  return {
    request,
    path: pathOf(request.url),
    requestId: crypto.randomUUID(),
    startedAt: Date.now(),
    host: isolate.hosts.read(request),
    isolate,
    record: { tenant: null, worker: null, outcome: 'failed' },
    waitUntil: (work) => context.waitUntil(work),
  };
}

/** The runtime gives a parsed and normalised URL: its path can be cut out, which costs less than parsing it again. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  const end = url.indexOf('?', start);
  return end === -1 ? url.slice(start) : url.slice(start, end);
}

/**
 * A person opening an address, as opposed to a script, a stylesheet or an API client asking for something: the
 * browser says so (Fetch Metadata), or what is asked for before everything else is a page.
 */
export function isNavigation({ headers }: Request): boolean {
  if (headers.get('sec-fetch-mode') === 'navigate') return true;
  return /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(headers.get('accept') ?? '');
}

/** The visitor's address as Cloudflare saw it; there is no front door on one machine, hence loopback. */
export function clientAddress(request: Request): string {
  return request.headers.get('cf-connecting-ip') ?? '127.0.0.1';
}
