/** `npm run suspend-tenant`: closes a portal, or opens it again. */
import { type ChangedStatus, setTenantStatus } from './tenants.ts';
import type { Tool } from './tool.ts';

const OPTIONS = {
  resume: { type: 'boolean', help: 'makes it active again' },
} as const;

export const suspendTenantTool: Tool<typeof OPTIONS> = {
  name: 'suspend-tenant',
  summary:
    'Suspends a tenant: its portal answers with a notice, and every session of its members ends at the next call. ' +
    'Nothing is deleted.',
  arguments: ['ID'],
  options: OPTIONS,
  async run({ arguments: [tenantId = ''], options, transact, dryRun }) {
    const status = options.resume === true ? 'active' : 'suspended';
    const changed = await transact((sql) => setTenantStatus(sql, tenantId, status));
    return { data: { ...changed, dryRun }, text: report(changed, dryRun) };
  },
};

function report({ tenantId, domain, previousStatus, status }: ChangedStatus, dryRun: boolean): string {
  if (previousStatus === status) return `${tenantId} is ${status} already.`;
  if (dryRun) return `${tenantId} would be ${status}; it is ${previousStatus}. Nothing was changed.`;
  return `${tenantId} is ${status}. The database knows it now, visitors of ${domain} within about six minutes.`;
}
