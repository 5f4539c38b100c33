/** /api/members: a tenant's members as those who administer them see them. */
import { z } from 'zod';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from './api.ts';
import { PERMISSIONS, PROVIDERS, TENANT_ROLES } from './tenants.ts';

const timestamp = z.iso.datetime({ offset: true });

export const MEMBER_STATUSES = ['active', 'suspended', 'removed'] as const;

export const memberSchema = z.object({
  id: z.uuid(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  role: z.enum(TENANT_ROLES),
  /** What differs from the role, by name. */
  permissions: z.record(z.string(), z.boolean()),
  status: z.enum(MEMBER_STATUSES),
  providers: z.array(z.enum(PROVIDERS)),
  lastSeenAt: timestamp.nullable(),
  createdAt: timestamp,
  /** True for the member that asks, who cannot change itself. */
  current: z.boolean(),
  /** True for the only active admin with the permission `members`, who stays one. */
  lastAdmin: z.boolean(),
});
export type Member = z.infer<typeof memberSchema>;

export const MEMBER_SORTS = ['name', 'email', 'created', 'last_seen'] as const;

export const MAX_MEMBER_SEARCH = 120;

export const membersQuerySchema = z.object({
  /** Part of a name or an email, in any case. */
  search: z
    .string()
    .max(MAX_MEMBER_SEARCH)
    .regex(/^\P{Cc}*$/u)
    .optional(),
  role: z.enum(TENANT_ROLES).optional(),
  /** Without it, all but the removed. */
  status: z.enum(MEMBER_STATUSES).optional(),
  sort: z.enum(MEMBER_SORTS).default('name'),
  order: z.enum(['asc', 'desc']).default('asc'),
  /** From the previous page of the same list; holds a name or an email, hence longer than others. */
  cursor: z.string().min(1).max(2048).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
});
export type MembersQuery = z.infer<typeof membersQuerySchema>;

export const memberListSchema = z.object({ items: z.array(memberSchema), nextCursor: z.string().nullable() });
export type MemberList = z.infer<typeof memberListSchema>;

export const memberChangeSchema = z
  .strictObject({
    role: z.enum(TENANT_ROLES).optional(),
    /** All that is to differ from the role: what is not named is as the role has it. */
    permissions: z.partialRecord(z.enum(PERMISSIONS), z.boolean()).optional(),
    /** Removing is DELETE; `active` also takes a removed member back. */
    status: z.enum(['active', 'suspended']).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'Nothing to change');
export type MemberChange = z.infer<typeof memberChangeSchema>;
