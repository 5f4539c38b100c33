/** The step `clean-up`: Workers in the namespace of releases older than the previous one go. */
import type { Installation } from './installation.ts';
import { readRollout } from './rollout.ts';
import type { Step } from './steps.ts';
import { readReleased } from './versions.ts';
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
  const [{ current, serving, before }, { release }, rollout] = await Promise.all([
    readReleased(cloudflare, environment.names.dispatcher),
    plan(),
    readRollout(sql),
  ]);
  if (current === null || rollout !== null) return null;
  if (before === null || serving.includes(null)) return null;
  return new Set([release, before, ...serving].filter((name) => name !== null));
}
