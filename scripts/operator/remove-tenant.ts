/** `npm run remove-tenant`: deletes a suspended tenant with everything of it in the database, for good. */
import { Refusal } from '../local/steps.ts';
import { type RemovedTenant, removeTenant } from './tenants.ts';
import type { Tool } from './tool.ts';

const OPTIONS = {
  confirm: { type: 'string', value: 'ID', help: 'the tenant’s id once more, where nobody can be asked' },
} as const;

export const removeTenantTool: Tool<typeof OPTIONS> = {
  name: 'remove-tenant',
  summary:
    'Removes a suspended tenant: members, sessions, hostnames, invitations, brand and usage. It cannot be undone; ' +
    'the audit log stays.',
  arguments: ['ID'],
  options: OPTIONS,
  async run({ arguments: [tenantId = ''], options, transact, dryRun, world }) {
    if (!dryRun) {
      const typed =
        options.confirm ??
        (await world.ask?.(`This deletes ${tenantId} for good. Type its id to go on: `)) ??
        null;
      if (typed !== tenantId)
        throw new Refusal(`Nothing was removed: --confirm ${tenantId} has to say the same id.`);
    }
    const removed = await transact((sql) => removeTenant(sql, tenantId));
    return { data: { ...removed, dryRun }, text: report(removed, dryRun) };
  },
};

function report(
  { tenantId, members, hostnames, invitations, domain }: RemovedTenant,
  dryRun: boolean,
): string {
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? '' : 's'}`;
  const what = [
    count(members, 'member'),
    count(hostnames, 'hostname'),
    count(invitations, 'invitation'),
  ].join(', ');
  if (dryRun) return `${tenantId} would go with ${what}. Nothing was changed.`;
  return [
    `${tenantId} is removed, with ${what}.`,
    `${domain} answers as unknown within about six minutes.`,
    `Pictures that it uploaded stay in the bucket, under tenants/${tenantId}/.`,
  ].join('\n');
}
