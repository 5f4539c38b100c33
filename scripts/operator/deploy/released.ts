/** What Cloudflare knows of releases: which one the dispatcher serves, and which it served before. */
import type { CloudflareClient, Deployment } from '../cloudflare-client.ts';

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
