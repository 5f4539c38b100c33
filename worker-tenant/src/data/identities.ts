/** Signing in and linking: from an identity to a session, through functions of role `sign_in`. Called by routes/sign-in.ts. */
import { z } from 'zod';
import { type Provider, TENANT_ROLES } from '../../../contract/tenants.ts';
import { ask, type DataAccess } from './supabase.ts';

const signInSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('signed_in'),
    sessionId: z.uuid(),
    memberId: z.uuid(),
    role: z.enum(TENANT_ROLES),
    created: z.boolean(),
    absoluteExpiresAt: z.iso.datetime({ offset: true }),
  }),
  z.object({
    outcome: z.enum([
      'not_invited',
      'email_unverified',
      'member_suspended',
      'member_removed',
      'tenant_unavailable',
    ]),
  }),
]);
export type SignInOutcome = z.infer<typeof signInSchema>;

export interface SignIn {
  readonly provider: Provider;
  readonly subject: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly avatarUrl: string | null;
  readonly userAgent: string | null;
  readonly address: string | null;
  readonly location: string | null;
  /** The session that this browser held on this tenant; it ends with the sign-in. */
  readonly replacesSessionId: string | null;
}

export async function completeSignIn(access: DataAccess, signIn: SignIn): Promise<SignInOutcome> {
  const answer = await ask(access, (client) =>
    client.rpc('complete_sign_in', {
      p_provider: signIn.provider,
      p_subject: signIn.subject,
      p_email_verified: signIn.emailVerified,
      ...(signIn.email === null ? {} : { p_email: signIn.email }),
      ...(signIn.name === null ? {} : { p_name: signIn.name }),
      ...(signIn.avatarUrl === null ? {} : { p_avatar_url: signIn.avatarUrl }),
      ...(signIn.userAgent === null ? {} : { p_user_agent: signIn.userAgent }),
      ...(signIn.address === null ? {} : { p_address: signIn.address }),
      ...(signIn.location === null ? {} : { p_location: signIn.location }),
      ...(signIn.replacesSessionId === null ? {} : { p_replaces_session_id: signIn.replacesSessionId }),
    }),
  );
  return signInSchema.parse(answer);
}

const linkSchema = z.object({
  outcome: z.enum(['linked', 'already_linked', 'identity_taken', 'session_dead']),
});
export type LinkOutcome = z.infer<typeof linkSchema>['outcome'];

export interface Linking {
  readonly sessionId: string;
  readonly provider: Provider;
  readonly subject: string;
  /** One that the provider verified, or null. */
  readonly verifiedEmail: string | null;
}

/** Gives the member of a live session a second way to sign in. */
export async function linkIdentity(access: DataAccess, linking: Linking): Promise<LinkOutcome> {
  const answer = await ask(access, (client) =>
    client.rpc('link_identity', {
      p_link_session_id: linking.sessionId,
      p_provider: linking.provider,
      p_subject: linking.subject,
      ...(linking.verifiedEmail === null ? {} : { p_email: linking.verifiedEmail }),
    }),
  );
  return linkSchema.parse(answer).outcome;
}
