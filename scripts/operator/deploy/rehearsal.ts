/**
 * Everything that a deployment meets, on one machine: Cloudflare's API and an edge, Supabase's Management API, a
 * database with the demo tenants and the Data API on it, GitHub and Google, secrets and a configuration. Used by the tests of the
 * deployment and by `npm run deploy:rehearse`.
 */
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import postgres from 'postgres';
import { type CloudflareApi, startCloudflareApi } from '../../local/cloudflare-api/server.ts';
import { startDataApi } from '../../local/data-api.ts';
import { startGitHub, startGoogle } from '../../local/identity-providers.ts';
import { type ManagementApi, startManagementApi } from '../../local/management-api.ts';
import {
  LOCAL_HOST_SUFFIX,
  type OAuthClient,
  platformClients,
  registerOAuthClients,
  seedOAuthClients,
} from '../../local/oauth-clients.ts';
import type { Platform } from '../../local/platform.ts';
import { TENANT_WORKERS } from '../../local/workers.ts';
import { createSecrets, type InstallationSecrets, writeSecretsFile } from '../installation-secrets.ts';

const ACCOUNT = '0123456789abcdef0123456789abcdef';
const PROJECT = 'rehearsalrehearsalre';
export const BRAND_ZONE = 'cozyartzmedia.com';
export const NEUTRAL_ZONE = 'portal-edge.net';
/** What partners point their domains at. */
export const CUSTOM_HOSTNAME_TARGET = `portals.${NEUTRAL_ZONE}`;
/** Of a demo tenant; no zone of the account. */
export const PARTNER_DOMAIN = 'partner-seo.com';

export interface RehearsedAccount {
  readonly cloudflare: CloudflareApi;
  /** What a person would have set before starting the deployment. */
  readonly env: Readonly<Record<string, string>>;
  /** Options that lead there. */
  readonly line: readonly string[];
  /** Holds `staging.json` once something was deployed. */
  readonly stateFolder: string;
  /** What a browser opens, by a portal's hostname. */
  origin(hostname: string): string;
  /** The partner points its domain here by a CNAME; what is to be done at Cloudflare, the deployment does. */
  openPartnerDomain(): Promise<void>;
  close(): Promise<void>;
}

export interface Rehearsal extends RehearsedAccount {
  readonly management: ManagementApi;
  readonly databaseUrl: string;
  readonly secrets: InstallationSecrets;
  readonly secretsFile: string;
  readonly configFile: string;
  /** Temporary; gone when it closes. */
  readonly folder: string;
  /** Supabase does not answer any more, until what comes back is called. */
  takeSupabaseDown(): Promise<() => Promise<void>>;
  /** An empty account of Cloudflare beside the first, for the same installation: deployments to both are comparable. */
  openAccount(): Promise<RehearsedAccount>;
}

/** Everything that nobody may see. */
export function secretTextsOf({ secrets, cloudflare, management, databaseUrl }: Rehearsal): string[] {
  const { contextKeys, supabaseKeys, sessionKeys, fieldKeys, github, google } = secrets;
  const keys = [...contextKeys, ...supabaseKeys, ...Object.values(sessionKeys).flat(), ...fieldKeys];
  return [
    ...keys.map(({ d, k }) => String(d ?? k)),
    ...[github.clientSecret, google.clientSecret],
    ...[cloudflare.token, management.token, databaseUrl],
  ];
}

export interface RehearsalOptions {
  readonly platform: Platform;
  /** Between an integration and the trust in its keys. */
  readonly trustMilliseconds?: number;
  /** A database of a project that nothing was ever deployed to; the caller drops it. Left out: one with demo tenants. */
  readonly emptyDatabaseUrl?: string;
}

