/**
 * Everything that a deployment meets, on one machine: Cloudflare's API and an edge, Supabase's Management API, a
 * database with the demo tenants and the Data API on it, secrets and a configuration. Used by the tests of the
 * deployment and by `npm run deploy:rehearse`.
 */
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { type CloudflareApi, startCloudflareApi } from '../../local/cloudflare-api/server.ts';
import { startDataApi } from '../../local/data-api.ts';
import { type ManagementApi, startManagementApi } from '../../local/management-api.ts';
import type { Platform } from '../../local/platform.ts';
import { TENANT_WORKERS } from '../../local/workers.ts';
import { createSecrets, type InstallationSecrets, writeSecretsFile } from '../installation-secrets.ts';

const PROJECT = 'rehearsalrehearsalre';
export const BRAND_ZONE = 'cozyartzmedia.com';
export const NEUTRAL_ZONE = 'portal-edge.net';

export interface Rehearsal {
  readonly cloudflare: CloudflareApi;
  readonly management: ManagementApi;
  readonly databaseUrl: string;
  readonly secrets: InstallationSecrets;
  readonly secretsFile: string;
  /** Temporary; gone when it closes. */
  readonly folder: string;
  /** What a person would have set before starting the deployment. */
  readonly env: Readonly<Record<string, string>>;
  /** Options that lead to this rehearsal. */
  readonly line: readonly string[];
  close(): Promise<void>;
}

export interface RehearsalOptions {
  readonly platform: Platform;
  /** Between an integration and the trust in its keys. */
  readonly trustMilliseconds?: number;
}

export async function startRehearsal({
  platform,
  trustMilliseconds = 0,
}: RehearsalOptions): Promise<Rehearsal> {
  const folder = mkdtempSync(join(tmpdir(), 'marquee-rehearsal-'));
  const databaseUrl = await platform.createDatabase();
  const cloudflare = await startCloudflareApi({ zones: [BRAND_ZONE, NEUTRAL_ZONE] });
  const management = await startManagementApi({ project: PROJECT, lagMilliseconds: trustMilliseconds });
  const secrets = await createSecrets(
    {
      publishableKey: 'sb_publishable_rehearsal',
      github: { clientId: 'rehearsal.github', clientSecret: 'canary-github-client-secret' },
      google: { clientId: 'rehearsal.google', clientSecret: 'canary-google-client-secret' },
    },
    TENANT_WORKERS,
    Date.now(),
  );
  const dataApi = await startDataApi({
    databaseUrl,
    publishableKey: secrets.publishableKey,
    keys: management.trustedKeys,
  });
  const keySet = await serveKeySet(new URL(cloudflare.edge.url));
  const secretsFile = join(folder, 'secrets.json');
  await writeSecretsFile(secretsFile, secrets, { fresh: true });
  const configFile = join(folder, 'deploy.config.json');
  const staging = {
    accountId: cloudflare.accountId,
    supabaseProject: PROJECT,
    supabaseUrl: dataApi.url,
    namespace: 'marquee-staging',
    brandZone: BRAND_ZONE,
    neutralZone: NEUTRAL_ZONE,
    mailFrom: `no-reply@${NEUTRAL_ZONE}`,
    primaryDomain: BRAND_ZONE,
    jwksUrl: keySet.url,
  };
  await writeFile(configFile, JSON.stringify({ prefix: 'marquee', environments: { staging } }));
  return {
    ...{ cloudflare, management, databaseUrl, secrets, secretsFile, folder },
    env: {
      CLOUDFLARE_API_BASE_URL: cloudflare.url,
      CLOUDFLARE_API_TOKEN: cloudflare.token,
      SUPABASE_API_URL: management.url,
      SUPABASE_ACCESS_TOKEN: management.token,
      DATABASE_URL: databaseUrl,
      MARQUEE_EDGE: cloudflare.edge.url,
    },
    line: [
      ...['--env', 'staging', '--config', configFile, '--secrets-file', secretsFile],
      ...['--state-dir', join(folder, 'state'), '--no-build'],
    ],
    async close() {
      await Promise.all([cloudflare.close(), management.close(), dataApi.close(), keySet.close()]);
      await platform.dropDatabase(databaseUrl);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The edge tells portals apart by Host, and who fetches a key set says the address's: this says the portal's. */
async function serveKeySet(edge: URL): Promise<{ readonly url: string; close(): Promise<void> }> {
  const path = '/.well-known/jwks.json';
  const app = new Hono().get(path, async (c) => {
    const { status, body } = await ask(edge, path);
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
