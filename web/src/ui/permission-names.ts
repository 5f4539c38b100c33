/** The words for permissions: what somebody may do who has one. */
import type { Permission } from '../../../contract/tenants.ts';

export const PERMISSION_NAMES: Record<Permission, { readonly name: string; readonly allows: string }> = {
  branding: { name: 'Branding', allows: 'Change the name, logo, colours and font' },
  domains: { name: 'Domains', allows: 'Set up domains and ways to sign in' },
  members: { name: 'Members', allows: 'Manage members and what they may do' },
  billing: { name: 'Billing', allows: 'See and change the plan' },
  audit: { name: 'Audit log', allows: 'Read who did what' },
};

export const ALL_PERMISSIONS = Object.keys(PERMISSION_NAMES) as Permission[];
