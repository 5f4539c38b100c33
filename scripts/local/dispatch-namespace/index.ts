/**
 * A dispatch namespace for one machine: the same face as `env.DISPATCHER` in production, over the service bindings
 * of its wrangler.jsonc. The local runtime has no namespaces; the dispatcher cannot tell the two apart.
 */
import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';

type TenantWorkers = Readonly<Record<string, Fetcher>>;

/** What the real namespace answers for a name nobody uploaded: `get` succeeds, `fetch` rejects. */
class MissingWorker extends RpcTarget {
  fetch(): never {
    throw new Error('Worker not found.');
  }
}

export class DispatchNamespace extends WorkerEntrypoint<TenantWorkers> {
  /** Arguments and limits are the real namespace's; workerd enforces no CPU limits on one machine. */
  get(name: string): Fetcher | MissingWorker {
    return Object.hasOwn(this.env, name) && this.env[name] ? this.env[name] : new MissingWorker();
  }
}

/** The default entry point is the same, so that a plain service binding reaches it too. */
export default DispatchNamespace;
