/** Whether pages say who a portal is powered by is the plan's to decide, not the row's: no tenant writes itself another one. */
import type { Page } from '@playwright/test';
import postgres from 'postgres';
import { currentBrowserPortal } from '../../scripts/local/browser-portal.ts';
import { enter, expect, originOf, PARTNER, test } from './portals.ts';

const SIGN_IN = `${originOf(PARTNER.hostname)}/sign-in`;
const poweredBy = (page: Page) => page.getByText('Powered by Cozyartz Media Group', { exact: true });

/** Runs `work` while the tenant has another plan, and a row that somebody has tampered with. */
async function onStarter(work: () => Promise<void>): Promise<void> {
  const sql = postgres(currentBrowserPortal().databaseUrl, { max: 1, onnotice: () => {} });
  const tenant = sql`tenant_id = 'partner1'`;
  const [kept] = await sql<[{ config: postgres.JSONValue; tier: string }]>`
    select whitelabel_config as config, subscription_tier as tier from public.tenants where ${tenant}`;
  try {
    await sql`update public.tenants set subscription_tier = 'starter',
      whitelabel_config = whitelabel_config || '{"poweredBy": false}' where ${tenant}`;
    await work();
  } finally {
    await sql`update public.tenants set subscription_tier = ${kept.tier}, whitelabel_config = ${sql.json(kept.config)}
      where ${tenant}`;
    await sql.end();
  }
}

test('a plan without the choice names the platform, whatever the row says', async ({ page }) => {
  test.slow();
  await page.goto(SIGN_IN);
  await expect(page.getByRole('heading', { level: 1, name: PARTNER.headline })).toBeVisible();
  await expect(poweredBy(page)).toHaveCount(0);
  await onStarter(async () => {
    await expect(async () => {
      await page.goto(SIGN_IN);
      await expect(poweredBy(page)).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 30_000 });
    await enter(page, PARTNER);
    await expect(poweredBy(page)).toBeVisible();
    await page.goto(`${originOf(PARTNER.hostname)}/branding`);
    const choice = page.getByLabel('Say who this portal is powered by');
    await expect(page.getByText('Your plan always shows it. Switch it on before you publish.')).toBeVisible();
    await choice.check();
    await expect(choice).toBeDisabled();
    await expect(page.getByText('Your plan always shows it. Larger plans can leave it out.')).toBeVisible();
    await expect(page.getByText('Draft · 1 change · saved')).toBeVisible();
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
    await expect(page.getByText('No changes')).toBeVisible();
  });
  await expect(async () => {
    await page.goto(`${originOf(PARTNER.hostname)}/`);
    await expect(page.getByText('This device')).toBeVisible();
    await expect(poweredBy(page)).toHaveCount(0);
  }).toPass({ timeout: 30_000 });
});
