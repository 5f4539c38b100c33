/** Versions of the dispatcher: which serve and which did before, which release each was uploaded for, going back to one. */
import { Refusal } from '../../local/steps.ts';
import type { CloudflareClient, Deployment } from '../cloudflare-client.ts';
import type { Installation } from './installation.ts';

type Where = Pick<Installation, 'cloudflare' | 'environment'>;

export interface Serving {
  readonly version: string;
  /** Null where somebody else has uploaded it. */
  readonly release: string | null;
}

/** What most visitors get; null before the first release. */
export async function findServing({ cloudflare, environment }: Where): Promise<Serving | null> {
  const { dispatcher } = environment.names;
  const [current] = (await cloudflare.findDeployments(dispatcher)) ?? [];
  if (current === undefined) return null;
  const version = mainVersion(current);
  const release = (await cloudflare.listVersions(dispatcher)).find(({ id }) => id === version)?.tag ?? null;
  return { version, release };
}

/** Id of the version that was uploaded for a release. */
export async function findVersion(
  { cloudflare, environment }: Where,
  release: string,
): Promise<string | null> {
  const versions = await cloudflare.listVersions(environment.names.dispatcher);
  return versions.find(({ tag }) => tag === release)?.id ?? null;
}

export async function requireVersion(where: Where, release: string): Promise<string> {
  const id = await findVersion(where, release);
  if (id === null) throw new Refusal(`The dispatcher has no version ${release} yet: run the step version.`);
  return id;
}

export function mainVersion({ versions }: Deployment): string {
  const [most] = versions.toSorted((one, other) => other.percentage - one.percentage);
  if (most === undefined) throw new Refusal('The dispatcher has a deployment without a version.');
  return most.version_id;
}

export async function goBackTo({ cloudflare, environment }: Where, version: string): Promise<void> {
  const whole = [{ version_id: version, percentage: 100 }];
  await cloudflare.deployVersions(environment.names.dispatcher, whole, 'back to the version before');
}

export interface Released {
  /** Null before the first deployment. */
  readonly current: Deployment | null;
  /** Of each version that is deployed, null for one that another tool has uploaded. */
  readonly serving: readonly (string | null)[];
  /** What would be gone back to; null when there is none, or when it is not known. */
  readonly before: string | null;
}

export async function readReleased(
  cloudflare: Pick<CloudflareClient, 'findDeployments' | 'listVersions'>,
  dispatcher: string,
): Promise<Released> {
  const [deployments, versions] = await Promise.all([
    cloudflare.findDeployments(dispatcher),
    cloudflare.listVersions(dispatcher),
  ]);
  const tags = new Map(versions.map(({ id, tag }) => [id, tag]));
  const [current = null, ...earlier] = deployments ?? [];
  const serving = (current?.versions ?? []).map(({ version_id }) => tags.get(version_id) ?? null);
  const before = earlier
    .filter(({ versions: deployed }) => deployed.length === 1)
    .map(({ versions: deployed }) => tags.get(deployed[0]?.version_id ?? '') ?? null)
    .find((tag) => tag === null || !serving.includes(tag));
  return { current, serving, before: before ?? null };
}
