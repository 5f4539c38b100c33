/**
 * What a role with these permissions allows, as `app.role_allows` of the database says it. The API refuses by it before it
 * asks, the SPA shows by it; the database judges. Imports types alone: it is part of the SPA's first load.
 */
import type { Permission, TenantRole } from './tenants.ts';

/** Admins may unless their permissions say no, clients may if theirs say yes; super admins may. */
export function roleAllows(
  role: TenantRole,
  permissions: Readonly<Record<string, boolean>>,
  permission: Permission,
): boolean {
  if (role === 'super_admin') return true;
  return permissions[permission] ?? role === 'admin';
}
