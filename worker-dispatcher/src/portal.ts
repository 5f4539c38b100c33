/** A tenant at one of its hostnames, in one version: what everything branded is made from. */
import { type Brand, resolveBrand } from '../../contract/branding.ts';
import { brandConfigOf, type ResolvedTenant } from '../../contract/tenants.ts';

/**
 * Made once per (hostname, tenant, version) and never changed. What is derived from a portal (HTML, icons, signed
 * contexts) is remembered under the portal object itself, in a WeakMap: a tenant can never be handed what was made
 * for another one, and what the directory forgets is forgotten everywhere.
 */
export interface Portal {
  readonly tenant: ResolvedTenant;
  readonly version: number;
  readonly brand: Brand;
}

export function openPortal(tenant: ResolvedTenant, version: number): Portal {
  return { tenant, version, brand: resolveBrand(tenant.name, brandConfigOf(tenant)) };
}
