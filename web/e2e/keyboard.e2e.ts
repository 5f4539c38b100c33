/** Everything that an admin does is done with a keyboard alone; the focus can be seen, and is never lost on the way. */
import type { Page } from '@playwright/test';
import { openPartner } from './fresh-partner.ts';
import { expect, originOf, test } from './portals.ts';

type Role = 'button' | 'link' | 'textbox' | 'combobox';

/** Walks with Tab until what has the focus has this role and name. Nothing is focused in any other way. */
async function tabTo(page: Page, role: Role, name: string): Promise<void> {
  const target = page.getByRole(role, { name, exact: true }).and(page.locator(':focus'));
  for (let steps = 0; steps < 120; steps++) {
    await page.keyboard.press('Tab');
    if ((await target.count()) === 0) continue;
    await expectFocusSeen(page, name);
    return;
  }
  throw new Error(`Tab does not lead to the ${role} "${name}".`);
}

/** WCAG 2.2: the focus is visible (2.4.7) and not hidden behind what floats (2.4.11). */
async function expectFocusSeen(page: Page, face: string): Promise<void> {
  await expect
    .poll(
      () =>
        page.evaluate(() => {
          const element = document.activeElement;
          if (!(element instanceof HTMLElement) || element === document.body) return 'nothing has the focus';
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          if (outlineStyle === 'none' || Number.parseFloat(outlineWidth) < 1.5) return 'there is no ring';
          const { left, top, width, height } = element.getBoundingClientRect();
          const shown = document.elementFromPoint(left + width / 2, top + height / 2);
          return shown !== null && (element.contains(shown) || shown.contains(element))
            ? 'seen'
            : `something is in front of it: ${shown?.className}`;
        }),
      { message: face, timeout: 2_000 },
    )
    .toBe('seen');
}

/** After a step something has the focus, and it is not the page as a whole. */
async function expectFocusKept(page: Page, after: string): Promise<void> {
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.tagName ?? 'none'), { message: after })
    .not.toBe('BODY');
}

/** By the palette, as those go who have no mouse. */
async function goTo(page: Page, words: string, title: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('option').first()).toBeVisible();
  await page.keyboard.type(words);
  await page.keyboard.press('Enter');
  await expect(page).toHaveTitle(title);
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
}

test('an admin brands a portal, goes back, invites somebody and changes a role without a mouse', async ({
  page,
}) => {
  test.slow();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const partner = await openPartner({}, ['Grace Hopper']);

  await test.step('signs in', async () => {
    await page.goto(`${originOf(partner.hostname)}/sign-in`);
    await expect(page.getByRole('button', { name: 'Continue with GitHub' })).toBeVisible();
    await tabTo(page, 'button', 'Continue with GitHub');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Sign in to GitHub' })).toBeVisible();
    const ada = page.getByRole('button', { name: /Ada Lovelace/ }).and(page.locator(':focus'));
    for (let steps = 0; steps < 20 && (await ada.count()) === 0; steps++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(page).toHaveTitle(`Dashboard · ${partner.name}`);
    await expect(page.getByText('This device')).toBeVisible();
  });

  await test.step('changes a colour and the font, and publishes with a note', async () => {
    await goTo(page, 'branding', `Branding · ${partner.name}`);
    await expect(page.getByLabel('Tagline')).toBeVisible();
    await tabTo(page, 'textbox', 'Primary, light');
    await page.keyboard.type('#0a5cc2');
    await tabTo(page, 'combobox', 'Font');
    await page.keyboard.press('ArrowDown');
    await expect(page.getByText('Draft · 2 changes · saved')).toBeVisible();
    await expectFocusKept(page, 'saving');
    await tabTo(page, 'button', 'What changes');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('region', { name: 'What changes' })).toContainText('#0a5cc2');
    await tabTo(page, 'textbox', 'Note for the history');
    await page.keyboard.type('By hand');
    await tabTo(page, 'button', 'Publish');
    await page.keyboard.press('Enter');
    await expect(page.getByText('Version 2 is published')).toBeVisible();
    await expect(page.getByText('No changes')).toBeVisible();
    await expectFocusKept(page, 'publishing');
  });

  await test.step('looks at what changed and restores the version before', async () => {
    await tabTo(page, 'button', 'What changed in version 2');
    await page.keyboard.press('Space');
    await expect(page.getByRole('listitem').filter({ hasText: 'By hand' })).toContainText('#0a5cc2');
    await tabTo(page, 'button', 'Restore version 1');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alertdialog')).toBeVisible();
    await expectFocusKept(page, 'asking');
    // Thinks again, is back where it was, and decides.
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: 'Restore version 1' })).toBeFocused();
    await page.keyboard.press('Enter');
    await tabTo(page, 'button', 'Restore and publish');
    await page.keyboard.press('Enter');
    await expect(page.getByText('Version 3 is published')).toBeVisible();
    await expect(page.getByRole('listitem').filter({ hasText: 'Restored from 1' })).toBeVisible();
    await expectFocusKept(page, 'restoring');
  });

  await test.step('invites somebody', async () => {
    await goTo(page, 'invitations', `Invitations · ${partner.name}`);
    await tabTo(page, 'textbox', 'Email address');
    await page.keyboard.type('friend@example.test');
    await tabTo(page, 'combobox', 'Role');
    await page.keyboard.press('ArrowDown');
    await tabTo(page, 'button', 'Invite');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main').getByText('friend@example.test is invited')).toBeVisible();
    await expectFocusKept(page, 'inviting');
  });

  await test.step('changes a role', async () => {
    await goTo(page, 'members', `Members · ${partner.name}`);
    await tabTo(page, 'combobox', 'Role of Grace Hopper');
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('row').filter({ hasText: 'Grace Hopper' })).toContainText(
      'Manages everything here',
    );
    await expect(page.getByRole('combobox', { name: 'Role of Grace Hopper' })).toBeFocused();
  });
});