export async function startRehearsal({
  platform,
  trustMilliseconds = 0,
  emptyDatabaseUrl,
}: RehearsalOptions): Promise<Rehearsal> {
  const folder = mkdtempSync(join(tmpdir(), 'marquee-rehearsal-'));
  const databaseUrl = emptyDatabaseUrl ?? (await platform.createDatabase());
  const management = await startManagementApi({
    project: PROJECT,
    lagMilliseconds: trustMilliseconds,
    believesMilliseconds: 1_000,
  });
  const secrets = await createSecrets(
    {
      publishableKey: 'sb_publishable_rehearsal',
      github: { clientId: 'rehearsal.github', clientSecret: 'canary-github-client-secret' },
      google: { clientId: 'rehearsal.google', clientSecret: 'canary-google-client-secret' },
    },
    TENANT_WORKERS,
    Date.now(),
    'staging',
  );
  const dataApiOptions = {
    databaseUrl,
    publishableKey: secrets.publishableKey,
    keys: management.trustedKeys,
  };
  let dataApi = await startDataApi(dataApiOptions);
  const [github, google] = await Promise.all([startGitHub(), startGoogle()]);
  const clients =
    emptyDatabaseUrl === undefined ? await seedClients(databaseUrl, secrets) : platformClients(secrets);
  const accounts: RehearsedAccount[] = [];
  const keySet = await serveKeySet(() => accounts.at(-1)?.cloudflare.edge.url ?? '');
  const secretsFile = join(folder, 'secrets.json');
  await writeSecretsFile(secretsFile, secrets, { fresh: true });
  const configFile = join(folder, 'deploy.config.json');
  const staging = {
    accountId: ACCOUNT,
    supabaseProject: PROJECT,
    supabaseUrl: dataApi.url,
    namespace: 'marquee-staging',
    brandZone: BRAND_ZONE,
    neutralZone: NEUTRAL_ZONE,
    mailFrom: `no-reply@${NEUTRAL_ZONE}`,
    primaryDomain: BRAND_ZONE,
    jwksUrl: keySet.url,
    providers: {
      github: { url: github.vars['GITHUB_URL'], apiUrl: github.vars['GITHUB_API_URL'] },
      google: {
        authorizationEndpoint: google.vars['GOOGLE_AUTHORIZATION_ENDPOINT'],
        tokenEndpoint: google.vars['GOOGLE_TOKEN_ENDPOINT'],
        jwksUri: google.vars['GOOGLE_JWKS_URI'],
        issuer: google.vars['GOOGLE_ISSUER'],
      },
    },
  };
  await writeFile(configFile, JSON.stringify({ prefix: 'marquee', environments: { staging } }));
  const openAccount = async (): Promise<RehearsedAccount> => {
    const cloudflare = await startCloudflareApi({ accountId: ACCOUNT, zones: [BRAND_ZONE, NEUTRAL_ZONE] });
    const stateFolder = join(folder, `state-${accounts.length}`);
    const account = {
      cloudflare,
      stateFolder,
      env: {
        CLOUDFLARE_API_BASE_URL: cloudflare.url,
        CLOUDFLARE_API_TOKEN: cloudflare.token,
        CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
        SUPABASE_API_URL: management.url,
        SUPABASE_ACCESS_TOKEN: management.token,
        SUPABASE_URL: dataApi.url,
        DATABASE_URL: databaseUrl,
        MARQUEE_EDGE: cloudflare.edge.url,
      },
      line: [
        ...['--env', 'staging', '--config', configFile, '--secrets-file', secretsFile],
        ...['--state-dir', stateFolder, '--no-build'],
      ],
      origin: (hostname: string) => `http://${hostname}${LOCAL_HOST_SUFFIX}:${cloudflare.edge.port}`,
      openPartnerDomain: async () => cloudflare.pointDomain(PARTNER_DOMAIN, CUSTOM_HOSTNAME_TARGET),
      close: () => cloudflare.close(),
    };
    accounts.push(account);
    const ports = new Set(accounts.map((one) => one.cloudflare.edge.port));
    registerOAuthClients({ github, google }, clients, ports);
    return account;
  };
  return {
    ...(await openAccount()),
    ...{ management, databaseUrl, secrets, secretsFile, configFile, folder, openAccount },
    async takeSupabaseDown() {
      const { url } = dataApi;
      await dataApi.close();
      return async () => {
        dataApi = await startDataApi({ ...dataApiOptions, port: Number(new URL(url).port) });
      };
    },
    async close() {
      await Promise.all([
        ...accounts.map((account) => account.close()),
        management.close(),
        dataApi.close(),
        github.close(),
        google.close(),
        keySet.close(),
      ]);
      if (emptyDatabaseUrl === undefined) await platform.dropDatabase(databaseUrl);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The demo tenants' own clients at GitHub and Google, sealed with this installation's keys. */
async function seedClients(databaseUrl: string, secrets: InstallationSecrets): Promise<OAuthClient[]> {
  const { fieldKeys: fields, github, google } = secrets;
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    return await seedOAuthClients(sql, { fields, github, google });
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** The edge tells portals apart by Host, and who fetches a key set says the address's: this says the portal's. */
async function serveKeySet(edge: () => string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const path = '/.well-known/jwks.json';
  const app = new Hono().get(path, async (c) => {
    const { status, body } = await ask(new URL(edge()), path);
    return c.body(body, status === 200 ? 200 : 502, { 'content-type': 'application/json' });
  });
  const server = await new Promise<ServerType>((listening) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () => listening(started));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port to listen on');
  return {
    url: `http://127.0.0.1:${address.port}${path}`,
    close: () => new Promise((closed) => void server.close(() => closed())),
  };
}

function ask(edge: URL, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: edge.hostname, port: edge.port, path, headers: { host: BRAND_ZONE }, agent: false },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      },
    );
    sent.once('error', reject);
    sent.end();
  });
}
