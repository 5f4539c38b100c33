/**
 * Third-party integrations of a Supabase project that are not ours, an address of before among them: whoever holds their
 * keys mints tokens that the project takes, also such as say they are ours. Called by configure-supabase-auth and deploy.
 */
import { Refusal } from '../local/steps.ts';
import type { Integration, ManagementClient } from './management-client.ts';

export interface OtherIntegration {
  readonly id: string;
  /** Where Supabase learns its keys. */
  readonly address: string;
}

/** `own`: the address that is ours; null where none is. */
export function othersThan(own: string | null, integrations: readonly Integration[]): OtherIntegration[] {
  return integrations
    .filter(({ jwks_url }) => own === null || jwks_url !== own)
    .map(({ id, jwks_url, oidc_issuer_url }) => ({
      id,
      address: jwks_url ?? oidc_issuer_url ?? `a key set without an address (${id})`,
    }));
}

export function describeOther({ address }: OtherIntegration): string {
  return `Supabase also trusts ${address}, which is not ours: whoever holds its keys can be any member of any tenant.`;
}

/** Each is gone afterwards, also where the answer was lost. */
export async function removeOthers(
  management: ManagementClient,
  others: readonly OtherIntegration[],
): Promise<void> {
  for (const { id } of others) {
    try {
      await management.deleteIntegration(id);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if ((await management.listIntegrations()).some((left) => left.id === id)) throw error;
    }
  }
}
