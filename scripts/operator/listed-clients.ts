/** The OAuth callbacks of every hostname, and whether each client that is set up works. Called by configure-supabase-auth. */
import type { TransactionSql } from 'postgres';
import { type FieldKeys, unsealSecret } from '../../contract/sealed-secret.ts';
import type { Provider } from '../../contract/tenants.ts';
import { formatTable } from '../local/table.ts';
import { readFieldKeys } from './field-keys.ts';
import { type ClientVerdict, checkClient, TOKEN_ENDPOINTS } from './oauth-client-check.ts';

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

interface StoredClient {
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
  const endpoints = {
    github: env['GITHUB_URL'] ? `${env['GITHUB_URL']}/login/oauth/access_token` : TOKEN_ENDPOINTS.github,
    google: env['GOOGLE_TOKEN_ENDPOINT'] ?? TOKEN_ENDPOINTS.google,
  };
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

export function describeClients(clients: readonly ListedClient[]): string {
  if (clients.length === 0) return 'No tenant has OAuth clients of its own yet.';
  const head = ['Tenant', 'Provider', 'Callback to register', 'Client'];
  const rows = clients.map(({ tenantId, provider, callback, state }) => [
    tenantId,
    provider === 'github' ? 'GitHub' : 'Google',
    callback,
    state,
  ]);
  return formatTable([head, ...rows]);
}
