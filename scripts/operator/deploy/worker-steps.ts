/**
 * The steps that bring Workers up: `tenants` into the namespace under this release's names, `version` of the
 * dispatcher beside the one that serves, `trial` of it, `jobs`, and `release`, which lets everybody in.
 */
import { Refusal } from '../../local/steps.ts';
import type { Installation } from './installation.ts';
import { judgeRelease, rememberBaseline } from './proving.ts';
import { readRollout } from './rollout.ts';
import type { Change, Step } from './steps.ts';
import { findServing, findVersion, goBackTo, mainVersion, requireVersion } from './versions.ts';
import type { PlannedWorker } from './worker-plan.ts';
import { uploadWorker } from './wrangler.ts';

export function tenantsStep(installation: Installation): Step {
  const { cloudflare, environment, state, onlyTenant } = installation;
  return {
    name: 'tenants',
    title: 'Workers of tenants',
    async look() {
      const plan = await installation.plan();
      const present = new Set(await cloudflare.listNamespaceScripts(environment.namespace));
      const serving = (await findServing(installation))?.release ?? null;
      const wanted = await workersWanted(installation, plan.tenants);
      return wanted.flatMap((worker): Change[] => {
        const known = state.state.uploads[worker.name];
        const whole = known === worker.digest || (known === undefined && plan.byContent);
        if (present.has(worker.name) && whole) return [];
        if (present.has(worker.name) && serving === plan.release && !plan.byContent)
          throw new Refusal(
            `The release ${plan.release} is serving, and ${worker.logical} would be another now: choose another --release.`,
          );
        return [
          {
            what: `upload ${worker.name} into ${environment.namespace}`,
            async apply() {
              const kind = { into: 'namespace', namespace: environment.namespace } as const;
              await uploadWorker(installation.wrangler, worker, kind, plan);
              await remember(installation, worker);
            },
          },
        ];
      });
    },
  };

  /** With `--tenant`, the Worker of that one alone, in the release that serves already. */
  async function workersWanted(
    { tenants }: Installation,
    planned: readonly PlannedWorker[],
  ): Promise<readonly PlannedWorker[]> {
    if (onlyTenant === undefined) return planned;
    const tenant = (await tenants()).find(({ tenantId }) => tenantId === onlyTenant);
    if (tenant === undefined) throw new Refusal(`There is no tenant ${onlyTenant}: npm run list-tenants`);
    const { release } = await installation.plan();
    const serving = (await findServing(installation))?.release ?? null;
    if (serving !== release)
      throw new Refusal(
        `What would be uploaded is the release ${release}, and ${serving ?? 'none'} is serving: deploy all tenants first.`,
      );
    return planned.filter(({ logical }) => logical === tenant.worker);
  }
}

export function versionStep(installation: Installation): Step {
  const { cloudflare, environment, state } = installation;
  const { dispatcher: name } = environment.names;
  return {
    name: 'version',
    title: 'Dispatcher, a version for nobody yet',
    async look() {
      const { release, dispatcher, byContent } = await installation.plan();
      const [deployments, version] = await Promise.all([
        cloudflare.findDeployments(name),
        findVersion(installation, release),
      ]);
      const current = deployments?.[0];
      // Each version keeps what it was uploaded with, so its digest is noted by release.
      const noted = `${name}--${release}`;
      const known = state.state.uploads[noted];
      if (version !== null && !byContent && known !== undefined && known !== dispatcher.digest)
        throw new Refusal(
          `The dispatcher has a version ${release} already, of other content: choose another --release.`,
        );
      const upload = async (into: 'account' | 'version') => {
        // Again, since a whole plan may have been made before the ids were known.
        const again = await installation.plan();
        const { dispatcher: whole } = again;
        await requireNamespace(installation);
        if (!whole.config.kv_namespaces.every((kv) => typeof kv['id'] === 'string'))
          throw new Refusal('The KV namespace is not known yet: run the step resources.');
        // Before it goes: where its answer is lost, the version is there, and only this says what is in it.
        await remember(installation, { ...whole, name: noted });
        await uploadWorker(installation.wrangler, whole, { into }, again);
      };
      if (current === undefined)
        return [
          {
            what: `upload ${name} as the release ${release}, its first`,
            async apply() {
              await rememberBaseline(installation, release, null);
              await upload('account');
            },
          },
        ];
      if (version !== null && current.versions.some(({ version_id }) => version_id === version)) return [];
      const previous = mainVersion(current);
      const begin = async () => rememberBaseline(installation, release, await findServing(installation));
      const changes: Change[] = [];
      if (version === null)
        changes.push({
          what: `upload a version of ${name} for the release ${release}`,
          async apply() {
            await begin();
            await upload('version');
          },
        });
      changes.push({
        what: `put it beside the one that serves, at 0 %`,
        async apply() {
          await begin();
          const id = version ?? (await requireVersion(installation, release));
          const beside = [
            { version_id: previous, percentage: 100 },
            { version_id: id, percentage: 0 },
          ];
          await cloudflare.deployVersions(name, beside, `${release} on trial`);
        },
      });
      return changes;
    },
  };
}

