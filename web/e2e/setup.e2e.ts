/** An admin is told what is left to set up, until it is done or put away; a client is not. */
import { openPartner } from './fresh-partner.ts';
import { enter, expect, PARTNER, signIn, test } from './portals.ts';

test('what is left to set up leads to its page, is ticked off, and can be put away', async ({ page }) => {
  const partner = await openPartner();
  await signIn(page, partner);
  const list = page.getByRole('region', { name: 'Finish setting up' });
  await expect(list).toContainText('0 of 3 done');
  const usage = page.getByRole('region', { name: 'Usage' });
  const before = (await usage.boundingBox())?.y;
  await page.reload();
  await expect(usage).toBeVisible();
  expect((await usage.boundingBox())?.y, 'nothing moves when the list arrives').toBe(before);

  await list.getByRole('link', { name: 'Invite the first person' }).click();
  await expect(page).toHaveTitle(`Invitations · ${partner.name}`);
  await page.getByLabel('Email').first().fill('friend@example.test');
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByRole('main').getByText('friend@example.test is invited')).toBeVisible();
  await page.getByRole('link', { name: 'Dashboard', exact: true }).click();
  await expect(list).toContainText('1 of 3 done');
  await expect(list.getByRole('listitem')).toHaveText([
    /^Publish your brand/,
    /^Upload your logo/,
    /^Invite the first person, done/,
  ]);

  await page.getByRole('button', { name: 'Hide the list of what to set up' }).click();
  await expect(list).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.reload();
  await expect(usage).toBeVisible();
  await expect(list).toHaveCount(0);
});

test('what is all set up is not mentioned', async ({ page, consoleWatch }) => {
  // Its file is of no interest here.
  consoleWatch.expectConsoleErrors(/404.*\/brand\/logo\.png/);
  const logo = { hash: 'a'.repeat(64), width: 120, height: 40 };
  const partner = await openPartner({ tagline: 'Ours', images: { logo } }, ['Grace Hopper']);
  const answered = page.waitForResponse((response) => response.url().endsWith('/api/setup'));
  await signIn(page, partner);
  expect((await answered).status()).toBe(200);
  await expect(page.getByText('This device')).toBeVisible();
  await expect(page.getByText('Finish setting up')).toHaveCount(0);
});

test('a client has nothing to set up', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await enter(page, PARTNER, { person: 'Grace Hopper' });
  await expect(page.getByText('This device')).toBeVisible();
  await expect(page.getByText('Finish setting up')).toHaveCount(0);
  expect(asked).not.toContain('/api/setup');
});
