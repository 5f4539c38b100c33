/**
 * The OAuth callback of every hostname at every provider, by whose client people come in there, and whether that client
 * works. Called by configure-supabase-auth. Who serves a hostname is decided as in worker-tenant/src/isolate.ts: its own
 * client, else under the platform's domain the platform's.
 */
import type { TransactionSql } from 'postgres';
import { PROVIDERS, type Provider } from '../../contract/tenants.ts';
import { formatTable } from '../local/table.ts';
import { type OAuthClient, oauthClientSchema, parseSecrets } from './installation-secrets.ts';
import {
  judgeClients,
  type ListedClient,
  readClients,
  type StoredClient,
  tokenEndpoints,
} from './listed-clients.ts';
import { checkClient } from './oauth-client-check.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Callback {
  readonly tenantId: string;
  readonly hostname: string;
  readonly provider: Provider;
  readonly callback: string;
  /** Whose client serves there; null: nobody can sign in by this provider. */
  readonly client: 'its own' | 'the platform’s' | null;
  readonly state: ListedClient['state'] | 'none yet';
}

interface VerifiedHostname {
  readonly tenantId: string;
  readonly hostname: string;
  /** The platform's domain, or one label below it. */
  readonly ofPlatform: boolean;
}

export interface StoredCallbacks {
  readonly hostnames: readonly VerifiedHostname[];
  readonly clients: readonly StoredClient[];
}

export async function readCallbacks(sql: TransactionSql): Promise<StoredCallbacks> {
  const hostnames = await sql<VerifiedHostname[]>`
    select tenant_id as "tenantId", domain as hostname, domain_type <> 'custom' as "ofPlatform"
    from public.tenant_domains where verified_at is not null
    order by domain_type <> 'primary', tenant_id, domain`;
  return { hostnames, clients: await readClients(sql) };
}

/** Asks the providers: not within a transaction. Each client is tried once. */
export async function judgeCallbacks(
  { hostnames, clients }: StoredCallbacks,
  env: Environment,
): Promise<Callback[]> {
  const own = await judgeClients(clients, env);
  const platform = await judgePlatform(env, hostnames.find(({ ofPlatform }) => ofPlatform)?.hostname ?? '');
  return hostnames.flatMap(({ tenantId, hostname, ofPlatform }) =>
    PROVIDERS.map((provider): Callback => {
      const place = { tenantId, hostname, provider, callback: callbackOf(hostname) };
      const known = own.find((one) => one.hostname === hostname && one.provider === provider);
      if (ofPlatform && (known === undefined || known.state === 'switched off'))
        return { ...place, client: 'the platform’s', state: platform[provider] };
      if (known === undefined) return { ...place, client: null, state: 'none yet' };
      return { ...place, client: 'its own', state: known.state };
    }),
  );
}

async function judgePlatform(
  env: Environment,
  hostname: string,
): Promise<Record<Provider, ListedClient['state']>> {
  const endpoints = tokenEndpoints(env);
  const judge = async (provider: Provider): Promise<ListedClient['state']> => {
    const client = platformClient(env, provider);
    if (client === null) return 'not checked';
    return checkClient({ provider, ...client, redirectUri: callbackOf(hostname) }, endpoints);
  };
  return { github: await judge('github'), google: await judge('google') };
}

/** As the tenant Workers have it, or as the secrets document does; null where neither is there. */
function platformClient(env: Environment, provider: Provider): OAuthClient | null {
  const prefix = provider.toUpperCase();
  const given = oauthClientSchema.safeParse({
    clientId: env[`${prefix}_CLIENT_ID`],
    clientSecret: env[`${prefix}_CLIENT_SECRET`],
  });
  if (given.success) return given.data;
  return env['MARQUEE_SECRETS'] ? parseSecrets(env['MARQUEE_SECRETS'])[provider] : null;
}

function callbackOf(hostname: string): string {
  return `https://${hostname}/auth/callback`;
}

export function describeCallbacks(callbacks: readonly Callback[]): string {
  const head = ['Tenant', 'Provider', 'Callback to register', 'Client', 'State'];
  const rows = callbacks.map(({ tenantId, provider, callback, client, state }) => [
    tenantId,
    provider === 'github' ? 'GitHub' : 'Google',
    callback,
    client ?? '–',
    state,
  ]);
  return [
    formatTable([head, ...rows]),
    'GitHub takes every name below the callback that an app has: of the platform’s own app, the first is enough. Google takes ' +
      'each by itself.',
  ].join('\n');
}