/** Asks every tenant by the new version while all visitors still get the old one. */
export function trialStep(installation: Installation): Step {
  const { cloudflare, environment } = installation;
  const { dispatcher: name } = environment.names;
  return {
    name: 'trial',
    title: 'Trial of the new dispatcher',
    look: async () => [],
    async check() {
      const { release } = await installation.plan();
      const [current] = (await cloudflare.findDeployments(name)) ?? [];
      const version = await findVersion(installation, release);
      if (current === undefined || version === null)
        throw new Refusal(`${name} has no version ${release} yet.`);
      const tried = current.versions.find(({ version_id }) => version_id === version);
      if (current.versions.length === 1 && tried !== undefined) return 'it serves already';
      if (tried === undefined)
        throw new Refusal(`The version of ${release} is not deployed yet: run the step version.`);
      const previous = mainVersion(current);
      return judgeRelease(installation, {
        rollout: await readRollout(installation.sql),
        ...{ version, release },
        goBack: () => goBackTo(installation, previous),
      });
    },
  };
}

export function jobsStep(installation: Installation): Step {
  const { cloudflare, environment, state } = installation;
  const { jobs: name } = environment.names;
  return {
    name: 'jobs',
    title: 'Jobs',
    async look() {
      const plan = await installation.plan();
      const { jobs } = plan;
      const deployments = await cloudflare.findDeployments(name);
      const [current] = deployments ?? [];
      // Its triggers are set after its code: only a run that ended says that it is whole. And it bears the name of the
      // release that it goes with, also where it is no other than before: what serves together is seen to do so.
      if (current !== undefined && state.state.uploads[name] === jobs.digest) {
        const deployed = await cloudflare.findVersion(name, mainVersion(current));
        if (deployed?.tag === plan.release) return [];
      }
      return [
        {
          what: `deploy ${name}`,
          async apply() {
            await uploadWorker(installation.wrangler, jobs, { into: 'account' }, plan);
            await remember(installation, jobs);
          },
        },
      ];
    },
  };
}

export function releaseStep(installation: Installation): Step {
  const { cloudflare, environment } = installation;
  const { dispatcher: name } = environment.names;
  return {
    name: 'release',
    title: 'Release',
    async look() {
      const { release } = await installation.plan();
      const [current] = (await cloudflare.findDeployments(name)) ?? [];
      // The first one serves as soon as it is uploaded.
      if (current === undefined && installation.dryRun) return [];
      const version = await findVersion(installation, release);
      if (version !== null && current?.versions.length === 1 && current.versions[0]?.version_id === version)
        return [];
      return [
        {
          what: `let everybody in: ${release} at 100 %`,
          async apply() {
            const id = await requireVersion(installation, release);
            await cloudflare.deployVersions(name, [{ version_id: id, percentage: 100 }], release);
          },
        },
      ];
    },
  };
}

/** A dispatcher that is deployed without its namespace would make one: wrangler does, silently. */
async function requireNamespace({ cloudflare, environment }: Installation): Promise<void> {
  const namespaces = await cloudflare.listNamespaces();
  if (!namespaces.some(({ namespace_name }) => namespace_name === environment.namespace))
    throw new Refusal(
      `There is no dispatch namespace ${environment.namespace}: run the step resources, or correct its name.`,
    );
}

async function remember({ state }: Installation, { name, digest }: PlannedWorker): Promise<void> {
  await state.update({ uploads: { ...state.state.uploads, [name]: digest } });
}
