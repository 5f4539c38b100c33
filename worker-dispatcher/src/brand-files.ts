/**
 * What a tenant's admins uploaded and what their publish made: served from the shared bucket, at the portal's own
 * hostnames alone, and only what the brand names that is published. Called by index.ts for their paths.
 */
import { BRAND_FILES, type BrandFile, brandFileKey } from '../../contract/brand-files.ts';
import { cachingHeaders, hasCurrent } from './entity-tag.ts';
import { logEvent } from './metrics.ts';
import type { Portal } from './portal.ts';
import { answerProblem } from './system-pages.ts';
import type { Visit } from './visit.ts';

const BY_PATH: ReadonlyMap<string, BrandFile> = new Map(
  (Object.keys(BRAND_FILES) as BrandFile[]).map((file) => [BRAND_FILES[file].path, file]),
);

export function brandFileAt(path: string): BrandFile | undefined {
  return BY_PATH.get(path);
}

/** Hash of a file of the published brand; undefined where it has none. */
export function brandFileHash({ tenant, brand }: Portal, file: BrandFile): string | undefined {
  if (file === 'socialCard' || file === 'stylesheet') return tenant.brandAdditions[file];
  return brand.images[file]?.hash;
}

export async function answerBrandFile(visit: Visit, portal: Portal, file: BrandFile): Promise<Response> {
  const hash = brandFileHash(portal, file);
  if (hash === undefined) return answerProblem(visit, 'not_found');
  const { extension, contentType } = BRAND_FILES[file];
  const headers = {
    ...cachingHeaders(visit.request, hash.slice(0, 16)),
    'content-type': contentType,
    // Made to be shown elsewhere; everything else is the portal's alone.
    ...(file === 'socialCard' ? { 'cross-origin-resource-policy': 'cross-origin' } : {}),
  };
  if (hasCurrent(visit.request, headers.etag)) return new Response(null, { status: 304, headers });

  const key = brandFileKey(portal.tenant.tenantId, hash, extension);
  const withBody = visit.request.method !== 'HEAD';
  const stored = await (withBody ? visit.isolate.brandFiles.get(key) : visit.isolate.brandFiles.head(key));
  if (stored === null) {
    logEvent('brand_file_missing', {
      requestId: visit.requestId,
      tenant: portal.tenant.tenantId,
      file,
      hash,
    });
    return answerProblem(visit, 'not_found');
  }
  return new Response(isRead(stored) ? stored.body : null, {
    headers: { ...headers, 'content-length': String(stored.size) },
  });
}

/** For HEAD the store is asked about the file, not for it. */
function isRead(stored: R2Object): stored is R2ObjectBody {
  return 'body' in stored;
}
