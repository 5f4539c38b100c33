/** Are the Workers in the dispatch namespace that tenants' rows name? Called by doctor.ts, with access to Cloudflare. */
import type { CloudflareClient } from '../cloudflare-client.ts';
import { type Check, fail, ok } from './findings.ts';
import type { Installation } from './installation.ts';

export function workerChecks(
  { hosts }: Installation,
  cloudflare: Pick<CloudflareClient, 'listNamespaceScripts'>,
  namespace: string,
): Check[] {
  const about = `Namespace ${namespace}`;
  return [
    {
      group: 'workers',
      about,
      seconds: 60,
      async run() {
        const scripts = await cloudflare.listNamespaceScripts(namespace);
        // A script carries its release: partner-tenant--4f2a91c.
        const logical = new Set(scripts.map((script) => script.split('--')[0]));
        const missing = [...new Set(hosts.map(({ worker }) => worker))].filter(
          (worker) => !logical.has(worker),
        );
        return missing.length === 0
          ? [ok(about, `has every Worker that a tenant names (${scripts.length} scripts)`)]
          : missing.map((worker) =>
              fail(
                about,
                `has no ${worker}, which serves a tenant`,
                'Deploy; it uploads every Worker that a tenant names.',
              ),
            );
      },
    },
  ];
}
