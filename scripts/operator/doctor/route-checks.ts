/** Do the names and routes of both zones lead to the dispatcher? Called by doctor.ts, with access to Cloudflare. */
import type { CloudflareClient } from '../cloudflare-client.ts';
import type { DeployEnvironment } from '../deploy/deploy-config.ts';
import { routesStep } from '../deploy/routes.ts';
import { type Check, type Finding, fail, ok, warn } from './findings.ts';
import type { Installation } from './installation.ts';

/** What a deployment would change is what is not as it should be. */
export function routeChecks(
  { hosts }: Installation,
  cloudflare: CloudflareClient,
  environment: DeployEnvironment,
): Check[] {
  const about = 'Names and routes';
  return [
    {
      group: 'workers',
      about,
      seconds: 60,
      async run() {
        const waiting: Finding[] = [];
        const changes = await routesStep({
          ...{ cloudflare, environment },
          verifiedHostnames: async () =>
            hosts.filter(({ status }) => status !== 'inactive').map(({ hostname }) => hostname),
          say: (line) => void waiting.push(warn(about, line.trim(), 'Tell the partner.')),
        }).look();
        if (changes.length === 0)
          return [
            ...waiting,
            ok(about, `of ${environment.brandZone} and ${environment.neutralZone} lead to the dispatcher`),
          ];
        const due = changes.map(({ what }) =>
          fail(about, `a deployment would ${what}`, 'Deploy, if need be the step routes alone.'),
        );
        return [...waiting, ...due];
      },
    },
  ];
}
