/** The words for roles and plans. */
import type { SubscriptionTier, TenantRole } from '../../../contract/tenants.ts';

export const ROLE_NAMES: Record<TenantRole, string> = {
  client: 'Client',
  admin: 'Admin',
  super_admin: 'Super admin',
};

export const TIER_NAMES: Record<SubscriptionTier, string> = {
  starter: 'Starter',
  growth: 'Growth',
  enterprise: 'Enterprise',
};
