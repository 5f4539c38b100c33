/**
 * Everything that can be known to fail before anything is changed, all of it at once and in words: programs, tokens and
 * what they may do, Workers for Platforms, zones, Supabase, the database, and secrets for each Worker.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { z } from 'zod';
import { Refusal } from '../../local/steps.ts';
import type { CloudflareClient } from '../cloudflare-client.ts';
import { describeDatabaseError } from '../database-errors.ts';
import { type InstallationSecrets, tenantSecrets } from '../installation-secrets.ts';
import { ManagementClient } from '../management-client.ts';
import { REPOSITORY } from './build-output.ts';
import { checkCloudflare } from './cloudflare-rights.ts';
import { findDueMigrations } from './database.ts';
import type { DeployEnvironment } from './deploy-config.ts';
import { findPrimaryProblem } from './primary-tenant.ts';
import { readTenants } from './tenants.ts';
import { findForeignPrimary, findForeignProject } from './whose-database.ts';
import { tenantWorkersOf } from './worker-plan.ts';

/** Supabase's pooler of transactions: each statement may be another session, and a lock would be nobody's. */
const TRANSACTION_POOLER_PORT = '6543';
const DATA_API_MILLISECONDS = 10_000;
const errorSchema = z.object({ code: z.string().optional() });
const PROGRAMS = ['wrangler', 'supabase'];

export interface PreflightInput {
  readonly environment: DeployEnvironment;
  readonly cloudflare: CloudflareClient;
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly secrets: InstallationSecrets;
  readonly management: { readonly url: string; readonly token: string | undefined };
  /** False when the run begins after the step `database`, with what an earlier run has left there. */
  readonly migrates: boolean;
}

/** Null where it could not be read. */
type Known<Input> = { readonly [Name in keyof Input]: Input[Name] | null };

/** Throws one Refusal with all problems. */
export async function checkBeforehand(input: PreflightInput): Promise<void> {
  const problems = await findProblems(input);
  if (problems.length > 0) throw refusalOf(problems);
}

export function refusalOf(problems: readonly string[]): Refusal {
  const lines = [...new Set(problems)].map((problem) => `  - ${problem.replaceAll('\n', '\n    ')}`);
  return new Refusal(`Before anything was changed:\n${lines.join('\n')}`);
}

/** All that can be found out with what is known: what is missing is somebody else's to say. */
export async function findProblems(input: Known<PreflightInput>): Promise<string[]> {
  const { environment, cloudflare, management, secrets, sql, databaseUrl, migrates } = input;
  const groups = await Promise.all([
    checkPrograms(),
    environment && cloudflare ? checkCloudflare(cloudflare, environment) : [],
    environment && management?.token ? checkProject(environment, management) : [],
    environment && secrets ? checkDataApi(environment, secrets) : [],
    sql && databaseUrl ? checkDatabase({ ...input, sql, databaseUrl, migrates: migrates ?? true }) : [],
  ]);
  return groups.flat();
}

/** The versions that package.json pins: another one may upload otherwise. */
async function checkPrograms(): Promise<string[]> {
  const require = createRequire(join(REPOSITORY, 'package.json'));
  const wanted: { devDependencies: Record<string, string> } = JSON.parse(
    await readFile(join(REPOSITORY, 'package.json'), 'utf8'),
  );
  return PROGRAMS.flatMap((name) => {
    const { version }: { version: string } = require(`${name}/package.json`);
    const pinned = wanted.devDependencies[name];
    return version === pinned ? [] : [`${name} is ${version}, and package.json wants ${pinned}: npm ci`];
  });
}

async function checkProject(
  { supabaseProject: project }: DeployEnvironment,
  { url, token = '' }: PreflightInput['management'],
): Promise<string[]> {
  try {
    const { name, status } = await new ManagementClient({ url, token, project }).getProject();
    return status === 'ACTIVE_HEALTHY'
      ? []
      : [`The Supabase project ${name} is ${status}, not ACTIVE_HEALTHY.`];
  } catch (error) {
    if (error instanceof Refusal) return [error.message];
    throw error;
  }
}

/** Whether the gateway knows the publishable key. Without a token of ours nobody is let further: that is no problem. */
async function checkDataApi(
  { supabaseUrl }: DeployEnvironment,
  { publishableKey }: InstallationSecrets,
): Promise<string[]> {
  const answer = await fetch(new URL('/rest/v1/tenants?select=tenant_id&limit=0', supabaseUrl), {
    // Of a schema that is not exposed: PostgREST says no before it looks for a table, which may not be there yet.
    headers: { apikey: publishableKey, 'accept-profile': 'none' },
    redirect: 'error',
    signal: AbortSignal.timeout(DATA_API_MILLISECONDS),
  }).catch(() => null);
  if (answer === null || answer.status >= 500)
    return [`The Data API at ${supabaseUrl} does not answer (${answer?.status ?? 'no connection'}).`];
  // Errors of the database and of PostgREST have a code; the gateway's have none.
  const { code } = errorSchema.safeParse(await answer.json().catch(() => null)).data ?? {};
  return answer.status === 401 && code === undefined
    ? [
        `${supabaseUrl} refuses the publishable key of the secrets document: is it of this project, and not revoked?`,
      ]
    : [];
}

interface DatabaseInput extends Pick<Known<PreflightInput>, 'secrets' | 'environment'> {
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly migrates: boolean;
}

async function checkDatabase({
  sql,
  databaseUrl,
  secrets,
  environment,
  migrates,
}: DatabaseInput): Promise<string[]> {
  if (new URL(databaseUrl).port === TRANSACTION_POOLER_PORT)
    return [
      'DATABASE_URL is the transaction pooler (6543): take the session pooler (5432), or the direct connection.',
    ];
  const foreign = environment && findForeignProject(databaseUrl, environment);
  if (foreign !== null) return [foreign];
  try {
    const stranger = environment && (await findForeignPrimary(sql, environment));
    if (stranger !== null) return [stranger];
    const workers = (await readTenants(sql)).map(({ worker }) => worker);
    const lacking = secrets === null ? [] : findLackingSecrets(secrets, tenantWorkersOf(workers));
    return migrates || environment === null
      ? lacking
      : [...lacking, ...(await findUnready(sql, environment))];
  } catch (error) {
    if (error instanceof Refusal) return [error.message];
    const known = describeDatabaseError(error);
    if (known !== null) return [known];
    throw error;
  }
}

function findLackingSecrets(secrets: InstallationSecrets, workers: readonly string[]): string[] {
  return workers.flatMap((worker) => {
    try {
      tenantSecrets(secrets, worker);
      return [];
    } catch (error) {
      if (error instanceof Refusal) return [error.message];
      throw error;
    }
  });
}

/** Workers of this clone must not meet a database of before, and none can be tried without a tenant. */
async function findUnready(sql: Sql, environment: DeployEnvironment): Promise<string[]> {
  const due = await findDueMigrations(sql);
  if (due.length > 0) return [`Not applied yet: ${due.join(', ')}. Run the step database first.`];
  const problem = await findPrimaryProblem(sql, environment);
  return problem === null ? [] : [problem];
}
