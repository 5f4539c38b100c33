/**
 * `scripts/deploy-multi-tenant.sh`: a whole installation from this clone, step by step. Each step looks first and
 * changes only what is missing, so that it can be run again at any time, whatever ended the run before.
 */
import { join } from 'node:path';
import { Refusal } from '../../local/steps.ts';
import { formatTable } from '../../local/table.ts';
import { CloudflareClient } from '../cloudflare-client.ts';
import { readVerifiedHostnames } from '../custom-hostnames.ts';
import type { Tool, ToolResult, ToolRun } from '../tool.ts';
import { authStep } from './auth-step.ts';
import { DIST, NoBuild, REPOSITORY, readBuild, readCommit } from './build-output.ts';
import { buildStep } from './build-step.ts';
import { cleanUpStep } from './clean-up.ts';
import { databaseStep } from './database-step.ts';
import { DEFAULT_CONFIG_FILE } from './deploy-config.ts';
import type { Installation } from './installation.ts';
import { takeLock } from './lock.ts';
import { checkBeforehand } from './preflight.ts';
import { smokeStep } from './proving.ts';
import { createRedactor } from './redaction.ts';
import { resourcesStep } from './resources.ts';
import { routesStep } from './routes.ts';
import {
  askForCredentials,
  cloudflareApiOf,
  connect,
  managementApiOf,
  readEdge,
  readSettings,
} from './settings.ts';
import { openState } from './state.ts';
import { runSteps, STEP_NAMES, type Step, type StepName, type StepReport } from './steps.ts';
import { readTenants } from './tenants.ts';
import { findServing } from './versions.ts';
import { type Plan, physicalName, planWithin, planWorkers } from './worker-plan.ts';
import { jobsStep, releaseStep, tenantsStep, trialStep, versionStep } from './worker-steps.ts';

const OPTIONS = {
  env: { type: 'string', value: 'NAME', help: 'staging or production; there is no default' },
  only: { type: 'string', value: 'STEP', help: 'this step alone' },
  from: { type: 'string', value: 'STEP', help: 'this step and those after it' },
  tenant: {
    type: 'string',
    value: 'ID',
    help: 'brings up the Worker of this tenant in the release that serves',
  },
  release: {
    type: 'string',
    value: 'NAME',
    help: 'name of the release; from commit and content when left out',
  },
  config: { type: 'string', value: 'FILE', help: `${DEFAULT_CONFIG_FILE} when left out` },
  'secrets-file': {
    type: 'string',
    value: 'FILE',
    help: 'the secrets document, readable by you alone (0600)',
  },
  'state-dir': {
    type: 'string',
    value: 'FOLDER',
    help: 'where it notes what it found out; .deploy when left out',
  },
  'no-build': { type: 'boolean', help: 'takes what is in dist/ as it is' },
  yes: { type: 'boolean', help: 'says yes to whatever would be asked, but not to taking over' },
  'take-over': {
    type: 'boolean',
    help: 'says yes to answering in place of names and routes that are there already',
  },
} as const;

type Run = ToolRun<typeof OPTIONS>;
/** Those that bring up what asks the database, or ask it themselves. */
const NEEDS_DATABASE: ReadonlySet<StepName> = new Set(STEP_NAMES.slice(STEP_NAMES.indexOf('tenants')));
/** A tenant that was added since the release began needs no more than these. */
const TENANT_STEPS: readonly StepName[] = ['tenants', 'smoke'];

export const deployTool = deployToolOf(DIST);

/** `dist` is where the build is found; it is made in DIST. */
export function deployToolOf(dist: string): Tool<typeof OPTIONS> {
  return {
    name: 'deploy',
    summary: `Deploys the whole installation: ${STEP_NAMES.join(', ')}.\nEach step changes only what is missing; after a failure, run it again.`,
    options: OPTIONS,
    environment: {
      CLOUDFLARE_API_TOKEN:
        'Workers Scripts, KV, R2, Queues: Edit; of both zones: Zone Read, DNS, Workers Routes, SSL and Certificates: Edit',
      SUPABASE_ACCESS_TOKEN: 'personal access token for the Management API',
      MARQUEE_SECRETS:
        'the secrets document itself, where there is no file of it. What is not set is asked for at a terminal',
    },
    run: (run) => deploy(run, dist),
  };
}

