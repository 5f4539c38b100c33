/** A partner of today for tests that count what is there: no brand, and nobody but its first admin, Ada, once she signs in. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import type { BrandConfig } from '../../contract/branding.ts';
import type { SubscriptionTier } from '../../contract/tenants.ts';
import { currentBrowserPortal } from '../../scripts/local/browser-portal.ts';
import { type DemoPortal, PARTNER } from './portals.ts';

export async function openPartner(
  brand: BrandConfig = {},
  clients: readonly string[] = [],
  tier: SubscriptionTier = 'starter',
): Promise<DemoPortal> {
  const slug = `fresh-${randomUUID().slice(0, 8)}`;
  const hostname = `${slug}.cozyartzmedia.com`;
  const sql = postgres(currentBrowserPortal().databaseUrl, { max: 1, onnotice: () => {} });
  await sql`insert into tenants (tenant_id, name, domain, type, subscription_tier, whitelabel_config)
    values (${slug}, 'Fresh Partner', ${hostname}, 'partner-subdomain', ${tier}, ${sql.json(brand)})`;
  await sql`insert into invitations (tenant_id, email, tenant_role) values (${slug}, 'ada@example.test', 'admin')`;
  for (const name of clients) {
    await sql`insert into profiles (tenant_id, name, email)
      values (${slug}, ${name}, ${`${name.toLowerCase().replaceAll(' ', '.')}@example.test`})`;
  }
  await sql.end();
  return { ...PARTNER, hostname, name: 'Fresh Partner', headline: 'Sign in to Fresh Partner' };
}
