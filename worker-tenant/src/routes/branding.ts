/**
 * /api/branding: the draft of the brand, publishing it, history and going back. Who may is asked of the database
 * (permission `branding`); what cannot be read is refused here (contract/contrast.ts).
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import {
  type BrandAssets,
  type BrandChange,
  brandChanges,
  brandingSchema,
  brandVersionsQuerySchema,
  brandVersionsSchema,
  brandVersionWithConfigSchema,
  DIRECTORY_HOSTS_HEADER,
  DIRECTORY_VERSION_HEADER,
  discardQuerySchema,
  draftInputSchema,
  draftSavedSchema,
  publishedSchema,
  publishInputSchema,
  restoreInputSchema,
} from '../../../contract/brand-versions.ts';
import { type BrandConfig, MAX_CUSTOM_CSS_BYTES } from '../../../contract/branding.ts';
import { contrastDetail, contrastFailures } from '../../../contract/contrast.ts';
import { cssCheckInputSchema, cssCheckSchema, refusalDetail } from '../../../contract/custom-css.ts';
import { choosesPoweredBy } from '../../../contract/entitlements.ts';
import { ApiError } from '../api-error.ts';
import { makeBrandAssets } from '../brand/brand-assets.ts';
import { checkCustomCss } from '../brand/custom-css.ts';
import {
  discardDraft,
  getBranding,
  getVersion,
  listVersions,
  type Published,
  publishDraft,
  restoreVersion,
  saveDraft,
} from '../data/brand-versions.ts';
import { type DataAccess, DataError } from '../data/supabase.ts';
import { limitBody } from '../middleware/body-limit.ts';
import { requirePermission } from '../middleware/permission.ts';
import { requireMember } from '../middleware/session.ts';
import { refuseInvalid } from '../middleware/validation.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const permitted = requirePermission('branding');

/** A brand has a few kilobytes, and custom CSS of which JSON may write each byte as six. */
const LONGEST_BODY_BYTES = 32 * 1024 + 6 * MAX_CUSTOM_CSS_BYTES;

const limited = limitBody(LONGEST_BODY_BYTES);
const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } });
const params = z.object({ number: z.coerce.number().int().min(1).max(2_147_483_647) });
const REFUSALS = {
  ...PROBLEMS.unauthorized,
  ...PROBLEMS.denied,
  ...PROBLEMS.invalid,
  ...PROBLEMS.unavailable,
};

const read = createRoute({
  method: 'get',
  path: '/api/branding',
  summary: 'The draft of the brand, and what is published',
  middleware: [requireMember, permitted] as const,
  responses: { 200: { description: 'Both.', content: json(brandingSchema) }, ...REFUSALS },
});

const save = createRoute({
  method: 'put',
  path: '/api/branding',
  summary: 'Write the draft over the revision that was seen',
  middleware: [requireMember, permitted] as const,
  request: { body: { required: true, content: json(draftInputSchema) } },
  responses: {
    200: { description: 'Its new revision.', content: json(draftSavedSchema) },
    ...PROBLEMS.conflict,
    ...REFUSALS,
  },
});

const discard = createRoute({
  method: 'delete',
  path: '/api/branding',
  summary: 'Discard the draft that was seen',
  middleware: [requireMember, permitted] as const,
  request: { query: discardQuerySchema },
  responses: {
    200: { description: 'The revision after it.', content: json(draftSavedSchema) },
    ...PROBLEMS.conflict,
    ...REFUSALS,
  },
});

const publish = createRoute({
  method: 'post',
  path: '/api/branding/publish',
  summary: 'Publish the draft that was seen',
  middleware: [requireMember, permitted] as const,
  request: { body: { required: true, content: json(publishInputSchema) } },
  responses: {
    200: { description: 'Its number.', content: json(publishedSchema) },
    ...PROBLEMS.conflict,
    ...REFUSALS,
  },
});

const list = createRoute({
  method: 'get',
  path: '/api/branding/versions',
  summary: 'What was published, newest first',
  middleware: [requireMember, permitted] as const,
  request: { query: brandVersionsQuerySchema },
  responses: { 200: { description: 'A page of it.', content: json(brandVersionsSchema) }, ...REFUSALS },
});

const show = createRoute({
  method: 'get',
  path: '/api/branding/versions/{number}',
  summary: 'One published version with its brand',
  middleware: [requireMember, permitted] as const,
  request: { params },
  responses: {
    200: { description: 'The version.', content: json(brandVersionWithConfigSchema) },
    ...PROBLEMS.notFound,
    ...REFUSALS,
  },
});

const restore = createRoute({
  method: 'post',
  path: '/api/branding/versions/{number}/restore',
  summary: 'Publish an earlier version once more',
  middleware: [requireMember, permitted] as const,
  request: { params, body: { required: true, content: json(restoreInputSchema) } },
  responses: {
    200: { description: 'Its new number.', content: json(publishedSchema) },
    ...PROBLEMS.notFound,
    ...PROBLEMS.conflict,
    ...REFUSALS,
  },
});

