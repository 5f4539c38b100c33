/** What serves now, as Cloudflare tells it: read once, judged by several checks. Called by doctor.ts. */
import type { CloudflareClient, Deployment, VersionBinding } from '../cloudflare-client.ts';
import type { DeployEnvironment } from '../deploy/deploy-config.ts';
import { mainVersion, readReleased } from '../deploy/versions.ts';

export interface DispatcherVersion {
  /** Of the requests. */
  readonly percentage: number;
  /** The release that it was uploaded as; null where another tool has done it. */
  readonly tag: string | null;
  /** `RELEASE`: whose Workers it asks the namespace for. Null where there is no such variable. */
  readonly release: string | null;
  /** The dispatch namespace that it asks. */
  readonly namespace: string | null;
  /** Id of the KV namespace that it reads. */
  readonly directoryId: string | null;
}

export interface Deployed {
  /** The one with the largest share first; none where there is no dispatcher. */
  readonly dispatcher: readonly DispatcherVersion[];
  /** The release before the one that serves. */
  readonly before: string | null;
  /** Null where there is none. */
  readonly jobs: { readonly tag: string | null } | null;
  /** Names of what is in the dispatch namespace. */
  readonly scripts: readonly string[];
}

/** Asks when it is first called, and answers the same from then on. */
export function readDeployedOnce(
  cloudflare: CloudflareClient,
  environment: DeployEnvironment,
): () => Promise<Deployed> {
  let deployed: Promise<Deployed> | null = null;
  return () => {
    deployed ??= readDeployed(cloudflare, environment);
    return deployed;
  };
}

async function readDeployed(
  cloudflare: CloudflareClient,
  { names, namespace }: DeployEnvironment,
): Promise<Deployed> {
  const [{ current, before }, jobs, scripts] = await Promise.all([
    readReleased(cloudflare, names.dispatcher),
    cloudflare.findDeployments(names.jobs),
    cloudflare.listNamespaceScripts(namespace),
  ]);
  const [running = null] = jobs ?? [];
  return {
    dispatcher: current === null ? [] : await readVersions(cloudflare, names.dispatcher, current),
    before,
    jobs:
      running === null
        ? null
        : { tag: (await cloudflare.findVersion(names.jobs, mainVersion(running)))?.tag ?? null },
    scripts,
  };
}

function readVersions(
  cloudflare: CloudflareClient,
  worker: string,
  { versions }: Deployment,
): Promise<DispatcherVersion[]> {
  const sorted = versions.toSorted((one, other) => other.percentage - one.percentage);
  return Promise.all(
    sorted.map(async ({ version_id, percentage }) => {
      const version = await cloudflare.findVersion(worker, version_id);
      const setting = (name: string, type: string, key: string): string | null => {
        const binding = version?.bindings.find(
          (one: VersionBinding) => one.name === name && one.type === type,
        );
        const value = binding?.[key];
        return typeof value === 'string' ? value : null;
      };
      return {
        percentage,
        tag: version?.tag ?? null,
        release: setting('RELEASE', 'plain_text', 'text'),
        namespace: setting('DISPATCHER', 'dispatch_namespace', 'namespace'),
        directoryId: setting('TENANT_DIRECTORY', 'kv_namespace', 'namespace_id'),
      };
    }),
  );
}
