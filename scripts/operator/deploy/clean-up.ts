/** The step `clean-up`: Workers in the namespace of releases older than the previous one go. */
import type { Installation } from './installation.ts';
import { readRollout } from './rollout.ts';
import type { Step } from './steps.ts';
import { releaseOf } from './worker-plan.ts';

export function cleanUpStep(installation: Installation): Step {
  const { cloudflare, environment, state } = installation;
  return {
    name: 'clean-up',
    title: 'Clean-up',
    async look() {
      const keep = await releasesToKeep(installation);
      if (keep === null) return [];
      const scripts = await cloudflare.listNamespaceScripts(environment.namespace);
      const known = (await installation.tenants()).map(({ worker }) => worker);
      return scripts.flatMap((script) => {
        const release = releaseOf(script, known);
        // A name that no release of ours has is somebody else's.
        if (release === null || keep.has(release)) return [];
        return [
          {
            what: `delete ${script}, of an earlier release`,
            async apply() {
              await cloudflare.deleteNamespaceScript(environment.namespace, script);
              const { [script]: _gone, ...uploads } = state.state.uploads;
              await state.update({ uploads });
            },
          },
        ];
      });
    },
  };
}

/**
 * What serves, what would be gone back to, and what is to be deployed. From Cloudflare rather than from our file: the
 * deployment before may have been made elsewhere. Null when one of them is not known: then nothing goes.
 */
async function releasesToKeep({
  cloudflare,
  environment,
  sql,
  plan,
}: Installation): Promise<Set<string> | null> {
  const { dispatcher } = environment.names;
  const [deployments, versions, { release }, rollout] = await Promise.all([
    cloudflare.findDeployments(dispatcher),
    cloudflare.listVersions(dispatcher),
    plan(),
    readRollout(sql),
  ]);
  const tags = new Map(versions.map(({ id, tag }) => [id, tag]));
  const [current, ...earlier] = deployments ?? [];
  if (current === undefined || rollout !== null) return null;
  const serving = current.versions.map(({ version_id }) => tags.get(version_id) ?? null);
  const before = earlier
    .filter(({ versions: deployed }) => deployed.length === 1)
    .map(({ versions: deployed }) => tags.get(deployed[0]?.version_id ?? '') ?? null)
    .find((tag) => tag === null || !serving.includes(tag));
  if (before === undefined || before === null || serving.includes(null)) return null;
  return new Set([release, before, ...serving].filter((name) => name !== null));
}
