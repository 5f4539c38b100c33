/** Pictures that were uploaded for a brand: `public.brand_images`. Called by routes/brand-images.ts. */
import { z } from 'zod';
import { type BrandImage, contentHashSchema, type ImageSlot } from '../../../contract/branding.ts';
import { ask, type DataAccess } from './supabase.ts';

const addedSchema = z.object({ removed: z.array(contentHashSchema) });

/** Answers the hashes of the pictures that made room. DataError `too_many_images` when there is none to remove. */
export async function addBrandImage(
  access: DataAccess,
  slot: ImageSlot,
  { hash, width, height }: BrandImage,
  bytes: number,
): Promise<readonly string[]> {
  const added = await ask(access, (client) =>
    client.rpc('add_brand_image', {
      p_hash: hash,
      p_slot: slot,
      p_width: width,
      p_height: height,
      p_bytes: bytes,
    }),
  );
  return addedSchema.parse(added).removed;
}
