/** The API's requests and answers. Tenant Workers validate with these, the SPA takes its types from them. */
import { z } from 'zod';
import { brandSchema } from './branding.ts';
import { PROVIDERS, SUBSCRIPTION_TIERS, TENANT_ROLES, TENANT_TYPES } from './tenants.ts';

/** A moment, RFC 3339 with an offset. */
const timestamp = z.iso.datetime({ offset: true });
const providerSchema = z.enum(PROVIDERS);

export const MAX_PAGE_SIZE = 100;
export const DEFAULT_PAGE_SIZE = 25;

/** Query of every list: opaque `cursor` from the previous page's `nextCursor`, `limit` rows at most. */
export const pageQuerySchema = z.object({
  cursor: z.string().min(1).max(512).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
});

export const healthSchema = z.object({
  status: z.literal('ok'),
  tenant: z.object({ tenantId: z.string(), name: z.string(), type: z.enum(TENANT_TYPES) }),
  /** Logical name of the Worker that answered. */
  worker: z.string(),
  requestId: z.string(),
});

export const publicTenantSchema = z.object({
  tenantId: z.string(),
  name: z.string(),
  type: z.enum(TENANT_TYPES),
  hostname: z.string(),
  brand: brandSchema,
  providers: z.array(providerSchema),
});

export const identitySchema = z.object({
  provider: providerSchema,
  /** The email that the provider last gave for this identity, verified or null. */
  email: z.string().nullable(),
  linkedAt: timestamp,
  lastUsedAt: timestamp.nullable(),
});
export type Identity = z.infer<typeof identitySchema>;

export const meSchema = z.object({
  member: z.object({
    id: z.uuid(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    role: z.enum(TENANT_ROLES),
    /** Permissions that narrow or widen what the role may do, by name. */
    permissions: z.record(z.string(), z.boolean()),
    createdAt: timestamp,
  }),
  tenant: z.object({
    tenantId: z.string(),
    name: z.string(),
    type: z.enum(TENANT_TYPES),
    tier: z.enum(SUBSCRIPTION_TIERS),
  }),
  session: z.object({
    id: z.uuid(),
    createdAt: timestamp,
    idleExpiresAt: timestamp,
    absoluteExpiresAt: timestamp,
  }),
  identities: z.array(identitySchema),
});
export type Me = z.infer<typeof meSchema>;

export const SESSION_STATES = ['active', 'ended'] as const;

export const sessionSchema = z.object({
  id: z.uuid(),
  provider: providerSchema,
  /** What the browser called itself, in words: `Firefox on Linux`; null when it said nothing useful. */
  device: z.string().nullable(),
  kind: z.enum(['desktop', 'phone', 'tablet', 'unknown']),
  address: z.string().nullable(),
  location: z.string().nullable(),
  createdAt: timestamp,
  lastSeenAt: timestamp,
  /** True for the session that asks. */
  current: z.boolean(),
  state: z.enum(SESSION_STATES),
});
export type Session = z.infer<typeof sessionSchema>;

export const sessionsQuerySchema = pageQuerySchema.extend({
  state: z.enum(['active', 'all']).default('active'),
});
export type SessionsQuery = z.infer<typeof sessionsQuerySchema>;

export const sessionListSchema = z.object({
  items: z.array(sessionSchema),
  nextCursor: z.string().nullable(),
});
export type SessionList = z.infer<typeof sessionListSchema>;

export const sessionsRevokedSchema = z.object({ revoked: z.number().int().nonnegative() });

export const USAGE_TYPES = ['ai_calls', 'domains', 'storage'] as const;
export type UsageType = (typeof USAGE_TYPES)[number];

export const usageMeterSchema = z.object({
  type: z.enum(USAGE_TYPES),
  /** Calls, domains, or bytes. */
  count: z.number().int().nonnegative(),
  /** Null when the plan sets no limit. */
  limit: z.number().int().nonnegative().nullable(),
  /** The billing month for what is counted per period; null for levels (domains, storage). */
  period: z.object({ start: timestamp, end: timestamp }).nullable(),
});
export type UsageMeter = z.infer<typeof usageMeterSchema>;

export const usageSchema = z.object({ tier: z.enum(SUBSCRIPTION_TIERS), meters: z.array(usageMeterSchema) });
export type Usage = z.infer<typeof usageSchema>;

/** What is set up; null where the member may not administer it, or where there is nothing to do. */
export const setupSchema = z.object({
  brand: z.boolean().nullable(),
  /** Published, not only drafted. */
  logo: z.boolean().nullable(),
  /** A client of its own for a tenant's own domain. */
  signIn: z.boolean().nullable(),
  people: z.boolean().nullable(),
});
export type Setup = z.infer<typeof setupSchema>;
