/** Whether each OAuth client that a hostname has of its own works. Called by oauth-callbacks.ts and by the doctor. */
import type { TransactionSql } from 'postgres';
import { type FieldKeys, unsealSecret } from '../../contract/sealed-secret.ts';
import type { Provider } from '../../contract/tenants.ts';
import { readFieldKeys } from './field-keys.ts';
import {
  type ClientVerdict,
  checkClient,
  type ProviderTokenEndpoints,
  TOKEN_ENDPOINTS,
} from './oauth-client-check.ts';

export interface ListedClient {
  readonly tenantId: string;
  readonly hostname: string;
  readonly provider: Provider;
  readonly callback: string;
  readonly clientId: string;
  readonly state: ClientVerdict | 'not checked' | 'unreadable' | 'switched off';
}

/** Checked at once are a few: providers count failed exchanges. */
const AT_ONCE = 4;

export interface StoredClient {
  readonly tenantId: string;
  readonly hostname: string;
  readonly provider: Provider;
  readonly clientId: string;
  readonly sealed: unknown;
  readonly enabled: boolean;
}

export function readClients(sql: TransactionSql): Promise<StoredClient[]> {
  return sql<StoredClient[]>`
    select tenant_id as "tenantId", hostname, provider, client_id as "clientId", sealed_secret as sealed, enabled
    from public.tenant_oauth_clients order by tenant_id, hostname, provider`;
}

/** Asks the providers: not within a transaction. */
export async function judgeClients(
  rows: readonly StoredClient[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ListedClient[]> {
  const keys = readFieldKeys(env);
  const endpoints = tokenEndpoints(env);
  const listed: ListedClient[] = [];
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    const portion = rows.slice(start, start + AT_ONCE).map(async ({ sealed, enabled, ...client }) => {
      const callback = `https://${client.hostname}/auth/callback`;
      const state = enabled ? await judge(sealed, { ...client, callback }, keys, endpoints) : 'switched off';
      return { ...client, callback, state } satisfies ListedClient;
    });
    listed.push(...(await Promise.all(portion)));
  }
  return listed;
}

/** As the tenant Workers' variables have them. */
export function tokenEndpoints(env: Readonly<Record<string, string | undefined>>): ProviderTokenEndpoints {
  return {
    github: env['GITHUB_URL'] ? `${env['GITHUB_URL']}/login/oauth/access_token` : TOKEN_ENDPOINTS.github,
    google: env['GOOGLE_TOKEN_ENDPOINT'] ?? TOKEN_ENDPOINTS.google,
  };
}

async function judge(
  sealed: unknown,
  { callback, clientId, ...owner }: Omit<ListedClient, 'state'>,
  keys: FieldKeys | null,
  endpoints: Parameters<typeof checkClient>[1],
): Promise<ListedClient['state']> {
  if (keys === null) return 'not checked';
  const secret = await unsealSecret(sealed, owner, keys);
  if (!secret.ok) return 'unreadable';
  const client = { provider: owner.provider, clientId, clientSecret: secret.value, redirectUri: callback };
  return checkClient(client, endpoints);
}
