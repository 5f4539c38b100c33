/** The outbox: `public.mails`, as role `platform_jobs` sees it. Called by jobs.ts. */
import { z } from 'zod';
import { brandConfigSchema } from '../../../contract/branding.ts';
import { TENANT_ROLES } from '../../../contract/tenants.ts';
import { ask, type DataAccess } from './supabase.ts';

/** Why an attempt failed, in the words of the outbox. */
export const MAIL_ERRORS = [
  'recipient_refused',
  'sender_refused',
  'content_refused',
  'limit_reached',
  'unreachable',
] as const;
export type MailError = (typeof MAIL_ERRORS)[number];

const claimedMailSchema = z.object({
  id: z.uuid(),
  /** Which attempt this is; what became of it is told with it, so that a claim that ran out tells nothing. */
  attempt: z.number().int().positive(),
  recipient: z.string(),
  tenantName: z.string(),
  // Keys of a later release are passed over, and a brand that cannot be read is the neutral one: people are waiting.
  brand: z.object(brandConfigSchema.shape).catch({}),
  role: z.enum(TENANT_ROLES),
  expiresAt: z.iso.datetime({ offset: true }),
  /** Where the tenant's portal is: scheme, host, port. */
  origin: z.url({ protocol: /^https?$/ }),
  invitedBy: z.string().nullable(),
});
export type ClaimedMail = z.infer<typeof claimedMailSchema>;

/** Takes up to `limit` due mails for five minutes. Nobody else gets them meanwhile. */
export async function claimMails(access: DataAccess, limit: number): Promise<ClaimedMail[]> {
  const rows = await ask(access, (client) => client.rpc('claim_mails', { p_limit: limit }));
  return z.array(claimedMailSchema).parse(rows);
}

export type MailOutcome =
  | { readonly outcome: 'sent' }
  /** `retry` is tried again later, five attempts in all; `failed` is given up at once. */
  | { readonly outcome: 'retry' | 'failed'; readonly error: MailError };

/** Says what became of a claimed mail. Answers its state, null when the claim had run out. */
export async function finishMail(
  access: DataAccess,
  { id, attempt }: ClaimedMail,
  result: MailOutcome,
): Promise<string | null> {
  const error = result.outcome === 'sent' ? {} : { p_error: result.error };
  return ask(access, (client) =>
    client.rpc('finish_mail', { p_mail_id: id, p_attempt: attempt, p_outcome: result.outcome, ...error }),
  );
}