async function deploy(run: Run, dist: string): Promise<ToolResult> {
  const { options, dryRun } = run;
  const steps = chooseSteps(options.only, options.from, options.tenant);
  const redactor = createRedactor();
  const { world: bare } = run;
  const world = await askForCredentials(
    { ...bare, writeError: (text) => bare.writeError(redactor.redact(text)) },
    redactor,
  );
  const migrates = !steps.some((step) => NEEDS_DATABASE.has(step)) || steps.includes('database');
  const settings = await readSettings(options, world, redactor, migrates);
  const { environment, databaseUrl, secrets, cloudflareToken } = settings;

  const apiUrl = cloudflareApiOf(world);
  const edge = readEdge(world.env['MARQUEE_EDGE'], apiUrl);
  const { accountId, names, namespace, name } = environment;
  const cloudflare = new CloudflareClient({ url: apiUrl, token: cloudflareToken, accountId });
  const say = (line: string) => world.writeError(`${line}\n`);
  const sql = connect(databaseUrl);
  const started = Date.now();
  let planned = options.release ?? null;
  const remember = (plan: Plan): Plan => {
    planned = plan.release;
    return plan;
  };
  try {
    await checkBeforehand({
      ...{ environment, cloudflare, sql, databaseUrl, secrets },
      management: { url: managementApiOf(world), token: world.env['SUPABASE_ACCESS_TOKEN'] },
      migrates,
    });
    say('✓ Nothing is in the way');
    const lock = dryRun ? null : await takeLock(databaseUrl, name);
    try {
      // Only now: whoever went before us has written what it holds.
      const state = await openState(
        join(options['state-dir'] ?? join(REPOSITORY, '.deploy'), `${name}.json`),
        { environment: name, accountId, namespace },
        dryRun,
      );
      const installation: Installation = {
        ...{ environment, cloudflare, sql, databaseUrl, secrets, state, world, dryRun, say },
        wrangler: { apiUrl, token: cloudflareToken, accountId, redact: redactor.redact },
        release: options.release,
        onlyTenant: options.tenant,
        redact: redactor.redact,
        async plan() {
          const build = await readBuild(dist);
          if (build === null) throw new NoBuild('There is no build: run the step build.');
          const tenants = await readTenants(sql);
          const otherWorkers = tenants.map(({ worker }) => worker);
          const kvId = state.state.resources['kv'] ?? null;
          const commit = await readCommit();
          const input = {
            ...{ build, environment, secrets, kvId, otherWorkers, commit },
            release: options.release,
            rehearsed: edge !== null,
          };
          if (options.tenant === undefined || options.release !== undefined)
            return remember(planWorkers(input));
          const serving = (await findServing({ cloudflare, environment }))?.release ?? null;
          const scripts = await cloudflare.listNamespaceScripts(namespace);
          return remember(
            planWithin(input, {
              serving,
              there: otherWorkers.filter((worker) => scripts.includes(physicalName(worker, serving ?? ''))),
              worker: tenants.find(({ tenantId }) => tenantId === options.tenant)?.worker ?? null,
            }),
          );
        },
        tenants: () => readTenants(sql),
        smoke: { edge, dispatcher: names.dispatcher },
        found: { tenants: [] },
      };
      const reports = await runSteps(
        allSteps(installation, dist, options['no-build'] === true, steps.at(-1) !== 'database')
          .filter((step) => steps.includes(step.name))
          .map((step) => (dryRun ? foreseenWithoutBuild(step) : step)),
        {
          dryRun,
          say,
          consent: consentBy(run, 'yes'),
          takeOver: consentBy(run, 'take-over'),
          assertAlone: async () => lock?.assertHeld(),
        },
      );
      return reportOn(installation, planned, reports, Date.now() - started);
    } catch (error) {
      // What others say may quote what they were given.
      if (error instanceof Refusal) throw new Refusal(redactor.redact(error.message));
      throw error;
    } finally {
      await lock?.release();
    }
  } finally {
    await sql.end({ timeout: 2 });
  }
}

