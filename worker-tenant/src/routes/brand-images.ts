/**
 * /api/branding/assets: pictures for a brand. An upload is decoded and written anew (brand/brand-image.ts), stored under
 * the tenant's own prefix and noted; a draft may name it from then on. The panel shows by GET what no visitor sees yet.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { brandImageSchema, contentHashSchema, IMAGE_SLOTS } from '../../../contract/branding.ts';
import type { ErrorCode } from '../../../contract/errors.ts';
import { ApiError } from '../api-error.ts';
import { makeBrandImage } from '../brand/brand-image.ts';
import { type ImageRefusal, MAX_UPLOAD_BYTES } from '../brand/image-file.ts';
import { addBrandImage } from '../data/brand-images.ts';
import { DataError } from '../data/supabase.ts';
import { readBody } from '../middleware/body-limit.ts';
import { requirePermission } from '../middleware/permission.ts';
import { requireMember } from '../middleware/session.ts';
import { refuseInvalid } from '../middleware/validation.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const permitted = requirePermission('branding');
const slot = z.enum(IMAGE_SLOTS);
const file = z.string().openapi({ type: 'string', format: 'binary' });
const REFUSALS = { ...PROBLEMS.unauthorized, ...PROBLEMS.denied, ...PROBLEMS.unavailable };

const upload = createRoute({
  method: 'put',
  path: '/api/branding/assets/{slot}',
  summary: 'Upload a picture for a draft of the brand',
  middleware: [requireMember, permitted] as const,
  request: {
    params: z.object({ slot }),
    // PNG, JPEG, WebP or ICO, whatever the request says of its type.
    body: { required: true, content: { 'application/octet-stream': { schema: file } } },
  },
  responses: {
    200: {
      description: 'What a draft names it by.',
      content: { 'application/json': { schema: brandImageSchema } },
    },
    ...REFUSALS,
    ...PROBLEMS.noRoom,
    ...PROBLEMS.pictureTooLarge,
    ...PROBLEMS.pictureTypeUnsupported,
    ...PROBLEMS.pictureUnreadable,
  },
});

const show = createRoute({
  method: 'get',
  path: '/api/branding/assets/{slot}/{hash}',
  summary: 'An uploaded picture, published or not',
  middleware: [requireMember, permitted] as const,
  request: { params: z.object({ slot, hash: contentHashSchema }) },
  responses: {
    200: { description: 'The picture.', content: { 'image/png': { schema: file } } },
    ...PROBLEMS.notFound,
    ...PROBLEMS.invalid,
    ...REFUSALS,
  },
});

const REFUSED_AS: Readonly<Record<ImageRefusal, ErrorCode>> = {
  type: 'image_type_unsupported',
  too_large: 'image_too_large',
  unreadable: 'image_unreadable',
};

export const brandImages = new OpenAPIHono<RequestEnvironment>({ defaultHook: refuseInvalid })
  .openapi(upload, async (c) => {
    const { data, isolate, tenant } = c.var;
    const { slot } = c.req.valid('param');
    const sent = await readBody(c.req.raw, MAX_UPLOAD_BYTES);
    if (sent === null) throw new ApiError('image_too_large', { detail: 'At most 2 MB' });
    const made = await makeBrandImage(slot, sent);
    if (!made.ok) throw new ApiError(REFUSED_AS[made.error]);
    const { png, width, height } = made.value;
    const files = isolate.brandFiles(tenant);
    // The file first: a row always has its file. Without a row a file cannot be named by any draft.
    const hash = await files.store(slot, png);
    const image = { hash, width, height };
    const removed = await addBrandImage(data, slot, image, png.length).catch(async (error: unknown) => {
      // Only a picture that is not there yet finds no room: its file has no row.
      if (error instanceof DataError && error.refusal === 'too_many_images') await files.remove(slot, [hash]);
      throw error;
    });
    await files.remove(slot, removed);
    return c.json(image, 200);
  })
  .openapi(show, async (c) => {
    const { slot, hash } = c.req.valid('param');
    const stored = await c.var.isolate.brandFiles(c.var.tenant).read(slot, hash);
    if (stored === null) throw new ApiError('not_found');
    c.header('content-type', 'image/png');
    c.header('content-length', String(stored.size));
    return c.body(stored.body, 200) as never;
  });
