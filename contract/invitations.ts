/** Invitations and the join policy in the API. Used as contract/api.ts is: by tenant Workers and the SPA. */
import { z } from 'zod';
import { pageQuerySchema } from './api.ts';
import { hostnameSchema, SIGN_UP_POLICIES, TENANT_ROLES } from './tenants.ts';

const timestamp = z.iso.datetime({ offset: true });

export const INVITATION_STATES = ['open', 'accepted', 'expired', 'revoked'] as const;
export type InvitationState = (typeof INVITATION_STATES)[number];

export const MAIL_STATES = ['queued', 'sent', 'failed'] as const;

export const MAX_IMPORT_LINES = 1_000;
/** Bytes of a list to import, as UTF-8. */
export const MAX_IMPORT_BYTES = 256 * 1024;
export const MAX_SIGN_UP_DOMAINS = 20;

export const invitationSchema = z.object({
  id: z.uuid(),
  email: z.string(),
  role: z.enum(TENANT_ROLES),
  /** Name or address of who invited; null for whoever runs the installation. */
  invitedBy: z.string().nullable(),
  state: z.enum(INVITATION_STATES),
  createdAt: timestamp,
  /** When it was last sent, and how often it was. */
  sentAt: timestamp,
  sentCount: z.number().int().positive(),
  expiresAt: timestamp,
  acceptedAt: timestamp.nullable(),
  /** Its latest mail, and since when it is in that state; null when none was to be sent. `sent`: the mail service took it. */
  mail: z.object({ state: z.enum(MAIL_STATES), at: timestamp }).nullable(),
});
export type Invitation = z.infer<typeof invitationSchema>;

export const invitationsQuerySchema = pageQuerySchema.extend({
  state: z.enum(['open', 'all']).default('open'),
});
export type InvitationsQuery = z.infer<typeof invitationsQuerySchema>;

export const invitationListSchema = z.object({
  items: z.array(invitationSchema),
  nextCursor: z.string().nullable(),
});

export const inviteEmailSchema = z.email({ error: 'Not an email address' }).max(254);

export const inviteSchema = z.object({ email: inviteEmailSchema, role: z.enum(TENANT_ROLES) });
export type Invite = z.infer<typeof inviteSchema>;

export const invitedSchema = z.object({ id: z.uuid() });

/** CSV: an address a line, with the role `client` or `admin` behind it (`client` when left out). */
export const importInvitationsSchema = z.object({
  csv: z
    .string()
    .min(1)
    .refine((text) => new TextEncoder().encode(text).length <= MAX_IMPORT_BYTES, {
      error: 'The list is larger than 256 kB',
    }),
});

export const IMPORT_OUTCOMES = [
  'invited',
  'already_member',
  'already_invited',
  'too_many',
  'malformed',
  'role_refused',
] as const;
export type ImportOutcome = (typeof IMPORT_OUTCOMES)[number];

export const importReportSchema = z.object({
  /** In their order; a heading and empty lines are left out. */
  lines: z.array(
    z.object({ line: z.number().int().positive(), email: z.string(), outcome: z.enum(IMPORT_OUTCOMES) }),
  ),
});
export type ImportReport = z.infer<typeof importReportSchema>;

export const signUpSchema = z.object({ policy: z.enum(SIGN_UP_POLICIES), domains: z.array(z.string()) });
export type SignUp = z.infer<typeof signUpSchema>;

export const signUpChangeSchema = z
  .object({
    policy: z.enum(SIGN_UP_POLICIES),
    /** Email domains, kept also while the policy is another one. */
    domains: z.array(hostnameSchema).max(MAX_SIGN_UP_DOMAINS).default([]),
  })
  .refine(({ policy, domains }) => policy !== 'domain' || domains.length > 0, {
    path: ['domains'],
    error: 'Name a domain',
  });
