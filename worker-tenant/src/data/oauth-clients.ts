/**
 * A hostname's own OAuth clients, `public.tenant_oauth_clients`: unsealed for whoever signs in, listed and changed for
 * whoever may administer domains, whom no secret is given. Called by isolate.ts and the routes.
 */
import { z } from 'zod';
import { ok, type Result, refuse } from '../../../contract/result.ts';
import {
  type FieldKeys,
  type SecretOwner,
  sealSecret,
  unsealSecret,
} from '../../../contract/sealed-secret.ts';
import { PROVIDERS, type Provider } from '../../../contract/tenants.ts';
import type { OAuthClient } from '../configuration.ts';
import { logEvent } from '../log.ts';
import { ask, type DataAccess } from './supabase.ts';

const timestamp = z.iso.datetime({ offset: true });
const clientSchema = z.object({ clientId: z.string().min(1), sealedSecret: z.unknown() });
type StoredClient = z.infer<typeof clientSchema>;

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
  return stored === null ? refuse('none') : unseal(stored, owner, fieldKeys);
}

async function unseal(
  stored: StoredClient,
  owner: SecretOwner,
  fieldKeys: FieldKeys,
): Promise<Result<OAuthClient, 'unreadable'>> {
  const secret = await unsealSecret(stored.sealedSecret, owner, fieldKeys);
  if (secret.ok) return ok({ clientId: stored.clientId, clientSecret: secret.value });
  // A row copied from another tenant or host ends here too: the secret is bound to its owner.
  logEvent('secret_unreadable', { ...owner, reason: secret.error });
  return refuse('unreadable');
}

const listSchema = z.object({
  hostnames: z.array(
    z.object({
      hostname: z.string(),
      platformDomain: z.boolean(),
      clients: z.array(
        z.object({
          provider: z.enum(PROVIDERS),
          clientId: z.string(),
          keyId: z.string(),
          enabled: z.boolean(),
          testedAt: timestamp.nullable(),
          updatedAt: timestamp,
        }),
      ),
    }),
  ),
  wayBackIn: z.string().nullable(),
});
export type OAuthClientRows = z.infer<typeof listSchema>;

/** The tenant's verified hostnames, the main one first. DataError `permission_denied`, as all of the following. */
export async function listOAuthClients(access: DataAccess): Promise<OAuthClientRows> {
  return listSchema.parse(await ask(access, (client) => client.rpc('list_oauth_clients')));
}

/** Seals the secret and keeps the client, switched off. DataError `not_found` when the hostname is not the tenant's. */
export async function saveOAuthClient(
  access: DataAccess,
  owner: SecretOwner,
  { clientId, clientSecret }: OAuthClient,
  fieldKeys: FieldKeys,
): Promise<void> {
  const sealed = await sealSecret(clientSecret, owner, fieldKeys);
  await ask(access, (client) =>
    client.rpc('save_oauth_client', {
      p_hostname: owner.hostname,
      p_provider: owner.provider,
      p_client_id: clientId,
      p_sealed_secret: JSON.stringify(sealed),
    }),
  );
}

export interface ClientName {
  readonly hostname: string;
  readonly provider: Provider;
}

/** DataError `client_untested` before a test of it succeeded, `not_found` for none. */
export async function switchOAuthClient(
  access: DataAccess,
  { hostname, provider }: ClientName,
  enabled: boolean,
): Promise<void> {
  await ask(access, (client) =>
    client.rpc('switch_oauth_client', { p_hostname: hostname, p_provider: provider, p_enabled: enabled }),
  );
}

/** DataError `not_found` for none. */
export async function deleteOAuthClient(
  access: DataAccess,
  { hostname, provider }: ClientName,
): Promise<void> {
  await ask(access, (client) =>
    client.rpc('delete_oauth_client', { p_hostname: hostname, p_provider: provider }),
  );
}

export interface StartedTest {
  readonly stateHash: string;
  readonly provider: Provider;
  readonly codeVerifier: string;
  readonly nonce: string;
  readonly browserHash: string;
  readonly addressHash: string;
}

/** Keeps a test for ten minutes, asked by the member; answers the client's id. DataError `not_found` for none. */
export async function startClientTest(access: DataAccess, test: StartedTest): Promise<string> {
  return ask(access, (client) =>
    client.rpc('start_oauth_client_test', {
      p_state_hash: test.stateHash,
      p_provider: test.provider,
      p_code_verifier: test.codeVerifier,
      p_nonce: test.nonce,
      p_browser_hash: test.browserHash,
      p_address_hash: test.addressHash,
    }),
  );
}

const testSchema = z.object({
  provider: z.enum(PROVIDERS),
  codeVerifier: z.string(),
  nonce: z.string(),
  browserHash: z.string(),
  expired: z.boolean(),
  sessionId: z.uuid(),
  revision: z.uuid(),
  client: clientSchema.nullable(),
});

export interface ClientTest extends Omit<z.infer<typeof testSchema>, 'client'> {
  /** `changed` when another client was saved since the test was started. */
  readonly client: Result<OAuthClient, 'changed' | 'unreadable'>;
}

/** Takes a test out for good, asked by role `sign_in`, with the client that it tests, enabled or not. */
export async function consumeClientTest(
  access: DataAccess,
  stateHash: string,
  owner: Omit<SecretOwner, 'provider'>,
  fieldKeys: FieldKeys,
): Promise<ClientTest | null> {
  const answer = await ask(access, (client) =>
    client.rpc('consume_oauth_client_test', { p_state_hash: stateHash }),
  );
  const test = testSchema.nullable().parse(answer);
  if (test === null) return null;
  const client =
    test.client === null
      ? refuse('changed')
      : await unseal(test.client, { ...owner, provider: test.provider }, fieldKeys);
  return { ...test, client };
}

/** Writes down that it succeeded; false when another client was saved in the meantime. */
export async function recordClientTest(
  access: DataAccess,
  { provider, revision, sessionId }: Pick<ClientTest, 'provider' | 'revision' | 'sessionId'>,
): Promise<boolean> {
  return ask(access, (client) =>
    client.rpc('record_oauth_client_test', {
      p_provider: provider,
      p_revision: revision,
      p_session_id: sessionId,
    }),
  );
}
