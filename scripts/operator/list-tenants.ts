/** `npm run list-tenants`: every brand of the installation with its people. */
import { TENANT_STATUSES } from '../../contract/tenants.ts';
import { Refusal } from '../local/steps.ts';
import { formatTable } from '../local/table.ts';
import { listTenants, type TenantListing } from './tenants.ts';
import type { Tool } from './tool.ts';

const OPTIONS = {
  status: { type: 'string', value: 'STATUS', help: `only those: ${TENANT_STATUSES.join(', ')}` },
  search: { type: 'string', value: 'TEXT', help: 'only those with this in id, name or domain' },
} as const;

export const listTenantsTool: Tool<typeof OPTIONS> = {
  name: 'list-tenants',
  summary: 'Lists the tenants, the platform’s own first.',
  options: OPTIONS,
  async run({ options, transact }) {
    const status = TENANT_STATUSES.find((known) => known === options.status) ?? null;
    if (options.status !== undefined && status === null)
      throw new Refusal(`--status takes ${TENANT_STATUSES.join(', ')}.`);
    const tenants = await transact((sql) => listTenants(sql, { status, search: options.search ?? null }));
    return { data: tenants, text: report(tenants) };
  },
};

function report(tenants: readonly TenantListing[]): string {
  if (tenants.length === 0) return 'No tenants.';
  // What fits a terminal of 100 columns; type and sign-up are in the JSON.
  const head = ['Id', 'Name', 'Domain', 'Status', 'Plan', 'People'];
  const rows = tenants.map(({ tenantId, name, domain, status, tier, members, admins }) => [
    ...[tenantId, name, domain, status, tier],
    admins === 0 ? `${members}, no admin` : `${members}, ${admins === 1 ? '1 admin' : `${admins} admins`}`,
  ]);
  return formatTable([head, ...rows]);
}
