/** What is made of a brand when it is published, and stored before anybody sees it. Called by routes/branding.ts. */
import type { BrandAssets } from '../../../contract/brand-versions.ts';
import type { BrandConfig } from '../../../contract/branding.ts';
import type { BrandFiles } from './brand-files.ts';
import { makeSocialCard } from './social-card.ts';

export interface BrandToPublish {
  /** Shown where the brand has no name of its own. */
  readonly tenantName: string;
  readonly config: BrandConfig;
  /** What the log names when something could not be made. */
  readonly requestId: string;
}

export async function makeBrandAssets(files: BrandFiles, brand: BrandToPublish): Promise<BrandAssets> {
  const socialCard = await makeSocialCard(files, brand);
  return socialCard === null ? {} : { socialCard };
}
