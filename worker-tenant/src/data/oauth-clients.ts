/** A hostname's own OAuth clients, `public.tenant_oauth_clients`, unsealed for their owner. Called by isolate.ts. */
import { z } from 'zod';
import { ok, type Result, refuse } from '../../../contract/result.ts';
import { type FieldKeys, type SecretOwner, unsealSecret } from '../../../contract/sealed-secret.ts';
import type { OAuthClient } from '../configuration.ts';
import { logEvent } from '../log.ts';
import { ask, type DataAccess } from './supabase.ts';

const clientSchema = z.object({ clientId: z.string().min(1), sealedSecret: z.unknown() });

/** `none` when this hostname has none enabled for the provider; `unreadable` when no key of ours opens its secret. */
export async function getOAuthClient(
  access: DataAccess,
  owner: SecretOwner,
  fieldKeys: FieldKeys,
): Promise<Result<OAuthClient, 'none' | 'unreadable'>> {
  const answer = await ask(access, (client) =>
    client.rpc('get_oauth_client', { p_provider: owner.provider }),
  );
  const stored = clientSchema.nullable().parse(answer);
  if (stored === null) return refuse('none');
  const secret = await unsealSecret(stored.sealedSecret, owner, fieldKeys);
  if (secret.ok) return ok({ clientId: stored.clientId, clientSecret: secret.value });
  // A row copied from another tenant or host ends here too: the secret is bound to its owner.
  logEvent('secret_unreadable', { ...owner, reason: secret.error });
  return refuse('unreadable');
}
