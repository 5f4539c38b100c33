/**
 * Drafts and versions of a brand: requests and answers of /api/branding. The tenant Worker validates with these, the
 * branding page takes its types from them; what differs between two brands is told alike on both sides.
 */
import { z } from 'zod';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from './api.ts';
import { type BrandConfig, brandConfigSchema, brandImageSchema, contentHashSchema } from './branding.ts';

/** On the answer to a publish: the directory's version that the front door has to have before it answers. */
export const DIRECTORY_VERSION_HEADER = 'x-directory-version';
/** Beside it: the hostnames that show the change, with spaces between. */
export const DIRECTORY_HOSTS_HEADER = 'x-directory-hosts';
export const MAX_DIRECTORY_HOSTS = 20;

const timestamp = z.iso.datetime({ offset: true });
/** Fits the database's integer. */
const count = z.number().int().max(2_147_483_647);
const number = count.min(1);
export const MAX_NOTE_LENGTH = 200;
const note = z
  .string()
  .min(1)
  .max(MAX_NOTE_LENGTH)
  .regex(/^\P{Cc}*$/u);
/** Null for the operator, and for who is no member any more. */
const personSchema = z.object({ id: z.uuid(), name: z.string().nullable() }).nullable();

export const brandVersionSchema = z.object({
  number,
  publishedAt: timestamp,
  publishedBy: personSchema,
  note: z.string().nullable(),
  restoredFrom: number.nullable(),
});
export type BrandVersion = z.infer<typeof brandVersionSchema>;

/** As much of a brand as a small picture of it needs. */
export const brandLookSchema = brandConfigSchema.pick({
  name: true,
  monogram: true,
  colors: true,
  radius: true,
});
export type BrandLook = z.infer<typeof brandLookSchema>;
export const brandVersionListedSchema = brandVersionSchema.extend({
  look: brandLookSchema,
  logo: brandImageSchema.nullable(),
});
export type BrandVersionListed = z.infer<typeof brandVersionListedSchema>;

export const brandVersionWithConfigSchema = brandVersionSchema.extend({ config: brandConfigSchema });
export type BrandVersionWithConfig = z.infer<typeof brandVersionWithConfigSchema>;

export const brandVersionsSchema = z.object({
  items: z.array(brandVersionListedSchema),
  nextCursor: z.string().nullable(),
});
export type BrandVersions = z.infer<typeof brandVersionsSchema>;

/** The cursor is the number of the previous page's last version. */
export const brandVersionsQuerySchema = z.object({
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
});

export const brandingSchema = z.object({
  draft: z
    .object({ config: brandConfigSchema, basedOn: number, updatedBy: personSchema, updatedAt: timestamp })
    .nullable(),
  /** Of the draft, and of the place for one: grows with every change; 0 before there ever was a draft. */
  revision: count.min(0),
  published: z.object({
    config: brandConfigSchema,
    /** 1 before the first publish. */
    number,
    publishedAt: timestamp.nullable(),
    publishedBy: personSchema,
  }),
});
export type Branding = z.infer<typeof brandingSchema>;

/** What the editor saw goes with every change; 409 when it is no longer so. */
export const draftInputSchema = z.strictObject({
  config: brandConfigSchema,
  revision: count.min(0),
  basedOn: number,
});
export type DraftInput = z.infer<typeof draftInputSchema>;
export const draftSavedSchema = z.object({ revision: number });
export const discardQuerySchema = z.object({ revision: z.coerce.number().int().min(1).max(2_147_483_647) });

/** What a publish makes of a brand and stores before the brand is seen: names of files in the tenant's store. */
export const brandAssetsSchema = z.strictObject({
  stylesheet: contentHashSchema.optional(),
  socialCard: contentHashSchema.optional(),
});
export type BrandAssets = z.infer<typeof brandAssetsSchema>;

export const publishInputSchema = z.strictObject({
  revision: number,
  basedOn: number,
  note: note.optional(),
});
export const restoreInputSchema = z.strictObject({
  /** What is published now. */
  published: number,
  note: note.optional(),
});
export const publishedSchema = z.object({ number });

export interface BrandChange {
  /** JSON Pointer into the brand: `/colors/dark/primary`. */
  readonly pointer: string;
  /** Null where nothing is set. */
  readonly before: BrandToken | null;
  readonly after: BrandToken | null;
}
/** A picture is its content's hash. */
export type BrandToken = string | number | boolean;

/** What differs between two brands, token by token. */
export function brandChanges(before: BrandConfig, after: BrandConfig): BrandChange[] {
  const [from, to] = [tokensOf(before), tokensOf(after)];
  return [...new Set([...from.keys(), ...to.keys()])].sort().flatMap((pointer) => {
    const change = { pointer, before: from.get(pointer) ?? null, after: to.get(pointer) ?? null };
    return change.before === change.after ? [] : [change];
  });
}

function tokensOf({ colors, images, ...rest }: BrandConfig): Map<string, BrandToken> {
  const tokens = new Map<string, BrandToken>();
  for (const [key, value] of Object.entries(rest)) {
    if (value !== undefined) tokens.set(`/${key}`, value);
  }
  for (const scheme of ['light', 'dark'] as const) {
    for (const [key, value] of Object.entries(colors?.[scheme] ?? {})) {
      if (value !== undefined) tokens.set(`/colors/${scheme}/${key}`, value.toLowerCase());
    }
  }
  for (const [slot, image] of Object.entries(images ?? {})) {
    if (image !== undefined) tokens.set(`/images/${slot}`, image.hash);
  }
  return tokens;
}
