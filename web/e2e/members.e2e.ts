/** An admin finds a member, changes what they may do, and ends it; the member notices at once. */
import type { Page } from '@playwright/test';
import { findSerious, showPalette } from './axe.ts';
import { keepPicture } from './pictures.ts';
import {
  CUSTOM,
  type DemoPortal,
  enter,
  expect,
  forgetSession,
  originOf,
  PARTNER,
  signIn,
  test,
} from './portals.ts';

async function expectAccessible(page: Page, face: string): Promise<void> {
  expect(await findSerious(page), face).toEqual([]);
}

const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });
/** Another test may have signed the same person in with Google, which makes another member. */
const graceOf = (page: Page) => rowOf(page, 'Grace Hopper').filter({ hasText: 'Signs in with GitHub' });

async function openMembers(page: Page, portal: DemoPortal): Promise<void> {
  await enter(page, portal, { path: '/members' });
  await expect(page.getByRole('table')).toBeVisible();
}

test('an admin finds a member, makes an admin of them, and the member sees it', async ({ page, browser }) => {
  const other = await browser.newContext();
  const member = await other.newPage();
  await enter(member, PARTNER, { person: 'Grace Hopper' });
  await expect(member.getByRole('link', { name: 'Members', exact: true })).toHaveCount(0);
  await member.goto(`${originOf(PARTNER.hostname)}/members`);
  await expect(member.getByRole('heading', { level: 1, name: 'You cannot open this' })).toBeVisible();

  await enter(page, PARTNER);
  await page.getByRole('link', { name: 'Members', exact: true }).click();
  await expect(page).toHaveTitle(`Members · ${PARTNER.name}`);
  await expect(rowOf(page, 'Ada Lovelace').getByRole('combobox')).toBeDisabled();
  await expect(rowOf(page, 'Ada Lovelace')).toContainText('You cannot change your own role.');

  await page.getByRole('searchbox', { name: 'Search members' }).fill('HOPPER');
  await expect(page).toHaveURL(/search=HOPPER/);
  await expect(rowOf(page, 'Ada Lovelace')).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Role of Grace Hopper' }).selectOption('Admin');
  await expect(rowOf(page, 'Grace Hopper')).toContainText('Manages everything here');

  await page.getByRole('button', { name: 'Actions for Grace Hopper' }).click();
  await page.getByRole('menuitem', { name: 'Permissions' }).click();
  const dialog = page.getByRole('dialog', { name: 'What Grace Hopper may do' });
  await dialog.getByRole('checkbox', { name: 'Billing' }).uncheck();
  await expectAccessible(page, 'permissions');
  await dialog.getByRole('button', { name: 'Save permissions' }).click();
  await expect(dialog).toBeHidden();
  await expect(rowOf(page, 'Grace Hopper')).toContainText('Manages all but billing');

  await member.reload();
  await expect(rowOf(member, 'Grace Hopper')).toContainText('You');
  await page.getByRole('searchbox', { name: 'Search members' }).fill('nobody of that name');
  await expect(page.getByText('No members match')).toBeVisible();
  await page.getByRole('link', { name: 'Show everybody' }).click();
  await expect(page.getByRole('searchbox')).toHaveValue('');
  await page.getByRole('combobox', { name: 'Role of Grace Hopper' }).selectOption('Client');
  await expect(rowOf(page, 'Grace Hopper')).toContainText('Uses the portal');
  await other.close();
});

test('a member who is removed is out at the next click, and comes back when reinstated', async ({
  page,
  browser,
  consoleWatch,
}) => {
  consoleWatch.expectConsoleErrors(/401/);
  const other = await browser.newContext();
  const member = await other.newPage();
  await signIn(member, CUSTOM, { person: 'Grace Hopper' });
  await openMembers(page, CUSTOM);
  await graceOf(page).getByRole('button', { name: 'Actions for Grace Hopper' }).click();
  await expectAccessible(page, 'menu');
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Remove Grace Hopper?' });
  await expect(dialog).toContainText('signed out everywhere at once');
  await expectAccessible(page, 'dialog');
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(dialog).toBeHidden();
  forgetSession(CUSTOM, 'Grace Hopper');
  await expect(graceOf(page)).toHaveCount(0);

  await member.getByRole('link', { name: 'Sessions', exact: true }).click();
  await expect(member).toHaveTitle(`Sign in · ${CUSTOM.name}`);

  await page.getByRole('combobox', { name: 'Status', exact: true }).selectOption('Removed');
  await expect(graceOf(page)).toContainText('Removed');
  await graceOf(page).getByRole('button', { name: 'Actions for Grace Hopper' }).click();
  await page.getByRole('menuitem', { name: 'Reinstate' }).click();
  await expect(page.getByText('No members match')).toBeVisible();
  await signIn(member, CUSTOM, { person: 'Grace Hopper' });
  await other.close();
});

test('the list is sorted, fits 320 pixels, and is accessible in both palettes', async ({ page, browser }) => {
  const other = await browser.newContext();
  await signIn(await other.newPage(), PARTNER, { person: 'Alan Turing', provider: 'google' });
  await other.close();
  await openMembers(page, PARTNER);
  await page.getByRole('button', { name: 'Last seen' }).click();
  await expect(page).toHaveURL(/sort=last_seen&order=desc/);
  await expect(page.getByRole('columnheader', { name: 'Last seen' })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  for (const size of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(size);
      await showPalette(page, colorScheme);
      await expectAccessible(page, `${size.width} ${colorScheme}`);
      await keepPicture(page, `partner-one-members-${size.width}-${colorScheme}`);
    }
  }
  await page.setViewportSize({ width: 320, height: 640 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
