/**
 * One stack of the embedded platform: a database, the Data API on it, the two identity providers, a mailbox, and what
 * the Workers must be told to meet them. Made by platform.ts; portal.ts and Vite run the Workers on it.
 */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { parseHostname } from '../../contract/hostnames.ts';
import { sealSecret, unsealSecret } from '../../contract/sealed-secret.ts';
import { PROVIDERS, type Provider } from '../../contract/tenants.ts';
import { type DataApi, startDataApi } from './data-api.ts';
import {
  type GitHubFault,
  type GoogleFault,
  type IdentityProvider,
  startGitHub,
  startGoogle,
} from './identity-providers.ts';
import { dispatcherSecrets, type PlatformKeys, supabasePublicKeys, tenantSecrets } from './keys.ts';
import { type KeptMail, type Mailbox, SENDING_DOMAIN, startMailbox } from './mailbox.ts';
import type { TenantWorkerName } from './workers.ts';

/** `iss` of the tokens for the Data API, and what the database's guard expects. */
const JWT_ISSUER = 'https://cozyartzmedia.com';
export const PLATFORM_DOMAIN = 'cozyartzmedia.com';
/** `http://<hostname>.localhost:<port>` is the portal of `<hostname>`. */
export const LOCAL_HOST_SUFFIX = '.localhost';

