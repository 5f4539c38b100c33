/**
 * A dispatch namespace for one machine: the same face as `env.DISPATCHER` in production, over the service bindings
 * of its wrangler.jsonc. The local runtime has no namespaces; the dispatcher cannot tell the two apart.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import('./index.ts');
    }
  }
}

type TenantWorkers = Readonly<Record<string, Fetcher>>;

/** One Worker of the namespace, as the dispatcher sees it. */
export class NamespacedWorker extends WorkerEntrypoint<TenantWorkers, { readonly name: string }> {
  override async fetch(request: Request): Promise<Response> {
    const { name } = this.ctx.props;
    const worker = Object.hasOwn(this.env, name) ? this.env[name] : undefined;
    // What the real namespace says of a name nobody uploaded: `get` succeeds, `fetch` rejects.
    if (worker === undefined) throw new Error('Worker not found.');
    // Made from its parts, not copied: what Cloudflare knows of a visitor is no business of an untrusted namespace.
    const { url, method, headers, body } = request;
    const response = await worker.fetch(new Request(url, { method, headers, body, redirect: 'manual' }));
    // Development servers catch what a Worker throws and send it as a page; the real namespace rejects.
    if (response.headers.has('mf-experimental-error-stack'))
      throw new Error((await response.text()).slice(0, 2_000));
    return response;
  }
}

export class DispatchNamespace extends WorkerEntrypoint<TenantWorkers> {
  /** Arguments and limits are the real namespace's; workerd enforces no CPU limits on one machine. */
  get(name: string): Fetcher {
    return this.ctx.exports.NamespacedWorker({ props: { name } });
  }
}

/** The default entry point is the same, so that a plain service binding reaches it too. */
export default DispatchNamespace;
