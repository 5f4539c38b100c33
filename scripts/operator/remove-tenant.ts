/** `npm run remove-tenant`: deletes a suspended tenant with everything of it in the database, for good. */
import { Refusal } from '../local/steps.ts';
import { CLOUDFLARE_OPTIONS, type CustomHostnameAccess, openCustomHostnames } from './cloudflare-access.ts';
import { isOfOthers } from './custom-hostnames.ts';
import { type RemovedTenant, removeTenant } from './tenants.ts';
import type { Tool } from './tool.ts';

const OPTIONS = {
  confirm: { type: 'string', value: 'ID', help: 'the tenant’s id once more, where nobody can be asked' },
  ...CLOUDFLARE_OPTIONS,
} as const;

export const removeTenantTool: Tool<typeof OPTIONS> = {
  name: 'remove-tenant',
  summary:
    'Removes a suspended tenant: members, sessions, hostnames, invitations, brand and usage; with --env also the custom ' +
    'hostnames of its domains at Cloudflare. It cannot be undone; the audit log stays.',
  arguments: ['ID'],
  options: OPTIONS,
  environment: {
    CLOUDFLARE_API_TOKEN: 'with --env: of the neutral zone Zone Read, SSL and Certificates Edit',
  },
  async run({ arguments: [tenantId = ''], options, transact, dryRun, world }) {
    if (!dryRun) {
      const typed =
        options.confirm ??
        (await world.ask?.(`This deletes ${tenantId} for good. Type its id to go on: `)) ??
        null;
      if (typed !== tenantId)
        throw new Refusal(`Nothing was removed: --confirm ${tenantId} has to say the same id.`);
    }
    const cloudflare = await openCustomHostnames(options, world);
    // Its domains go first: whatever Cloudflare says no to, the tenant is still there, and this can be run again.
    const { removed, released } = await transact(async (sql) => {
      const gone = await removeTenant(sql, tenantId);
      return { removed: gone, released: await releaseDomains(gone, cloudflare, dryRun) };
    });
    return {
      data: { ...removed, customHostnames: released, dryRun },
      text: report(removed, cloudflare === null ? null : released, dryRun),
    };
  },
};

/** Those that had a custom hostname. A dry run only looks. */
async function releaseDomains(
  { ownDomains }: RemovedTenant,
  access: CustomHostnameAccess | null,
  dryRun: boolean,
): Promise<string[]> {
  const released: string[] = [];
  for (const hostname of ownDomains)
    if (
      access !== null &&
      isOfOthers(hostname, access.zones) &&
      (dryRun ? (await access.hostnames.find(hostname)) !== null : await access.hostnames.remove(hostname))
    )
      released.push(hostname);
  return released;
}

function report(
  { tenantId, members, hostnames, invitations, domain, ownDomains }: RemovedTenant,
  /** Null: Cloudflare was not asked. */
  released: readonly string[] | null,
  dryRun: boolean,
): string {
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? '' : 's'}`;
  const what = [
    count(members, 'member'),
    count(hostnames, 'hostname'),
    count(invitations, 'invitation'),
  ].join(', ');
  const atCloudflare =
    released === null
      ? ownDomains.map(
          (hostname) =>
            `The custom hostname ${hostname} stays at Cloudflare: --env NAME would take it along.`,
        )
      : released.map(
          (hostname) =>
            `The custom hostname ${hostname} ${dryRun ? 'would be' : 'is'} deleted at Cloudflare.`,
        );
  if (dryRun) return [`${tenantId} would go with ${what}. Nothing was changed.`, ...atCloudflare].join('\n');
  const left = released === null && ownDomains.length > 0;
  return [
    `${tenantId} is removed, with ${what}.`,
    `${domain} answers as unknown within about six minutes.`,
    ...(left
      ? ownDomains.map(
          (hostname) =>
            `The custom hostname ${hostname} stays in the neutral zone, and is paid for: delete it at https://dash.cloudflare.com (SSL/TLS, Custom Hostnames).`,
        )
      : atCloudflare),
    `Pictures that it uploaded stay in the bucket, under tenants/${tenantId}/.`,
  ].join('\n');
}
