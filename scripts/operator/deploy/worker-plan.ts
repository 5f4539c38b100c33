/**
 * What each Worker of an environment is to be: its configuration, its secrets, and a digest of both and its code. And
 * from all of them the release: the same release is the same code, settings and secrets.
 */
import { Refusal } from '../../local/steps.ts';
import { TENANT_WORKERS } from '../../local/workers.ts';
import {
  dispatcherSecrets,
  type InstallationSecrets,
  jobsSecrets,
  tenantSecrets,
} from '../installation-secrets.ts';
import { type BuildOutput, type BuiltConfig, type BuiltWorker, digestOf } from './build-output.ts';
import type { DeployEnvironment } from './deploy-config.ts';
import { providerVars } from './providers.ts';

export const RELEASE = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
/** Cloudflare's bound for the name of a script. */
const LONGEST_NAME = 63;
const NAME_DIGITS = 12;
/** Rate limit namespaces are shared by an account: each environment counts for itself. */
const RATE_LIMIT_OFFSETS = { production: 0, staging: 10_000 } as const;

export interface PlannedWorker {
  /** As the platform calls it, or a logical name: `partner-tenant`. */
  readonly logical: string;
  /** As Cloudflare calls it. */
  readonly name: string;
  readonly config: BuiltConfig;
  readonly secrets: Readonly<Record<string, string>>;
  readonly digest: string;
}

export interface Plan {
  readonly release: string;
  /** Seven digits, told with each version; null outside of a clone. */
  readonly commit: string | null;
  /** True when the release's name says what is in it: then a script of that name is whole and right. */
  readonly byContent: boolean;
  readonly dispatcher: PlannedWorker;
  readonly jobs: PlannedWorker;
  readonly tenants: readonly PlannedWorker[];
}

export interface PlanInput {
  readonly build: BuildOutput;
  readonly environment: DeployEnvironment;
  readonly secrets: InstallationSecrets;
  /** Id of the KV namespace; null while it is not there. */
  readonly kvId: string | null;
  /** Names of Workers that tenant rows hold, beside the three. */
  readonly otherWorkers: readonly string[];
  /** Those of them whose content the release is named by; all when left out. */
  readonly namedBy?: readonly string[];
  readonly commit: string | null;
  readonly release: string | undefined;
  /** Portals are open at `http://<hostname>.localhost:PORT`, too: a person with a browser looks at a rehearsal. */
  readonly rehearsed: boolean;
}

export function planWorkers(input: PlanInput): Plan {
  const { environment, build, secrets, commit, release: asked } = input;
  const workers = tenantWorkersOf(input.otherWorkers);
  // The id of the KV namespace is found out on the way: what a release is called must not depend on that.
  const contents = [
    digestWorker(build, 'dispatcher', configureDispatcher(input, ''), dispatcherSecrets(secrets)),
    digestWorker(build, 'jobs', configureJobs(input), jobsSecrets(secrets)),
    ...tenantWorkersOf(input.namedBy ?? input.otherWorkers).map((worker) =>
      digestWorker(build, 'tenant', configureTenant(input, worker), tenantSecrets(secrets, worker)),
    ),
  ];
  // Not by the commit: one that changes documents alone is the same release.
  const release = asked ?? digestOf(contents.join()).slice(0, NAME_DIGITS);
  if (!RELEASE.test(release)) throw new Refusal('--release takes 1 to 32 of a-z, 0-9 and -.');
  const dispatcher = configureDispatcher(input, release);
  const jobs = configureJobs(input);
  return {
    ...{ release, commit },
    byContent: asked === undefined,
    dispatcher: {
      logical: 'dispatcher',
      name: environment.names.dispatcher,
      config: dispatcher,
      secrets: dispatcherSecrets(secrets),
      digest: digestWorker(build, 'dispatcher', dispatcher, dispatcherSecrets(secrets)),
    },
    jobs: {
      logical: 'jobs',
      name: environment.names.jobs,
      config: jobs,
      secrets: jobsSecrets(secrets),
      digest: digestWorker(build, 'jobs', jobs, jobsSecrets(secrets)),
    },
    tenants: workers.map((worker) => {
      const config = configureTenant(input, worker);
      const name = physicalName(worker, release);
      if (name.length > LONGEST_NAME)
        throw new Refusal(`${name} is longer than ${LONGEST_NAME} characters: a shorter --release, please.`);
      const own = tenantSecrets(secrets, worker);
      return {
        logical: worker,
        name,
        config,
        secrets: own,
        digest: digestWorker(build, 'tenant', config, own),
      };
    }),
  };
}

/**
 * For one tenant that was added since the release that serves: the plan of that release. Workers that came after it are
 * not in its name, whether they have been brought up meanwhile (`there`) or not. Another release's plan where none fits.
 */
