/**
 * The front door of every brand: a whole request on one screen. Host → tenant, then the tenant's Worker for /api and
 * /auth, the dispatcher itself for everything that carries the brand.
 */
import { answerBrandFile, brandFileAt } from './brand-files.ts';
import { newestPortal } from './brand-version.ts';
import { answerBrandedAsset, isBrandedPath } from './branded-assets.ts';
import { answerBrandedHtml } from './branded-html.ts';
import { isolateFor } from './isolate.ts';
import { logEvent, logRequest } from './metrics.ts';
import type { Portal } from './portal.ts';
import { type OpenPortal, type ResolvedHost, resolveTenant } from './resolve-tenant.ts';
import { secure } from './security-headers.ts';
import { answerFile, isFilePath } from './static-files.ts';
import { answerSupabaseKeys, SUPABASE_KEYS_PATH } from './supabase-keys.ts';
import { answerProblem, answerSystem } from './system-pages.ts';
import { answerFromTenantWorker, isTenantWorkerPath } from './upstream.ts';
import { openVisit, type Visit } from './visit.ts';

export default {
  async fetch(request, env, context): Promise<Response> {
    const visit = openVisit(request, isolateFor(env), context);
    const response = secure(await answer(visit), visit);
    logRequest(visit, response.status);
    return response;
  },
} satisfies ExportedHandler<Env>;

async function answer(visit: Visit): Promise<Response> {
  try {
    const found = resolveTenant(visit);
    return await answerFor(visit, found instanceof Promise ? await found : found);
  } catch (error) {
    // The last resort: a bug must not show the runtime's own error page, which names whose platform this is.
    visit.record.outcome = 'failed';
    logEvent('request_failed', {
      requestId: visit.requestId,
      reason: error instanceof Error ? String(error.stack) : 'unknown',
    });
    return answerSystem(visit, 'internal_error', { portal: null });
  }
}

function answerFor(visit: Visit, resolved: ResolvedHost): Response | Promise<Response> {
  switch (resolved.kind) {
    case 'active':
      visit.record.tenant = resolved.portal.tenant.tenantId;
      return answerForPortal(visit, resolved);
    case 'suspended':
      visit.record.tenant = resolved.portal.tenant.tenantId;
      visit.record.outcome = 'suspended';
      return answerSuspended(visit, resolved.portal);
    case 'unknown':
      visit.record.outcome = 'unknown';
      return answerSystem(visit, 'unknown_host', { portal: null });
    case 'unavailable':
      visit.record.outcome = 'unavailable';
      return answerSystem(visit, 'directory_unavailable', {
        portal: null,
        retryAfterSeconds: resolved.retryAfterSeconds,
      });
    default:
      return resolved satisfies never;
  }
}

/** The notice wears the brand, and so its logo. */
function answerSuspended(visit: Visit, portal: Portal): Response | Promise<Response> {
  const file = brandFileAt(visit.path);
  return visit.request.method === 'GET' && (file === 'logo' || file === 'logoDark')
    ? answerBrandFile(visit, portal, file)
    : answerSystem(visit, 'tenant_suspended', { portal });
}

function answerForPortal(visit: Visit, open: OpenPortal): Response | Promise<Response> {
  const { request, path, record } = visit;
  if (isTenantWorkerPath(path)) return answerFromTenantWorker(visit, open);

  record.outcome = 'refused';
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return answerProblem(visit, 'method_not_allowed');
  if (path === SUPABASE_KEYS_PATH) return answerSupabaseKeys(visit, open.portal);
  if (path === '/favicon.ico' && open.portal.brand.images.favicon !== undefined) {
    record.outcome = 'branded';
    return answerBrandFile(visit, open.portal, 'favicon');
  }
  if (isBrandedPath(path)) {
    record.outcome = 'branded';
    return answerBrandedAsset(visit, open.portal, path);
  }
  const file = brandFileAt(path);
  if (file !== undefined) {
    record.outcome = 'branded';
    return answerBrandFile(visit, open.portal, file);
  }
  if (isFilePath(visit)) return answerFile(visit);
  record.outcome = 'page';
  const newest = newestPortal(visit, open);
  return newest instanceof Promise
    ? newest.then((found) => answerPage(visit, found))
    : answerPage(visit, newest);
}

/** What has been closed since memory last asked is not answered as a page. */
function answerPage(visit: Visit, found: ResolvedHost): Response | Promise<Response> {
  return found.kind === 'active' ? answerBrandedHtml(visit, found) : answerFor(visit, found);
}
