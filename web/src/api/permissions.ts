/** What the signed-in member may administer, as the database judges it; pages and the navigation show by it. */
import type { Me } from '../../../contract/api.ts';
import type { Permission } from '../../../contract/tenants.ts';

/** Admins may unless their permissions say no, clients may if theirs say yes; super admins may. */
export function may({ role, permissions }: Me['member'], permission: Permission): boolean {
  if (role === 'super_admin') return true;
  return permissions[permission] ?? role === 'admin';
}
