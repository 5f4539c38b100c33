/** Does Supabase trust our keys alone? Called by doctor.ts, with access to its Management API. */
import type { DeployEnvironment } from '../deploy/deploy-config.ts';
import type { ManagementClient } from '../management-client.ts';
import { describeOther, othersThan } from '../other-integrations.ts';
import { type Check, fail, ok } from './findings.ts';

export function trustChecks(
  { jwksUrl, supabaseProject }: DeployEnvironment,
  management: Pick<ManagementClient, 'listIntegrations'>,
): Check[] {
  const about = 'Who Supabase trusts';
  return [
    {
      group: 'keys',
      about,
      seconds: 60,
      async run() {
        const others = othersThan(jwksUrl, await management.listIntegrations());
        const todo = `npm run configure-supabase-auth -- --project ${supabaseProject} --remove-others`;
        return others.length === 0
          ? [ok(about, 'nobody beside the Workers of this installation')]
          : others.map((other) => fail(about, describeOther(other), todo));
      },
    },
  ];
}
