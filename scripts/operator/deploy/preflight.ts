/**
 * Everything that can be known to fail before anything is changed, all of it at once and in words: programs, tokens and
 * what they may do, Workers for Platforms, zones, Supabase, the database, and secrets for each Worker.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { Refusal } from '../../local/steps.ts';
import { type CloudflareClient, CloudflareRefusal } from '../cloudflare-client.ts';
import { describeDatabaseError } from '../database-errors.ts';
import { type InstallationSecrets, tenantSecrets } from '../installation-secrets.ts';
import { ManagementClient } from '../management-client.ts';
import { REPOSITORY } from './build-output.ts';
import { findDueMigrations } from './database.ts';
import type { DeployEnvironment } from './deploy-config.ts';
import { findPrimaryProblem } from './primary-tenant.ts';
import { readTenants } from './tenants.ts';
import { tenantWorkersOf } from './worker-plan.ts';

/** Supabase's pooler of transactions: each statement may be another session, and a lock would be nobody's. */
const TRANSACTION_POOLER_PORT = '6543';
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

/** Throws one Refusal with all problems. */
export async function checkBeforehand(input: PreflightInput): Promise<void> {
  const problems = (
    await Promise.all([checkPrograms(), checkCloudflare(input), checkSupabase(input), checkDatabase(input)])
  ).flat();
  if (problems.length > 0)
    throw new Refusal(
      `Before anything was changed:\n${[...new Set(problems)].map((problem) => `  - ${problem}`).join('\n')}`,
    );
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

async function checkCloudflare({ cloudflare, environment }: PreflightInput): Promise<string[]> {
  const { names, brandZone, neutralZone } = environment;
  const groups = await Promise.all([
    // What a token lacks shows only by asking: Cloudflare does not say what a token may do.
    attempt(
      () => cloudflare.listNamespaces(),
      (refusal) =>
        refusal.status === 403 || refusal.status === 404
          ? `The account has no Workers for Platforms, or CLOUDFLARE_API_TOKEN has no right “Workers Scripts: Edit”. ${refusal.message}`
          : refusal.message,
    ),
    attempt(() => cloudflare.findDeployments(names.dispatcher), needs('Workers Scripts: Edit')),
    attempt(() => cloudflare.listKvNamespaces(), needs('Workers KV Storage: Edit')),
    attempt(() => cloudflare.findBucket(names.brandFiles), needs('Workers R2 Storage: Edit')),
    attempt(() => cloudflare.listQueues(), needs('Queues: Edit')),
    checkZone(cloudflare, brandZone, false),
    checkZone(cloudflare, neutralZone, true),
  ]);
  const problems = groups.flat();
  const refused = problems.find((problem) => problem.includes('Cloudflare refuses CLOUDFLARE_API_TOKEN'));
  return refused === undefined
    ? problems
    : ['Cloudflare refuses CLOUDFLARE_API_TOKEN. Make one at https://dash.cloudflare.com/profile/api-tokens'];
}

async function checkZone(
  cloudflare: CloudflareClient,
  name: string,
  customHostnames: boolean,
): Promise<string[]> {
  const found: { zone?: Awaited<ReturnType<CloudflareClient['findZone']>> } = {};
  const problems = await attempt(
    async () => {
      found.zone = await cloudflare.findZone(name);
    },
    needs(`Zone: Read for ${name}`),
  );
  const { zone } = found;
  if (zone === undefined) return problems;
  if (zone === null)
    return [
      `The account has no zone ${name}, or CLOUDFLARE_API_TOKEN does not see it. Add it at https://dash.cloudflare.com`,
    ];
  const rights = await Promise.all([
    attempt(() => cloudflare.listRecords(zone.id), needs(`DNS: Edit for ${name}`)),
    attempt(() => cloudflare.listRoutes(zone.id), needs(`Workers Routes: Edit for ${name}`)),
    ...(customHostnames
      ? [
          attempt(
            () => cloudflare.findFallbackOrigin(zone.id),
            needs(`SSL and Certificates: Edit for ${name}`),
          ),
        ]
      : []),
  ]);
  const inactive =
    zone.status === 'active'
      ? []
      : [`The zone ${name} is ${zone.status}: its name servers have to be Cloudflare’s.`];
  return [...inactive, ...rights.flat()];
}

async function checkSupabase({ environment, management }: PreflightInput): Promise<string[]> {
  const { url, token } = management;
  if (!token) return ['SUPABASE_ACCESS_TOKEN is not set: https://supabase.com/dashboard/account/tokens'];
  try {
    const project = environment.supabaseProject;
    const { name, status } = await new ManagementClient({ url, token, project }).getProject();
    return status === 'ACTIVE_HEALTHY'
      ? []
      : [`The Supabase project ${name} is ${status}, not ACTIVE_HEALTHY.`];
  } catch (error) {
    if (error instanceof Refusal) return [error.message];
    throw error;
  }
}

async function checkDatabase({
  sql,
  databaseUrl,
  secrets,
  environment,
  migrates,
}: PreflightInput): Promise<string[]> {
  if (new URL(databaseUrl).port === TRANSACTION_POOLER_PORT)
    return [
      'DATABASE_URL is the transaction pooler (6543): take the direct connection, or the session pooler (5432).',
    ];
  let workers: string[];
  try {
    workers = (await readTenants(sql)).map(({ worker }) => worker);
  } catch (error) {
    return [describeDatabaseError(error) ?? 'The database cannot be reached by DATABASE_URL.'];
  }
  const lacking = tenantWorkersOf(workers).flatMap((worker) => {
    try {
      tenantSecrets(secrets, worker);
      return [];
    } catch (error) {
      if (error instanceof Refusal) return [error.message];
      throw error;
    }
  });
  return migrates ? lacking : [...lacking, ...(await findUnready(sql, environment))];
}

/** Workers of this clone must not meet a database of before, and none can be tried without a tenant. */
async function findUnready(sql: Sql, environment: DeployEnvironment): Promise<string[]> {
  const due = await findDueMigrations(sql);
  if (due.length > 0) return [`Not applied yet: ${due.join(', ')}. Run the step database first.`];
  const problem = await findPrimaryProblem(sql, environment);
  return problem === null ? [] : [problem];
}

function needs(right: string): (refusal: CloudflareRefusal) => string {
  return (refusal) =>
    refusal.status === 403 ? `CLOUDFLARE_API_TOKEN lacks “${right}”. ${refusal.message}` : refusal.message;
}

async function attempt(
  ask: () => Promise<unknown>,
  explain: (refusal: CloudflareRefusal) => string,
): Promise<string[]> {
  try {
    await ask();
    return [];
  } catch (error) {
    if (error instanceof CloudflareRefusal) return [explain(error)];
    if (error instanceof Refusal) return [error.message];
    throw error;
  }
}
