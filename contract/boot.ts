/** The JSON block that the dispatcher writes into the page and the SPA reads before its first render. */
import { z } from 'zod';
import { brandSchema, httpsUrlSchema } from './branding.ts';
import { problemSchema } from './errors.ts';
import { PROVIDERS, TENANT_TYPES } from './tenants.ts';

/** `<script type="application/json" id="boot">` */
export const BOOT_ELEMENT_ID = 'boot';

/** Who the portal runs on, in words and as a link. */
export const poweredBySchema = z.object({ name: z.string().min(1).max(60), url: httpsUrlSchema });
export type PoweredBy = z.infer<typeof poweredBySchema>;

export const bootSchema = z.object({
  tenant: z.object({ name: z.string(), type: z.enum(TENANT_TYPES) }),
  brand: brandSchema,
  /** Providers that can be used on this hostname; empty when none is set up yet. */
  providers: z.array(z.enum(PROVIDERS)),
  /** Set when the page stands in for a refused request (a sign-in callback that failed, for one). */
  problem: problemSchema.nullable(),
  /** Null where the plan and the brand name nobody. */
  poweredBy: poweredBySchema.nullable(),
  /** Version of the tenant's row that the page was rendered from. */
  version: z.number(),
});
export type Boot = z.infer<typeof bootSchema>;