export interface Stack {
  readonly keys: PlatformKeys;
  /** As `postgres`, who owns the schema and passes by row-level security. */
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly supabaseUrl: string;
  readonly publishableKey: string;
  readonly github: IdentityProvider<GitHubFault>;
  readonly google: IdentityProvider<GoogleFault>;
  /** Where every mail of this stack ends. */
  readonly mailbox: Mailbox;
  /** Variables and secrets of the dispatcher. */
  readonly dispatcherVars: Readonly<Record<string, string>>;
  /** Variables and secrets of a tenant Worker, its name included. */
  tenantVars(worker: TenantWorkerName): Readonly<Record<string, string>>;
  /** Variables and secrets of the jobs Worker, and of the stand-in that it sends mails through. */
  readonly jobsVars: Readonly<Record<string, string>>;
  readonly mailServiceVars: Readonly<Record<string, string>>;
  /** Portals are at `http://<hostname>.localhost:<port>`: tells both providers their callbacks, and mails where they lead. */
  openPort(port: number): Promise<void>;
  /** Lets go of the database while `change` replaces it, then serves the new one at the same address. */
  replaceDatabase(change: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface StackOptions {
  readonly databaseUrl: string;
  readonly keys: PlatformKeys;
  /** 0 or left out: free ones. */
  readonly ports?: { readonly dataApi?: number; readonly github?: number; readonly google?: number };
  /** Left out: a folder of its own, gone when the stack closes. */
  readonly mails?: { readonly directory: string; readonly onMail: (mail: KeptMail) => void } | undefined;
}

/** The database is migrated and seeded; its OAuth clients and its expected issuer are written here. */
export async function startStack({ databaseUrl, keys, ports = {}, mails }: StackOptions): Promise<Stack> {
  const passing = mails === undefined ? mkdtempSync(join(tmpdir(), 'marquee-mail-')) : null;
  const [mailbox, github, google] = await Promise.all([
    startMailbox({ directory: passing ?? mails?.directory ?? '', onMail: mails?.onMail }),
    startGitHub({ port: ports.github ?? 0 }),
    startGoogle({ port: ports.google ?? 0 }),
  ]);
  let sql = connect(databaseUrl);
  let clients = await prepareDatabase(sql, keys);
  let dataApi = await serveData(databaseUrl, keys, ports.dataApi ?? 0);
  const openPorts = new Set<number>();
  const tellPortalUrl = async () => {
    const port = [...openPorts].at(-1);
    if (port === undefined) return;
    await sql`insert into app.settings (key, value)
      values ('portal_url', ${`http://{hostname}${LOCAL_HOST_SUFFIX}:${port}`})
      on conflict (key) do update set value = excluded.value`;
  };

  function registerClients(): void {
    for (const { provider, hostname, clientId, clientSecret } of clients) {
      const redirectUris = callbacks(hostname, openPorts);
      // The platform's own client serves each subdomain; with Google its operator registers them one by one.
      const anySubdomain = hostname === PLATFORM_DOMAIN;
      (provider === 'github' ? github : google).register({
        clientId,
        clientSecret,
        redirectUris,
        anySubdomain,
      });
    }
  }
  registerClients();

  const supabaseUrl = dataApi.url;
  const shared = { SUPABASE_URL: supabaseUrl, SUPABASE_PUBLISHABLE_KEY: keys.publishableKey };
  return {
    keys,
    get sql() {
      return sql;
    },
    databaseUrl,
    supabaseUrl,
    publishableKey: keys.publishableKey,
    github,
    google,
    mailbox,
    jobsVars: {
      ...shared,
      SUPABASE_JWT_ISSUER: JWT_ISSUER,
      SUPABASE_SIGNING_KEY: tenantSecrets(keys)['SUPABASE_SIGNING_KEY'] ?? '',
      MAIL_FROM: `no-reply@${SENDING_DOMAIN}`,
    },
    mailServiceVars: { MAILBOX_URL: mailbox.url },
    dispatcherVars: {
      ...shared,
      ...dispatcherSecrets(keys),
      RELEASE: '',
      LOCAL_HOST_SUFFIX,
      FRESH_SECONDS: '2',
      POWERED_BY_NAME: 'Cozyartz Media Group',
      POWERED_BY_URL: 'https://cozyartzmedia.com',
    },
    tenantVars: (worker) => ({
      ...shared,
      ...tenantSecrets(keys),
      ...github.vars,
      ...google.vars,
      SUPABASE_JWT_ISSUER: JWT_ISSUER,
      WORKER_NAME: worker,
    }),
    async openPort(port) {
      openPorts.add(port);
      registerClients();
      await tellPortalUrl();
    },
    async replaceDatabase(change) {
      await Promise.all([dataApi.close(), sql.end({ timeout: 1 })]);
      await change();
      sql = connect(databaseUrl);
      clients = await prepareDatabase(sql, keys);
      registerClients();
      await tellPortalUrl();
      dataApi = await serveData(databaseUrl, keys, Number(new URL(supabaseUrl).port));
    },
    async close() {
      await Promise.all([
        dataApi.close(),
        github.close(),
        google.close(),
        mailbox.close(),
        sql.end({ timeout: 1 }),
      ]);
      if (passing !== null) await rm(passing, { recursive: true, force: true });
    },
  };
}

interface OAuthClient {
  readonly provider: Provider;
  readonly hostname: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

function connect(databaseUrl: string): Sql {
  return postgres(databaseUrl, { max: 4, onnotice: () => {} });
}

function serveData(databaseUrl: string, keys: PlatformKeys, port: number): Promise<DataApi> {
  const jwks = supabasePublicKeys(keys);
  return startDataApi({ databaseUrl, port, publishableKey: keys.publishableKey, jwks });
}

/**
 * What a migration cannot know: the issuer, and each tenant's own OAuth clients, whose secrets our keys encrypt. The
 * platform's own client comes first; it is in no row but in the Workers' secrets.
 */
async function prepareDatabase(sql: Sql, keys: PlatformKeys): Promise<OAuthClient[]> {
  await sql`insert into app.settings (key, value) values ('jwt_issuer', ${JWT_ISSUER})
    on conflict (key) do update set value = excluded.value`;
  const tenants = await sql<
    { tenant_id: string; domain: string }[]
  >`select tenant_id, domain from public.tenants`;
  const clients: OAuthClient[] = PROVIDERS.map((provider) => ({
    provider,
    hostname: PLATFORM_DOMAIN,
    ...keys[provider],
  }));
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
  keys: PlatformKeys,
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

/** The real address, for tests that ask for it by name, and the local ones. */
function callbacks(hostname: string, ports: ReadonlySet<number>): string[] {
  return [
    `https://${hostname}/auth/callback`,
    ...[...ports].map((port) => `http://${hostname}${LOCAL_HOST_SUFFIX}:${port}/auth/callback`),
  ];
}
