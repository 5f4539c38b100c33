/** What is made of a brand when it is published, and stored before anybody sees it. Called by routes/branding.ts. */
import type { BrandAssets } from '../../../contract/brand-versions.ts';
import type { BrandConfig } from '../../../contract/branding.ts';
import { scopedCss } from '../../../contract/custom-css.ts';
import type { BrandFiles } from './brand-files.ts';

import { checkCustomCss } from './custom-css.ts';

import { makeSocialCard } from './social-card.ts';

export interface BrandToPublish {
  /** Shown where the brand has no name of its own. */
  readonly tenantName: string;
  readonly config: BrandConfig;
  /** What the log names when something could not be made. */
  readonly requestId: string;
}

export async function makeBrandAssets(files: BrandFiles, brand: BrandToPublish): Promise<BrandAssets> {
  const stylesheet = await storeStylesheet(files, brand.config);
  const socialCard = await makeSocialCard(files, brand);
  return {
    ...(stylesheet === null ? {} : { stylesheet }),
    ...(socialCard === null ? {} : { socialCard }),
  };
}

/** What remains after checking, also where whoever publishes has not refused the rest; null where that is nothing. */
async function storeStylesheet(files: BrandFiles, { customCss }: BrandConfig): Promise<string | null> {
  const css = customCss === undefined ? '' : checkCustomCss(customCss).css;
  if (css === '') return null;
  return files.store('stylesheet', Uint8Array.from(new TextEncoder().encode(scopedCss(css))));
}
