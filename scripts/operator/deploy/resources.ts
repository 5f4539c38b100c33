/** The step `resources`: what Workers are bound to, found by name or created. */
import { Refusal } from '../../local/steps.ts';
import type { Installation } from './installation.ts';
import type { Change, Step } from './steps.ts';

export function resourcesStep(installation: Installation): Step {
  const { cloudflare, environment, state } = installation;
  const { names, namespace } = environment;
  return {
    name: 'resources',
    title: 'Namespace, KV, R2 and queue',
    async look() {
      const [namespaces, kvs, bucket, queues] = await Promise.all([
        cloudflare.listNamespaces(),
        cloudflare.listKvNamespaces(),
        cloudflare.findBucket(names.brandFiles),
        cloudflare.listQueues(),
      ]);
      const changes: Change[] = [];
      const found = namespaces.find(({ namespace_name }) => namespace_name === namespace);
      if (found === undefined) changes.push(await createNamespace(installation));
      else if (found.trusted_workers === true)
        throw new Refusal(
          `The dispatch namespace ${namespace} is in trusted mode, where Workers of tenants share caches and see request.cf. Make it untrusted, or name another.`,
        );
      const kv = kvs.find(({ title }) => title === names.directory);
      if (kv === undefined)
        changes.push({
          what: `create the KV namespace ${names.directory}`,
          apply: async () =>
            rememberKv(installation, (await cloudflare.createKvNamespace(names.directory)).id),
        });
      else if (state.state.resources['kv'] !== kv.id) await rememberKv(installation, kv.id);
      if (bucket === null)
        changes.push({
          what: `create the R2 bucket ${names.brandFiles}`,
          apply: () => cloudflare.createBucket(names.brandFiles),
        });
      if (!queues.some(({ queue_name }) => queue_name === names.mailQueue))
        changes.push({
          what: `create the queue ${names.mailQueue}`,
          apply: () => cloudflare.createQueue(names.mailQueue),
        });
      return changes;
    },
  };
}

/** A dispatcher that is there has a namespace: another name in the configuration is a typo, not a wish. */
async function createNamespace({ cloudflare, environment }: Installation): Promise<Change> {
  const { namespace, names } = environment;
  if ((await cloudflare.findDeployments(names.dispatcher)) !== null)
    throw new Refusal(
      `There is no dispatch namespace ${namespace}, though ${names.dispatcher} is deployed: is its name in the configuration mistyped? Nothing was created.`,
    );
  return {
    what: `create the dispatch namespace ${namespace}`,
    consent: `the account has no dispatch namespace ${namespace}; it will be created, untrusted`,
    apply: () => cloudflare.createNamespace(namespace),
  };
}

/** Its id is found out, not changed: a run that only looks keeps it in memory. */
async function rememberKv({ state }: Installation, id: string): Promise<void> {
  await state.update({ resources: { ...state.state.resources, kv: id } });
}
