/** Tenants as they cross a wire: the words of the `tenants` table and what `rpc/resolve_hostname` answers. */
import { z } from 'zod';
import {
  type BrandConfig,
  brandConfigSchema,
  brandImagesSchema,
  contentHashSchema,
  FONTS,
} from './branding.ts';
import { type Hostname, parseHostname } from './hostnames.ts';
import { ok, type Result, refuse } from './result.ts';

declare const tenantIdBrand: unique symbol;

/** A tenant's slug: lower-case letters, digits and inner hyphens, 2–63 characters, so that it is also a DNS label. */
export type TenantId = string & { readonly [tenantIdBrand]: true };

const TENANT_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/;

export function parseTenantId(input: string): Result<TenantId, 'malformed'> {
  return TENANT_ID.test(input) ? ok(input as TenantId) : refuse('malformed');
}

export const TENANT_TYPES = ['primary', 'partner-subdomain', 'custom-domain'] as const;

export const TENANT_STATUSES = ['active', 'suspended', 'inactive'] as const;

export const SUBSCRIPTION_TIERS = ['starter', 'growth', 'enterprise'] as const;
export type SubscriptionTier = (typeof SUBSCRIPTION_TIERS)[number];

export const TENANT_ROLES = ['client', 'admin', 'super_admin'] as const;
export type TenantRole = (typeof TENANT_ROLES)[number];

/** What `tenant_permissions` may grant or take away. */
export const PERMISSIONS = ['branding', 'domains', 'members', 'billing', 'audit'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/**
 * Who may join: anybody with a verified email, invited people alone, or verified emails of listed domains. Resolution
 * answers `open` or `invite` alone while a dispatcher serves that knows no other.
 */
export const SIGN_UP_POLICIES = ['open', 'invite', 'domain'] as const;

export const PROVIDERS = ['github', 'google'] as const;
export type Provider = (typeof PROVIDERS)[number];

export const tenantIdSchema = z.string().transform((value, context): TenantId => {
  const parsed = parseTenantId(value);
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: 'custom', message: 'not a tenant id' });
  return z.NEVER;
});

export const hostnameSchema = z
  .string()
  .max(260)
  .transform((value, context): Hostname => {
    const parsed = parseHostname(value);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: 'custom', message: `not a hostname: ${parsed.error}` });
    return z.NEVER;
  });

/** A logical Worker name as the tenant row holds it; the dispatcher maps it to a physical one. */
export const workerNameSchema = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);

/**
 * What of a brand stands beside `brand` in a resolution, because dispatchers of the first release refuse keys and fonts
 * that they do not know. `stylesheet` and `socialCard` name what was made of this very brand when it was published.
 */
export const brandAdditionsSchema = z.object({
  images: brandImagesSchema.optional(),
  /** A font of a later release than this one is the default, rather than a portal that does not open. */
  font: z.enum(FONTS).optional().catch(undefined),
  poweredBy: z.boolean().optional(),
  stylesheet: contentHashSchema.optional(),
  socialCard: contentHashSchema.optional(),
});

/** What the dispatcher learns about a hostname. Holds nothing about people. */
export const resolvedTenantSchema = z.object({
  tenantId: tenantIdSchema,
  name: z.string().min(1).max(120),
  type: z.enum(TENANT_TYPES),
  status: z.enum(TENANT_STATUSES),
  tier: z.enum(SUBSCRIPTION_TIERS),
  signUp: z.enum(SIGN_UP_POLICIES),
  worker: workerNameSchema,
  /** The name that was asked for. */
  hostname: hostnameSchema,
  /** The tenant's own `domain`, for links that must not depend on the name that was asked for. */
  canonicalHostname: hostnameSchema,
  /** True under the platform's own domain, where the platform's OAuth clients may serve. */
  platformDomain: z.boolean(),
  /** Providers with an enabled OAuth client of this hostname's own. */
  providers: z.array(z.enum(PROVIDERS)).max(PROVIDERS.length),
  brand: brandConfigSchema,
  brandAdditions: brandAdditionsSchema.default({}),
});
export type ResolvedTenant = z.infer<typeof resolvedTenantSchema>;

/** The whole brand of a resolution. */
export function brandConfigOf({ brand, brandAdditions }: ResolvedTenant): BrandConfig {
  const { images, font, poweredBy } = brandAdditions;
  return {
    ...brand,
    ...(images === undefined ? {} : { images }),
    ...(font === undefined ? {} : { font }),
    ...(poweredBy === undefined ? {} : { poweredBy }),
  };
}

/** The answer of `rpc/resolve_hostname`; `version` only grows, also when a hostname moves to another tenant. */
export const resolutionSchema = z.object({
  tenant: resolvedTenantSchema.nullable(),
  version: z.number().int().nonnegative(),
});
