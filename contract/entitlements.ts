/** What a plan includes. Asked by whoever shows it (the dispatcher), sells it (the tenant Worker) and offers it (the panel). */
import type { SubscriptionTier } from './tenants.ts';

/** Whether the tenant decides if its pages name the platform. Without the choice they always do. */
export function choosesPoweredBy(tier: SubscriptionTier): boolean {
  return tier !== 'starter';
}

/** Decided when a page is made: a brand that says otherwise than its plan allows is not believed. */
export function showsPoweredBy(tier: SubscriptionTier, choice: boolean | undefined): boolean {
  return choosesPoweredBy(tier) ? choice === true : true;
}
