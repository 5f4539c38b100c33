/** The tenant's brand in draft, published and in history, as its functions show it. Called by routes/branding.ts. */
import { z } from 'zod';
import {
  type BrandAssets,
  type Branding,
  type BrandVersions,
  type BrandVersionWithConfig,
  brandingSchema,
  brandVersionsSchema,
  brandVersionWithConfigSchema,
  type DraftInput,
  draftSavedSchema,
  MAX_DIRECTORY_HOSTS,
} from '../../../contract/brand-versions.ts';
import { ask, type DataAccess } from './supabase.ts';

const publishedSchema = z.object({
  number: z.number().int(),
  /** What the front door has to know before the publisher looks, and at which of its hosts. */
  directoryVersion: z.number().int(),
  hostnames: z.array(z.string()).max(MAX_DIRECTORY_HOSTS),
});
export type Published = z.infer<typeof publishedSchema>;

export async function getBranding(access: DataAccess): Promise<Branding> {
  return brandingSchema.parse(await ask(access, (client) => client.rpc('get_branding')));
}

/** DataError `conflict` when the draft is not the one that the editor saw. */
export async function saveDraft(
  access: DataAccess,
  { config, revision, basedOn }: DraftInput,
): Promise<{ revision: number }> {
  const saved = await ask(access, (client) =>
    client.rpc('save_brand_draft', { p_config: config, p_revision: revision, p_based_on: basedOn }),
  );
  return draftSavedSchema.parse(saved);
}

export async function discardDraft(access: DataAccess, revision: number): Promise<{ revision: number }> {
  const left = await ask(access, (client) => client.rpc('discard_brand_draft', { p_revision: revision }));
  return draftSavedSchema.parse(left);
}

interface Publication {
  readonly revision: number;
  readonly basedOn: number;
  readonly note?: string | undefined;
}

/** DataError `conflict` when draft or published version are not the ones that the editor saw. */
export async function publishDraft(
  access: DataAccess,
  { revision, basedOn, note }: Publication,
  assets: BrandAssets,
): Promise<Published> {
  const published = await ask(access, (client) =>
    client.rpc('publish_brand', {
      p_revision: revision,
      p_expected_number: basedOn,
      p_assets: { ...assets },
      ...(note === undefined ? {} : { p_note: note }),
    }),
  );
  return publishedSchema.parse(published);
}

/** Newest first, those before this number. */
export async function listVersions(
  access: DataAccess,
  before: number | null,
  limit: number,
): Promise<BrandVersions> {
  const page = await ask(access, (client) =>
    client.rpc('list_brand_versions', { ...(before === null ? {} : { p_before: before }), p_limit: limit }),
  );
  return brandVersionsSchema.parse(page);
}

/** Null when there is none. */
export async function getVersion(access: DataAccess, number: number): Promise<BrandVersionWithConfig | null> {
  const version = await ask(access, (client) => client.rpc('get_brand_version', { p_number: number }));
  return brandVersionWithConfigSchema.nullable().parse(version);
}

export async function restoreVersion(
  access: DataAccess,
  number: number,
  { published, note }: { readonly published: number; readonly note?: string | undefined },
  assets: BrandAssets,
): Promise<Published> {
  const restored = await ask(access, (client) =>
    client.rpc('restore_brand_version', {
      p_number: number,
      p_expected_number: published,
      p_assets: { ...assets },
      ...(note === undefined ? {} : { p_note: note }),
    }),
  );
  return publishedSchema.parse(restored);
}