/** A dry run makes no build: where there is none, what depends on it is said to do so. */
function foreseenWithoutBuild(step: Step): Step {
  return {
    ...step,
    async look() {
      try {
        return await step.look();
      } catch (error) {
        if (!(error instanceof NoBuild)) throw error;
        const what = 'do what depends on the build, which is not there yet: npm run build, and look again';
        return [{ what, apply: () => Promise.reject(error) }];
      }
    },
  };
}

function allSteps(installation: Installation, dist: string, skipBuild: boolean, goesOn: boolean): Step[] {
  return [
    buildStep(installation, dist, skipBuild),
    databaseStep(installation, goesOn),
    resourcesStep(installation),
    tenantsStep(installation),
    versionStep(installation),
    trialStep(installation),
    jobsStep(installation),
    releaseStep(installation),
    routesStep({ ...installation, verifiedHostnames: () => readVerifiedHostnames(installation.sql) }),
    authStep(installation),
    smokeStep(installation),
    cleanUpStep(installation),
  ];
}

function chooseSteps(
  only: string | undefined,
  from: string | undefined,
  tenant: string | undefined,
): readonly StepName[] {
  if (only !== undefined && from !== undefined) throw new Refusal('Either --only or --from.');
  const named = only ?? from;
  const index = STEP_NAMES.findIndex((name) => name === named);
  if (named !== undefined && index < 0)
    throw new Refusal(`There is no step ${named}. Steps: ${STEP_NAMES.join(', ')}.`);
  if (tenant !== undefined && only !== undefined && !TENANT_STEPS.some((name) => name === only))
    throw new Refusal(`--tenant goes with ${TENANT_STEPS.join(' and ')} alone.`);
  const chosen =
    only !== undefined ? [STEP_NAMES[index]] : from !== undefined ? STEP_NAMES.slice(index) : STEP_NAMES;
  return STEP_NAMES.filter(
    (name) => chosen.includes(name) && (tenant === undefined || TENANT_STEPS.includes(name)),
  );
}

function consentBy(
  { options, world }: Run,
  option: 'yes' | 'take-over',
): ((question: string) => Promise<boolean>) | null {
  const { ask } = world;
  if (options[option] === true) return async () => true;
  if (ask === null) return null;
  return async (question) => /^y(?:es)?$/i.test(await ask(question));
}

/** `release` is null where no step came to plan one. */
function reportOn(
  { environment, found, dryRun }: Installation,
  release: string | null,
  steps: readonly StepReport[],
  milliseconds: number,
): ToolResult {
  const changes = steps.reduce((sum, step) => sum + step.changes.length, 0);
  const counted = changes === 1 ? '1 change' : `${changes} changes`;
  const head = dryRun
    ? `${environment.name}: ${counted}${release === null ? '' : ` for the release ${release}`}; none was made.`
    : `${environment.name}: ${release === null ? '' : `the release ${release}, `}${changes === 0 ? 'nothing to change' : counted} (${(milliseconds / 1000).toFixed(0)} s).`;
  const tenants = found.tenants.map(({ tenantId, hostname, problems }) => [
    problems.length === 0 ? '✓' : '✗',
    tenantId,
    hostname,
    problems.join('; '),
  ]);
  return {
    data: { environment: environment.name, release, dryRun, changes, steps, tenants: found.tenants },
    text: [head, ...(tenants.length === 0 ? [] : [formatTable(tenants)])].join('\n\n'),
  };
}
