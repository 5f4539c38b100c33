/** What is made of a brand when it is published, and stored before anybody sees it. Called by routes/branding.ts. */
import type { BrandAssets } from '../../../contract/brand-versions.ts';
import type { BrandConfig } from '../../../contract/branding.ts';
import type { BrandFiles } from './brand-files.ts';

export interface BrandToPublish {
  /** Shown where the brand has no name of its own. */
  readonly tenantName: string;
  readonly config: BrandConfig;
}

export async function makeBrandAssets(_files: BrandFiles, _brand: BrandToPublish): Promise<BrandAssets> {
  return {};
}
