/** An admin asks people in and decides who may join; who is asked comes in, everybody else does not. */
import { findViolations } from './axe.ts';
import { keepPicture } from './pictures.ts';
import { continueWith, enter, expect, originOf, PARTNER, test } from './portals.ts';

const ORIGIN = originOf(PARTNER.hostname);

test('an invited person becomes a member in the role of the invitation; a revoked invitation lets nobody in', async ({
  page,
  browser,
  consoleWatch,
}) => {
  consoleWatch.expectConsoleErrors(/403|409|422|\/auth\/callback/);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await enter(page, PARTNER);
  await page.getByRole('link', { name: 'Invitations', exact: true }).click();
  await expect(page).toHaveTitle(`Invitations · ${PARTNER.name}`);
  await expect(page.getByText('No open invitations')).toBeVisible();

  await test.step('sign-up by invitation alone', async () => {
    await page.getByRole('radio', { name: /Invited people/ }).check();
    await page.getByRole('button', { name: 'Save who may join' }).click();
    await expect(page.getByRole('button', { name: 'Save who may join' })).toHaveAttribute(
      'aria-disabled',
      'true',
    );
  });

  const guest = await browser.newContext();
  const guestPage = await guest.newPage();
  await guestPage.goto(`${ORIGIN}/sign-in`);
  await continueWith(guestPage, 'google', 'Alan Turing');
  await expect(guestPage.getByText('You need an invitation')).toBeVisible();

  const email = page.getByLabel('Email address');
  const invite = page.getByRole('button', { name: 'Invite', exact: true });
  await email.fill('nobody');
  await invite.click();
  await expect(email).toHaveAccessibleDescription(/Write an email address/);
  await email.fill('alan@example.test');
  await page.getByLabel('Role').selectOption('admin');
  await email.press('Enter');
  const row = page.getByRole('listitem').filter({ hasText: 'alan@example.test' });
  await expect(row).toContainText('Admin');
  await expect(row).toContainText('Open');
  await expect(page.getByRole('main').getByText('alan@example.test is invited')).toBeVisible();
  await expect(page.getByText(`${ORIGIN}/sign-in`)).toBeVisible();
  await email.fill('ALAN@example.test');
  await invite.click();
  await expect(page.getByText('This person has been invited already')).toBeVisible();

  await page.getByRole('button', { name: 'Revoke alan@example.test' }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('alan@example.test');
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect(dialog).toBeHidden();
  await expect(row).toHaveCount(0);
  await guestPage.goto(`${ORIGIN}/sign-in`);
  await continueWith(guestPage, 'google', 'Alan Turing');
  await expect(guestPage.getByText('You need an invitation')).toBeVisible();

  await invite.click();
  await page.getByRole('button', { name: 'Resend to alan@example.test' }).click();
  await expect(row).toContainText('sent twice');
  await guestPage.goto(`${ORIGIN}/sign-in`);
  await continueWith(guestPage, 'google', 'Alan Turing');
  await expect(guestPage).toHaveTitle(`Dashboard · ${PARTNER.name}`);
  await guestPage.getByRole('link', { name: 'Profile', exact: true }).click();
  await expect(guestPage.getByRole('main')).toContainText('Admin');
  await page.goto(`${ORIGIN}/invitations?state=all`);
  await expect(row.filter({ hasText: 'Accepted' })).toHaveCount(1);
  await expect(row.filter({ hasText: 'Revoked' })).toHaveCount(1);
  await guest.close();
  // As the other tests expect it.
  await page.getByRole('radio', { name: /Everybody/ }).check();
  await page.getByRole('button', { name: 'Save who may join' }).click();
  await expect(page.getByRole('button', { name: 'Save who may join' })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
});

test('a list is taken line by line, and a public mail domain is refused', async ({ page, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/422/);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await enter(page, PARTNER, { path: '/invitations' });
  await page.getByLabel('Or paste the list').fill('email,role\nlist1@example.test\nada@example.test\nnobody');
  await page.getByRole('button', { name: 'Invite all' }).click();
  const report = page.getByRole('region', { name: 'What became of 3 lines' });
  await expect(report.getByRole('listitem')).toHaveText([
    /Line 2.*list1@example\.test.*Invited/,
    /Line 3.*ada@example\.test.*Already a member/,
    /Line 4.*nobody.*Not an address/,
  ]);
  await expect(page.getByRole('button', { name: 'Revoke list1@example.test' })).toBeVisible();

  await page.getByRole('radio', { name: /Email domains/ }).check();
  const save = page.getByRole('button', { name: 'Save who may join' });
  await save.click();
  await expect(page.getByText('List at least one domain.')).toBeVisible();
  const domains = page.getByLabel('Email domains', { exact: true }).last();
  await domains.fill('@partner-one.example, gmail.com');
  await save.click();
  await expect(page.getByText('Anybody can get an address at one of these domains')).toBeVisible();

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390, 320]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `at ${width}`).toBeLessThanOrEqual(0);
      await keepPicture(page, `partner-one-invitations-${width}-${colorScheme}`);
    }
    expect(await findViolations(page), colorScheme).toEqual([]);
  }
  await domains.fill('partner-one.example');
  await save.click();
  await expect(save).toHaveAttribute('aria-disabled', 'true');
  await page.reload();
  await expect(page.getByLabel('Email domains', { exact: true }).last()).toHaveValue('partner-one.example');
  await page.getByRole('radio', { name: /Everybody/ }).check();
  await save.click();
  await expect(save).toHaveAttribute('aria-disabled', 'true');
});

test('a client sees nothing of it', async ({ page, consoleWatch }) => {
  consoleWatch.expectConsoleErrors(/403/);
  await enter(page, PARTNER, { person: 'Grace Hopper' });
  await expect(page.getByRole('link', { name: 'Sessions', exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Invitations' })).toHaveCount(0);
  await page.goto(`${ORIGIN}/invitations`);
  await expect(page.getByText('You cannot open this')).toBeVisible();
  await expect(page.getByLabel('Email address')).toHaveCount(0);
});