const checkCss = createRoute({
  method: 'post',
  path: '/api/branding/custom-css',
  summary: 'Check custom CSS without keeping it',
  middleware: [requireMember, permitted] as const,
  request: { body: { required: true, content: json(cssCheckInputSchema) } },
  responses: {
    200: { description: 'What remains of it, and each refused line.', content: json(cssCheckSchema) },
    ...REFUSALS,
  },
});

const routes = new OpenAPIHono<RequestEnvironment>({ defaultHook: refuseInvalid });
routes.use('/api/branding/*', limited);

export const branding = routes
  .openapi(read, async (c) => c.json(await getBranding(c.var.data), 200))
  .openapi(save, async (c) => c.json(await saveDraft(c.var.data, c.req.valid('json')), 200))
  .openapi(discard, async (c) => c.json(await discardDraft(c.var.data, c.req.valid('query').revision), 200))
  .openapi(publish, async (c) => {
    const input = c.req.valid('json');
    const { draft, revision } = await getBranding(c.var.data);
    // Judged is the revision that is then published: another one is a conflict.
    const seen = draft !== null && revision === input.revision ? draft.config : null;
    const assets = seen === null ? {} : await prepare(c.var, seen);
    const published = await publishDraft(c.var.data, input, assets).catch((error: unknown) =>
      explainConflict(c.var.data, error, input.basedOn),
    );
    return c.json({ number: published.number }, 200, headersOf(published));
  })
  .openapi(checkCss, (c) => c.json(checkCustomCss(c.req.valid('json').css), 200))
  .openapi(list, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    return c.json(await listVersions(c.var.data, cursor === undefined ? null : Number(cursor), limit), 200);
  })
  .openapi(show, async (c) => {
    const version = await getVersion(c.var.data, c.req.valid('param').number);
    if (version === null) throw new ApiError('not_found');
    return c.json(version, 200);
  })
  .openapi(restore, async (c) => {
    const input = c.req.valid('json');
    const version = await getVersion(c.var.data, c.req.valid('param').number);
    if (version === null) throw new ApiError('not_found');
    const assets = await prepare(c.var, version.config);
    const restored = await restoreVersion(c.var.data, version.number, input, assets).catch((error: unknown) =>
      explainConflict(c.var.data, error, input.published),
    );
    return c.json({ number: restored.number }, 200, headersOf(restored));
  });

/** For the front door, which takes them off the answer. */
function headersOf({ directoryVersion, hostnames }: Published): Record<string, string> {
  return {
    [DIRECTORY_VERSION_HEADER]: String(directoryVersion),
    [DIRECTORY_HOSTS_HEADER]: hostnames.join(' '),
  };
}

/** What cannot be read is refused; what is made of the rest is stored before anybody can see it. */
function prepare(
  { isolate, requestId, tenant }: RequestEnvironment['Variables'],
  config: BrandConfig,
): Promise<BrandAssets> {
  refuseUnreadable(config);
  refuseCustomCss(config);
  if (config.poweredBy === false && !choosesPoweredBy(tenant.tier)) {
    throw new ApiError('validation_failed', {
      detail: 'The plan of this portal does not include this',
      errors: [
        { pointer: '/poweredBy', detail: 'The plan of this portal always shows who it is powered by' },
      ],
    });
  }
  return makeBrandAssets(isolate.brandFiles(tenant), { tenantName: tenant.name, config, requestId });
}

function refuseUnreadable(config: BrandConfig): void {
  const failures = contrastFailures(config);
  if (failures.length === 0) return;
  throw new ApiError('validation_failed', {
    detail: 'Some colours cannot be read',
    errors: failures.map((failure) => ({ pointer: failure.pointer, detail: contrastDetail(failure) })),
  });
}

function refuseCustomCss({ customCss }: BrandConfig): void {
  const { refusals } = checkCustomCss(customCss ?? '');
  if (refusals.length === 0) return;
  throw new ApiError('validation_failed', {
    detail: 'Some lines of the custom CSS are not allowed',
    errors: refusals.map((refusal) => ({ pointer: '/customCss', detail: refusalDetail(refusal) })),
  });
}

/** A refused publish tells what was published since the version that the editor started from. */
async function explainConflict(data: DataAccess, error: unknown, basedOn: number): Promise<never> {
  if (!(error instanceof DataError && error.refusal === 'conflict')) throw error;
  const [{ published }, base] = await Promise.all([getBranding(data), getVersion(data, basedOn)]);
  const changes = base === null ? [] : brandChanges(base.config, published.config);
  throw new ApiError('conflict', {
    detail:
      published.number === basedOn ? 'The draft has changed' : `Version ${published.number} is published`,
    ...(changes.length === 0 ? {} : { errors: changes.map(describeChange) }),
  });
}

function describeChange({ pointer, after }: BrandChange): { pointer: string; detail: string } {
  if (after === null) return { pointer, detail: 'Cleared' };
  // A stylesheet is too long to be told.
  return { pointer, detail: pointer === '/customCss' ? 'Another one now' : `Now ${after}` };
}
