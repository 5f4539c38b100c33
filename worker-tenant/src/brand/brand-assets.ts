/** What is made of a brand when it is published, and stored before anybody sees it. Called by routes/branding.ts. */
import type { BrandAssets } from '../../../contract/brand-versions.ts';
import type { BrandConfig } from '../../../contract/branding.ts';
import { scopedCss } from '../../../contract/custom-css.ts';
import type { BrandFiles } from './brand-files.ts';
import { checkCustomCss } from './custom-css.ts';

export interface BrandToPublish {
  /** Shown where the brand has no name of its own. */
  readonly tenantName: string;
  readonly config: BrandConfig;
}

export async function makeBrandAssets(files: BrandFiles, { config }: BrandToPublish): Promise<BrandAssets> {
  return {
    ...(await storeStylesheet(files, config)),
  };
}

/** What remains after checking, also where whoever publishes has not refused the rest. */
async function storeStylesheet(
  files: BrandFiles,
  { customCss }: BrandConfig,
): Promise<{ stylesheet?: string }> {
  const css = customCss === undefined ? '' : checkCustomCss(customCss).css;
  if (css === '') return {};
  return {
    stylesheet: await files.store('stylesheet', Uint8Array.from(new TextEncoder().encode(scopedCss(css)))),
  };
}