export function planWithin(
  input: PlanInput,
  { serving, there, worker }: { serving: string | null; there: readonly string[]; worker: string | null },
): Plan {
  const whole = planWorkers(input);
  const others = [input.otherWorkers, input.otherWorkers.filter((other) => there.includes(other))];
  const plans = others.flatMap((named) =>
    [named, named.filter((other) => other !== worker)].map((namedBy) => planWorkers({ ...input, namedBy })),
  );
  return plans.find(({ release }) => release === serving) ?? whole;
}

export function physicalName(worker: string, release: string): string {
  return `${worker}--${release}`;
}

/** As the three are called, and as a dedicated one is to be: `acme-tenant`. */
const OUR_NAME = /^[a-z0-9][a-z0-9-]*-tenant$/;

/** The release of a physical name, or null: then it is none of ours. `known`: names that tenant rows hold. */
export function releaseOf(name: string, known: readonly string[]): string | null {
  const at = name.indexOf('--');
  if (at < 1) return null;
  const [logical, release] = [name.slice(0, at), name.slice(at + 2)];
  return RELEASE.test(release) && (known.includes(logical) || OUR_NAME.test(logical)) ? release : null;
}

/** The three first, each once. */
export function tenantWorkersOf(others: readonly string[]): string[] {
  return [...new Set<string>([...TENANT_WORKERS, ...others.toSorted()])];
}

function digestWorker(
  build: BuildOutput,
  worker: BuiltWorker,
  { main: _folder, assets, ...config }: BuiltConfig,
  secrets: Readonly<Record<string, string>>,
): string {
  const { configPath: _at, userConfigPath: _from, ...portable } = config;
  const { directory: _directory, ...assetSettings } = assets ?? { directory: '' };
  return digestOf(JSON.stringify([build[worker].files, portable, assetSettings, secrets]));
}

function configureDispatcher(
  { build, environment, secrets, kvId, rehearsed }: PlanInput,
  release: string,
): BuiltConfig {
  const { config } = build.dispatcher;
  return {
    ...shared(config, environment),
    name: environment.names.dispatcher,
    // Its id is part of what is uploaded and no part of the digest's meaning: one environment has one.
    kv_namespaces: config.kv_namespaces.map((kv) => ({
      ...kv,
      ...(release !== '' && kvId !== null && { id: kvId }),
    })),
    r2_buckets: config.r2_buckets.map((bucket) => ({ ...bucket, bucket_name: environment.names.brandFiles })),
    dispatch_namespaces: config.dispatch_namespaces.map((namespace) => ({
      ...namespace,
      namespace: environment.namespace,
    })),
    vars: {
      ...config.vars,
      SUPABASE_URL: environment.supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: secrets.publishableKey,
      RELEASE: release,
      LOCAL_HOST_SUFFIX: rehearsed ? '.localhost' : '',
      // Who rehearses sees the notice of a suspended portal at once.
      ...(rehearsed && { FRESH_SECONDS: '1' }),
      POWERED_BY_NAME: environment.poweredBy?.name ?? '',
      POWERED_BY_URL: environment.poweredBy?.url ?? '',
    },
  };
}

function configureTenant({ build, environment, secrets }: PlanInput, worker: string): BuiltConfig {
  const { config } = build.tenant;
  return {
    ...shared(config, environment),
    name: worker,
    r2_buckets: config.r2_buckets.map((bucket) => ({ ...bucket, bucket_name: environment.names.brandFiles })),
    queues: {
      ...config.queues,
      producers: (config.queues.producers ?? []).map((producer) => ({
        ...producer,
        queue: environment.names.mailQueue,
      })),
    },
    vars: {
      ...config.vars,
      ...providerVars(environment.providers),
      WORKER_NAME: worker,
      SUPABASE_URL: environment.supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: secrets.publishableKey,
      SUPABASE_JWT_ISSUER: `https://${environment.primaryDomain}`,
    },
  };
}

function configureJobs({ build, environment, secrets }: PlanInput): BuiltConfig {
  const { config } = build.jobs;
  return {
    ...shared(config, environment),
    name: environment.names.jobs,
    queues: {
      ...config.queues,
      consumers: (config.queues.consumers ?? []).map((consumer) => ({
        ...consumer,
        queue: environment.names.mailQueue,
      })),
    },
    vars: {
      ...config.vars,
      SUPABASE_URL: environment.supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: secrets.publishableKey,
      SUPABASE_JWT_ISSUER: `https://${environment.primaryDomain}`,
      MAIL_FROM: environment.mailFrom,
    },
  };
}

function shared(config: BuiltConfig, { name, accountId }: DeployEnvironment): BuiltConfig {
  const offset = RATE_LIMIT_OFFSETS[name];
  return {
    ...config,
    account_id: accountId,
    ratelimits: config.ratelimits.map((limit) => ({
      ...limit,
      namespace_id: String(Number(limit.namespace_id) + offset),
    })),
  };
}
