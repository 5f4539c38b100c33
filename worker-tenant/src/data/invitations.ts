/** Invitations and the join policy: `public.invitations`, `tenants.sign_up`. Called by routes/invitations.ts and sign-up.ts. */
import { z } from 'zod';
import {
  IMPORT_OUTCOMES,
  type ImportOutcome,
  type Invitation,
  type InvitationsQuery,
  type Invite,
  invitationSchema,
  type SignUp,
  signUpSchema,
} from '../../../contract/invitations.ts';
import { ask, type DataAccess } from './supabase.ts';

/** Where a page ended: the order is by making, the id decides between equals. */
export interface InvitationPosition {
  readonly createdAt: string;
  readonly id: string;
}

export interface InvitationPage {
  readonly state: InvitationsQuery['state'];
  readonly after: InvitationPosition | null;
  readonly limit: number;
}

/** Up to `limit` of the tenant's invitations, newest first. */
export async function listInvitations(
  access: DataAccess,
  { state, after, limit }: InvitationPage,
): Promise<Invitation[]> {
  const position = after === null ? {} : { p_after_created_at: after.createdAt, p_after_id: after.id };
  const rows = await ask(access, (client) =>
    client.rpc('list_invitations', { p_state: state, p_limit: limit, ...position }),
  );
  return z.array(invitationSchema).parse(rows);
}

/** Answers the invitation's id. DataError `already_member`, `already_invited`, `too_many_invitations`. */
export async function invite(access: DataAccess, { email, role }: Invite): Promise<string> {
  return ask(access, (client) => client.rpc('invite', { p_email: email, p_role: role }));
}

/** What became of each, in their order. */
export async function importInvitations(
  access: DataAccess,
  lines: readonly Invite[],
): Promise<ImportOutcome[]> {
  const outcomes = await ask(access, (client) =>
    client.rpc('import_invitations', {
      p_emails: lines.map(({ email }) => email),
      p_roles: lines.map(({ role }) => role),
    }),
  );
  return z.array(z.enum(IMPORT_OUTCOMES)).length(lines.length).parse(outcomes);
}

/** False when there is no such open or expired invitation. */
export async function resendInvitation(access: DataAccess, id: string): Promise<boolean> {
  return ask(access, (client) => client.rpc('resend_invitation', { p_invitation_id: id }));
}

/** False when there is no such open invitation. */
export async function revokeInvitation(access: DataAccess, id: string): Promise<boolean> {
  return ask(access, (client) => client.rpc('revoke_invitation', { p_invitation_id: id }));
}

export async function getSignUp(access: DataAccess): Promise<SignUp> {
  return signUpSchema.parse(await ask(access, (client) => client.rpc('get_sign_up')));
}

/** DataError `public_mail_domain` for a domain where anybody gets an address. */
export async function setSignUp(
  access: DataAccess,
  { policy, domains }: { readonly policy: SignUp['policy']; readonly domains: readonly string[] },
): Promise<SignUp> {
  const changed = await ask(access, (client) =>
    client.rpc('set_sign_up', { p_policy: policy, p_domains: [...domains] }),
  );
  return signUpSchema.parse(changed);
}
