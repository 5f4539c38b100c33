/** Versions of the dispatcher: which serve, which release each was uploaded for, and going back to one. */
import { Refusal } from '../../local/steps.ts';
import type { Deployment } from '../cloudflare-client.ts';
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
