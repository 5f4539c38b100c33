/** What the signed-in member may administer, as the database judges it; pages and the navigation show by it. */
import type { Me } from '../../../contract/api.ts';
import { roleAllows } from '../../../contract/permissions.ts';
import type { Permission } from '../../../contract/tenants.ts';

export function may({ role, permissions }: Me['member'], permission: Permission): boolean {
  return roleAllows(role, permissions, permission);
}
