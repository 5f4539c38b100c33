/**
 * The way to the tenant's Worker: what a visitor may not claim is dropped, what the dispatcher knows is added, and
 * bodies, streams and WebSockets pass as they are. Called by index.ts for /api and /auth.
 */
import {
  DIRECTORY_HOSTS_HEADER,
  DIRECTORY_VERSION_HEADER,
  MAX_DIRECTORY_HOSTS,
} from '../../contract/brand-versions.ts';
import { PROBLEM_CONTENT_TYPE, type Problem, problem, problemSchema } from '../../contract/errors.ts';
import { parseHostname } from '../../contract/hostnames.ts';
import { TENANT_CONTEXT_HEADER } from '../../contract/tenant-context.ts';
import type { SubscriptionTier } from '../../contract/tenants.ts';
import { readVersion, rememberVersion, visitorOf } from './brand-version.ts';
import { answerBrandedHtml } from './branded-html.ts';
import type { Isolate } from './isolate.ts';
import { logEvent } from './metrics.ts';
import type { OpenPortal } from './resolve-tenant.ts';
import { answerSystem } from './system-pages.ts';
import { clientAddress, isNavigation, type Visit } from './visit.ts';

const RETRY_AFTER_SECONDS = 5;

/**
 * Headers by which a visitor could pass as somebody else or as coming from elsewhere: our own (`x-tenant-*`,
 * `x-client-*`, `x-directory-*`, `x-request-id`), proxies' (`forwarded`, `x-forwarded-*`, `x-real-ip`), path and method
 * overrides that frameworks honour, and Cloudflare's (`cf-*`, and `cloudflare-workers-version-*`, which picks a Worker's
 * version).
 */
const SPOOFABLE =
  /^(?:x-(?:tenant|client|directory|forwarded|original|rewrite|real|middleware)-|x-(?:request-id|host|http-method)|x-method-override$|forwarded$|via$|true-client-ip$|fastly-client-ip$|cf-|cloudflare-)/;

const LIMITS: Record<SubscriptionTier, DynamicDispatchLimits> = {
  starter: { cpuMs: 50, subRequests: 50 },
  growth: { cpuMs: 100, subRequests: 100 },
  enterprise: { cpuMs: 250, subRequests: 200 },
};

/** A publish renders a picture, an upload decodes one: more than any plan's everyday limit. Few may, and seldom do. */
const PICTURES_CPU_MS = 3000;

function limitsOf(tier: SubscriptionTier, { path, request }: Visit): DynamicDispatchLimits {
  const pictures = request.method !== 'GET' && path.startsWith('/api/branding/');
  return pictures ? { ...LIMITS[tier], cpuMs: PICTURES_CPU_MS } : LIMITS[tier];
}

export function isTenantWorkerPath(path: string): boolean {
  return path.startsWith('/api/') || path.startsWith('/auth/') || path === '/api' || path === '/auth';
}

