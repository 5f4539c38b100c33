/**
 * OAuth clients of the portals on one machine: the platform's own, one for each tenant's hostname, and what was set up
 * in a portal. Called by stack.ts and by the rehearsal of a deployment.
 */
import type { Sql } from 'postgres';
import { parseHostname } from '../../contract/hostnames.ts';
import { sealSecret, unsealSecret } from '../../contract/sealed-secret.ts';
import { PROVIDERS, type Provider } from '../../contract/tenants.ts';
import type { PlatformKeys } from './keys.ts';
import type { StandInClient } from './oidc-stand-in.ts';

export const PLATFORM_DOMAIN = 'cozyartzmedia.com';
/** `http://<hostname>.localhost:<port>` is the portal of `<hostname>`. */
export const LOCAL_HOST_SUFFIX = '.localhost';

/** Keyring of secrets in the database, and the platform's own clients. */
export type ClientKeys = Pick<PlatformKeys, 'fields' | 'github' | 'google'>;

export interface OAuthClient {
  readonly provider: Provider;
  readonly hostname: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The platform's own client comes in no row: the Workers' secrets have it. */
export function platformClients(keys: Pick<ClientKeys, 'github' | 'google'>): OAuthClient[] {
  return PROVIDERS.map((provider) => ({ provider, hostname: PLATFORM_DOMAIN, ...keys[provider] }));
}

/**
 * Writes each tenant's own OAuth clients, whose secrets our keys encrypt. The platform's own client comes first.
 */
export async function seedOAuthClients(sql: Sql, keys: ClientKeys): Promise<OAuthClient[]> {
  const tenants = await sql<
    { tenant_id: string; domain: string }[]
  >`select tenant_id, domain from public.tenants`;
  const clients = platformClients(keys);
  const rows = await Promise.all(
    tenants.flatMap(({ tenant_id, domain }) =>
      PROVIDERS.map(async (provider) => {
        const hostname = parseHostname(domain);
        if (!hostname.ok)
          throw new Error(`The tenant ${tenant_id} has the hostname ${domain}: ${hostname.error}`);
        const clientId = `${domain}.${provider}`;
        // Its own on purpose: a client of one host does not open another.
        const clientSecret = `${clientId}.${keys[provider].clientSecret}`;
        clients.push({ provider, hostname: domain, clientId, clientSecret });
        const owner = { tenantId: tenant_id, hostname: hostname.value, provider };
        return { ...owner, clientId, sealed: await sealSecret(clientSecret, owner, keys.fields) };
      }),
    ),
  );
  for (const { tenantId, hostname, provider, clientId, sealed } of rows) {
    await sql`insert into public.tenant_oauth_clients (tenant_id, hostname, provider, client_id, sealed_secret)
      values (${tenantId}, ${hostname}, ${provider}, ${clientId}, ${sql.json(sealed)})
      on conflict (tenant_id, hostname, provider)
      do update set sealed_secret = excluded.sealed_secret
      where tenant_oauth_clients.client_id = excluded.client_id`;
  }
  return [...clients, ...(await readOwnClients(sql, keys, new Set(clients.map(({ clientId }) => clientId))))];
}

/** What was set up in a portal: the providers forget their clients when they stop, the database does not. */
async function readOwnClients(
  sql: Sql,
  keys: ClientKeys,
  known: ReadonlySet<string>,
): Promise<OAuthClient[]> {
  const rows = await sql<
    { tenantId: string; hostname: string; provider: Provider; clientId: string; sealed: unknown }[]
  >`
    select tenant_id as "tenantId", hostname, provider, client_id as "clientId", sealed_secret as sealed
    from public.tenant_oauth_clients`;
  const clients: OAuthClient[] = [];
  for (const { sealed, clientId, ...owner } of rows) {
    if (known.has(clientId)) continue;
    const secret = await unsealSecret(sealed, owner, keys.fields);
    if (secret.ok) clients.push({ ...owner, clientId, clientSecret: secret.value });
  }
  return clients;
}

/** Tells both providers of all clients, with the callbacks of portals at these ports. */
export function registerOAuthClients(
  providers: Readonly<Record<Provider, { register(client: StandInClient): void }>>,
  clients: readonly OAuthClient[],
  ports: ReadonlySet<number>,
): void {
  for (const { provider, hostname, clientId, clientSecret } of clients) {
    const redirectUris = callbacks(hostname, ports);
    // The platform's own client serves each subdomain; with Google its operator registers them one by one.
    const anySubdomain = hostname === PLATFORM_DOMAIN;
    providers[provider].register({ clientId, clientSecret, redirectUris, anySubdomain });
  }
}

/** The real address, for tests that ask for it by name, and the local ones. */
function callbacks(hostname: string, ports: ReadonlySet<number>): string[] {
  return [
    `https://${hostname}/auth/callback`,
    ...[...ports].map((port) => `http://${hostname}${LOCAL_HOST_SUFFIX}:${port}/auth/callback`),
  ];
}
