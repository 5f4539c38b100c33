/** What a deployment is given by its options and by the environment, all that is wrong with it said at once. */
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { Refusal } from '../../local/steps.ts';
import { CLOUDFLARE_API, CloudflareClient } from '../cloudflare-client.ts';
import { connectDatabase, readDatabaseTarget } from '../database-connection.ts';
import { type InstallationSecrets, readSecrets, requireEnvironment } from '../installation-secrets.ts';
import type { ToolWorld } from '../tool.ts';
import { REPOSITORY } from './build-output.ts';
import {
  DEFAULT_CONFIG_FILE,
  type DeployEnvironment,
  environmentOf,
  isEnvironmentName,
  readDeployConfig,
} from './deploy-config.ts';
import { findProblems, refusalOf } from './preflight.ts';
import type { Redactor } from './redaction.ts';

interface GivenOptions {
  readonly env?: string | undefined;
  readonly config?: string | undefined;
  readonly 'secrets-file'?: string | undefined;
}

export interface Settings {
  readonly environment: DeployEnvironment;
  readonly databaseUrl: string;
  readonly cloudflareToken: string;
  readonly secrets: InstallationSecrets;
}

/** Asked for where it is not set and somebody is there, in the order in which a person finds them. */
const CREDENTIALS = {
  CLOUDFLARE_API_TOKEN: 'Cloudflare API token',
  SUPABASE_ACCESS_TOKEN: 'Supabase personal access token',
  DATABASE_URL: 'Connection string of the database (postgresql://…)',
} as const;

/** The world with what a person typed in its environment; nothing typed is shown. */
export async function askForCredentials(world: ToolWorld, redactor: Redactor): Promise<ToolWorld> {
  const env = { ...world.env };
  for (const [name, what] of Object.entries(CREDENTIALS)) {
    env[name] ||= await world.ask?.(`${what} (or set ${name}): `, { hidden: true });
    redactor.learn(env[name]);
  }
  return { ...world, env };
}

/**
 * Configuration, secrets and tokens; whatever is secret is known to the redactor before anything is said. Where
 * something is missing, what can be asked with the rest is asked all the same. `migrates`: see PreflightInput.
 */
export async function readSettings(
  options: GivenOptions,
  world: ToolWorld,
  redactor: Redactor,
  migrates: boolean,
): Promise<Settings> {
  const { env } = world;
  const problems: string[] = [];
  const collect = async <Value>(read: () => Value | Promise<Value>): Promise<Value | null> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(error.message);
      return null;
    }
  };
  for (const name of ['CLOUDFLARE_API_TOKEN', 'SUPABASE_ACCESS_TOKEN', 'DATABASE_URL', 'MARQUEE_SECRETS'])
    redactor.learn(env[name]);
  const environment = await collect(async (): Promise<DeployEnvironment> => {
    const name = options.env ?? '';
    if (!isEnvironmentName(name)) throw new Refusal('--env takes staging or production.');
    return environmentOf(
      await readDeployConfig(options.config ?? join(REPOSITORY, DEFAULT_CONFIG_FILE)),
      name,
    );
  });
  const databaseUrl = await collect(() => readDatabaseUrl(env['DATABASE_URL'], redactor));
  const cloudflareToken = await collect(() =>
    neededToken(env['CLOUDFLARE_API_TOKEN'], 'CLOUDFLARE_API_TOKEN'),
  );
  const supabaseToken = await collect(() =>
    neededToken(env['SUPABASE_ACCESS_TOKEN'], 'SUPABASE_ACCESS_TOKEN'),
  );
  const read = await collect(async () => {
    const found = await readSecrets(world, options['secrets-file']);
    redactor.learn(JSON.stringify(found.secrets));
    const hint = environment && requireEnvironment(found.secrets, environment.name);
    if (hint !== null) world.writeError(`! ${hint}\n`);
    return found;
  });
  if (
    environment === null ||
    databaseUrl === null ||
    cloudflareToken === null ||
    read === null ||
    problems.length > 0
  ) {
    const sql = databaseUrl === null ? null : connect(databaseUrl);
    try {
      const cloudflare =
        environment === null || cloudflareToken === null
          ? null
          : new CloudflareClient({
              url: cloudflareApiOf(world),
              token: cloudflareToken,
              accountId: environment.accountId,
            });
      const management = { url: managementApiOf(world), token: supabaseToken ?? undefined };
      const secrets = read?.secrets ?? null;
      const found = await findProblems({
        ...{ environment, cloudflare, sql, databaseUrl, secrets, management, migrates },
      });
      throw refusalOf([...problems, ...found].map(redactor.redact));
    } finally {
      await sql?.end({ timeout: 2 });
    }
  }
  return { environment, databaseUrl, cloudflareToken, secrets: read.secrets };
}

export function cloudflareApiOf({ env }: ToolWorld): string {
  return env['CLOUDFLARE_API_BASE_URL'] ?? CLOUDFLARE_API;
}

export function managementApiOf({ env }: ToolWorld): string {
  return env['SUPABASE_API_URL'] ?? 'https://api.supabase.com';
}

function neededToken(value: string | undefined, name: string): string {
  if (!value) throw new Refusal(`${name} is not set.`);
  return value;
}

function readDatabaseUrl(address: string | undefined, redactor: Redactor): string {
  if (!address)
    throw new Refusal(
      'DATABASE_URL is not set: the database as its owner, by the session pooler (port 5432) or the direct connection.',
    );
  redactor.learn(readDatabaseTarget(address).cli.env['PGPASSWORD']);
  return address;
}

/** An edge on this machine serves what was uploaded to an API on this machine, and nothing else. */
export function readEdge(address: string | undefined, apiUrl: string): URL | null {
  if (!address) return null;
  const url = URL.parse(address);
  if (url === null || [url, URL.parse(apiUrl)].some((one) => !isOfThisMachine(one)))
    throw new Refusal(
      'MARQUEE_EDGE is for rehearsals: http://127.0.0.1:PORT, with CLOUDFLARE_API_BASE_URL on this machine, too. Unset it.',
    );
  return url;
}

function isOfThisMachine(url: URL | null): boolean {
  return url?.protocol === 'http:' && url.hostname === '127.0.0.1';
}

export function connect(databaseUrl: string): Sql {
  return connectDatabase(databaseUrl, { max: 2, idle_timeout: 20 });
}
