/** Started sign-ins: `public.sign_in_flows`, through functions of role `sign_in`. Called by routes/sign-in.ts. */
import { z } from 'zod';
import { PROVIDERS, type Provider } from '../../../contract/tenants.ts';
import { ask, type DataAccess } from './supabase.ts';

const flowSchema = z.object({
  provider: z.enum(PROVIDERS),
  codeVerifier: z.string(),
  nonce: z.string(),
  browserHash: z.string(),
  nextPath: z.string(),
  linkSessionId: z.uuid().nullable(),
  expired: z.boolean(),
});
export type SignInFlow = z.infer<typeof flowSchema>;

export interface StartedSignIn {
  readonly stateHash: string;
  readonly provider: Provider;
  readonly codeVerifier: string;
  readonly nonce: string;
  readonly browserHash: string;
  readonly nextPath: string;
  readonly addressHash: string;
  /** The session of the member who links a provider; null for a sign-in. */
  readonly linkSessionId: string | null;
}

/** Keeps it for ten minutes. DataError `too_many_sign_ins` past the bounds per address and tenant. */
export async function startSignInFlow(access: DataAccess, flow: StartedSignIn): Promise<void> {
  await ask(access, (client) =>
    client.rpc('start_sign_in_flow', {
      p_state_hash: flow.stateHash,
      p_provider: flow.provider,
      p_code_verifier: flow.codeVerifier,
      p_nonce: flow.nonce,
      p_browser_hash: flow.browserHash,
      p_next_path: flow.nextPath,
      p_address_hash: flow.addressHash,
      ...(flow.linkSessionId === null ? {} : { p_link_session_id: flow.linkSessionId }),
    }),
  );
}

/** Takes the flow out for good, on its own tenant and hostname only; null when there is none. */
export async function consumeSignInFlow(access: DataAccess, stateHash: string): Promise<SignInFlow | null> {
  const answer = await ask(access, (client) =>
    client.rpc('consume_sign_in_flow', { p_state_hash: stateHash }),
  );
  return flowSchema.nullable().parse(answer);
}
