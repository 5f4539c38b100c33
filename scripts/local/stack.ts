/**
 * One stack of the embedded platform: a database, the Data API on it, the two identity providers, a mailbox, and what
 * the Workers must be told to meet them. Made by platform.ts; portal.ts and Vite run the Workers on it.
 */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
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
import {
  LOCAL_HOST_SUFFIX,
  type OAuthClient,
  registerOAuthClients,
  seedOAuthClients,
} from './oauth-clients.ts';
import type { TenantWorkerName } from './workers.ts';

/** `iss` of the tokens for the Data API, and what the database's guard expects. */
const JWT_ISSUER = 'https://cozyartzmedia.com';

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

  const registerClients = () => registerOAuthClients({ github, google }, clients, openPorts);
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

function connect(databaseUrl: string): Sql {
  return postgres(databaseUrl, { max: 4, onnotice: () => {} });
}

function serveData(databaseUrl: string, keys: PlatformKeys, port: number): Promise<DataApi> {
  const jwks = supabasePublicKeys(keys);
  return startDataApi({ databaseUrl, port, publishableKey: keys.publishableKey, jwks });
}

/** What a migration cannot know: the issuer, and the OAuth clients. */
async function prepareDatabase(sql: Sql, keys: PlatformKeys): Promise<OAuthClient[]> {
  await sql`insert into app.settings (key, value) values ('jwt_issuer', ${JWT_ISSUER})
    on conflict (key) do update set value = excluded.value`;
  return seedOAuthClients(sql, keys);
}
