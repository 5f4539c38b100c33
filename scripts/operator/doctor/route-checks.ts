/** Do the names and routes of both zones lead to the dispatcher? Called by doctor.ts, with access to Cloudflare. */
import type { CloudflareClient } from '../cloudflare-client.ts';
import type { DeployEnvironment } from '../deploy/deploy-config.ts';
import { routesStep } from '../deploy/routes.ts';
import { type Check, fail, ok } from './findings.ts';

/** What a deployment would change is what is not as it should be. */
export function routeChecks(cloudflare: CloudflareClient, environment: DeployEnvironment): Check[] {
  const about = 'Names and routes';
  return [
    {
      group: 'workers',
      about,
      seconds: 60,
      async run() {
        const changes = await routesStep({ cloudflare, environment }).look();
        if (changes.length === 0)
          return [
            ok(about, `of ${environment.brandZone} and ${environment.neutralZone} lead to the dispatcher`),
          ];
        return changes.map(({ what }) =>
          fail(about, `a deployment would ${what}`, 'Deploy, if need be the step routes alone.'),
        );
      },
    },
  ];
}