export async function answerFromTenantWorker(visit: Visit, open: OpenPortal): Promise<Response> {
  const { isolate, record } = visit;
  const { portal, host } = open;
  record.worker = physicalName(portal.tenant.worker, isolate.configuration.release);
  const signed = isolate.contexts.tokenFor(portal, host, visit.startedAt);
  const headers = headersFor(visit, signed instanceof Promise ? await signed : signed);
  let response: Response;
  try {
    // The stand-in for the namespace answers `get` with a promise; the real one answers at once.
    const worker = await isolate.namespace.get(
      record.worker,
      {},
      { limits: limitsOf(portal.tenant.tier, visit) },
    );
    // The parts instead of a copy of the request: as workerd has it, the copy costs as much as a whole empty Worker.
    // What is left out ends here on purpose: `request.cf`, since the namespace is untrusted.
    const { url, method, body } = visit.request;
    response = await worker.fetch(url, { method, headers, body, redirect: 'manual' });
  } catch (error) {
    // Missing, throwing, or over its limits: no other Worker is tried, least of all another tenant's.
    record.outcome = 'unavailable';
    logEvent('upstream_failed', {
      requestId: visit.requestId,
      tenant: portal.tenant.tenantId,
      worker: record.worker,
      reason: error instanceof Error ? error.message.slice(0, 200) : 'unknown',
    });
    return answerSystem(visit, 'upstream_unavailable', { portal, retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  record.outcome = 'forwarded';
  // What changes the directory is never asked by GET: reading costs no look at the answer's headers.
  if (visit.request.method !== 'GET') {
    const version = readVersion(response.headers.get(DIRECTORY_VERSION_HEADER));
    if (version !== null) return showChange(visit, open, response, version);
  }
  const refused = visit.path.startsWith('/auth/') && isProblem(response) && isNavigation(visit.request);
  return refused ? showProblem(visit, open, response) : response;
}

/** Namespace scripts cannot be rolled back: each release uploads its own, and the dispatcher names its release's. */
function physicalName(worker: string, release: string): string {
  return release === '' ? worker : `${worker}--${release}`;
}

/** The visitor's headers without what may not be claimed, and with what the dispatcher knows. */
function headersFor({ request, path, requestId, isolate }: Visit, token: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) {
    if (!SPOOFABLE.test(name)) headers[name] = value;
  }
  headers[TENANT_CONTEXT_HEADER] = token;
  headers['x-request-id'] = requestId;
  // Signing in is limited by address and notes where it happened; nothing else asks where a visitor is.
  if (path.startsWith('/auth/')) {
    headers['x-client-address'] = clientAddress(request);
    const location = clientLocation(request, isolate);
    if (location !== null) headers['x-client-location'] = location;
  }
  return headers;
}

/** The tenant's Worker has published a brand: the directory has it before the answer says so. */
async function showChange(
  visit: Visit,
  { host }: OpenPortal,
  response: Response,
  version: number,
): Promise<Response> {
  const { directory } = visit.isolate;
  const visitor = visitorOf(visit);
  await directory.catchUp(host.hostname, version, visitor);
  const named = response.headers.get(DIRECTORY_HOSTS_HEADER)?.split(' ', MAX_DIRECTORY_HOSTS) ?? [];
  for (const name of named) {
    const parsed = parseHostname(name);
    // Behind the answer's back: nobody is waiting in front of the others.
    if (parsed.ok) visit.waitUntil(directory.catchUp(parsed.value, version, visitor));
  }
  const headers = new Headers(response.headers);
  headers.delete(DIRECTORY_VERSION_HEADER);
  headers.delete(DIRECTORY_HOSTS_HEADER);
  headers.append('set-cookie', rememberVersion(version));
  return new Response(response.body, { status: response.status, headers });
}

function isProblem(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith(PROBLEM_CONTENT_TYPE) ?? false;
}

/** A refused step of signing in, shown to the person in front of it: the app with the problem in its boot block. */
async function showProblem(visit: Visit, open: OpenPortal, response: Response): Promise<Response> {
  const headers = new Headers();
  for (const cookie of response.headers.getSetCookie()) headers.append('set-cookie', cookie);
  const retryAfter = response.headers.get('retry-after');
  if (retryAfter !== null) headers.set('retry-after', retryAfter);
  const shown = await readProblem(visit, response);
  return answerBrandedHtml(visit, open, { status: response.status, problem: shown, headers });
}

async function readProblem(visit: Visit, response: Response): Promise<Problem> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => null));
  if (parsed.success) return { ...parsed.data, requestId: visit.requestId };
  // Something said "problem" and sent none: the person is told that it failed, the operator sees the status.
  return problem('internal_error', visit.requestId);
}

/** `City, CC` as Cloudflare guesses it; null on one machine, where the runtime makes something up. */
function clientLocation(request: Request, isolate: Isolate): string | null {
  if (isolate.configuration.localHostSuffix !== '') return null;
  const { city, country } = request.cf ?? {};
  if (typeof country !== 'string') return null;
  // Header values are bytes: `São Paulo` goes as `Sao Paulo`.
  const plain = typeof city === 'string' ? city.normalize('NFKD').replace(/[^\x20-\x7e]/g, '') : '';
  return plain === '' ? country : `${plain.slice(0, 64)}, ${country}`;
}
