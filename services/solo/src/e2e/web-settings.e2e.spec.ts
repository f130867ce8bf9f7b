import type { Me } from '@daybook/contracts';
import { Account, deviceToken, type Installation, startInstallation } from '@daybook/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints, openBrowser, signedIn } from './browser.js';
import { visitor, wrongOnScreens } from './visitor.js';

const NEW_PASSWORD = 'a new and different sentence';

describe('the settings, in a real browser', () => {
  let installation: Installation;
  let browser: Browser;
  let account: Account;
  let page: Page;

  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), openBrowser()]);
    account = await Account.first(installation);
    page = await signedIn(browser, account);
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.dispose();
  });

  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const field = (label: string) => page.getByRole('textbox', { name: label, exact: true });
  const said = (words: string | RegExp) => page.getByText(words).waitFor();
  const isAccessible = async (on = page) => expect(await wrongOnScreens(on)).toEqual([]);
  const me = async () => (await account.call<Me>('GET', '/v1/me')).body;
  /** The account in another browser, as a program. */
  const elsewhere = async (password = account.password) => {
    const other = new Account(account.url, account.email, password);
    expect(await other.signIn()).toBe(200);
    return other;
  };

  it('keep name, time zone, keys and theme', async () => {
    await page.goto(`${installation.url}/settings`);
    await field('Name').fill('Ada King');
    await button('Save the name').click();
    await said('Name saved');
    const zone = page.getByRole('combobox', { name: 'Time zone' });
    await zone.fill('lisbon');
    await page.getByRole('option', { name: 'Europe/Lisbon' }).click();
    await said('Your days now begin at midnight in Europe/Lisbon');
    const keys = page.getByRole('switch', { name: 'Single-key shortcuts' });
    expect(await keys.isChecked()).toBe(true);
    await keys.focus();
    await page.keyboard.press('Space');
    await expect.poll(async () => (await me()).settings).toEqual({ singleKeys: false });
    expect(await me()).toMatchObject({ name: 'Ada King', timeZone: 'Europe/Lisbon' });
    await page.getByText('Dark', { exact: true }).click();
    await page.reload();
    await keys.waitFor();
    expect(await keys.isChecked()).toBe(false);
    expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark');
    expect(await zone.inputValue()).toBe('Europe/Lisbon');
    await page.getByText('As the system', { exact: true }).click();
    await isAccessible();
    expect(complaints(page)).toEqual([]);
  });

  it('show a new recovery code for the password, until it is kept', async () => {
    await field('Your password, for a new code').fill('not the password at all');
    await button('Get a new recovery code').click();
    await said('That does not open your vault');
    await field('Your password, for a new code').fill(account.password);
    await button('Get a new recovery code').click();
    const dialog = page.getByRole('dialog', { name: 'Your new recovery code' });
    await dialog.waitFor();
    await isAccessible();
    await page.keyboard.press('Escape');
    const code = (await dialog.getByRole('status', { name: 'Recovery code' }).textContent()) ?? '';
    expect((await me()).steps.recoveryCodeSaved).toBe(false);
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await me()).steps.recoveryCodeSaved).toBe(true);
    const unlock = (recoveryCode: string) => account.call('POST', '/v1/me/vault/unlock', { recoveryCode });
    expect((await unlock(account.recoveryCode)).status).toBe(403);
    expect((await unlock(code)).status).toBe(200);
  });

  it('unpair a computer after asking, at once', async () => {
    const token = await deviceToken(account, 'ada-laptop');
    const asAgent = () =>
      fetch(`${installation.url}/v1/privacy/consents`, { headers: { authorization: `Bearer ${token}` } });
    expect((await asAgent()).status).toBe(200);
    await page.reload();
    await button('Unpair ada-laptop').click();
    const question = page.getByRole('dialog', { name: 'Unpair ada-laptop?' });
    await question.waitFor();
    await isAccessible();
    await question.getByRole('button', { name: 'Keep it paired' }).click();
    await question.waitFor({ state: 'detached' });
    expect((await asAgent()).status).toBe(200);
    await button('Unpair ada-laptop').click();
    await question.getByRole('button', { name: 'Unpair', exact: true }).click();
    await said('No computer is paired.');
    expect((await asAgent()).status).toBe(401);
  });

  it('sign out other browsers, one or all, and never this one', async () => {
    const [first, second, third] = [await elsewhere(), await elsewhere(), await elsewhere()];
    const alive = async () =>
      (await Promise.all([first, second, third].map((one) => one.call('GET', '/v1/me')))).filter(
        ({ status }) => status === 200,
      ).length;
    expect(await alive()).toBe(3);
    await page.reload();
    await page.getByText('this one').waitFor();
    await page
      .getByRole('button', { name: /^Sign out A program/ })
      .first()
      .click();
    await said('That browser is signed out');
    await expect.poll(alive).toBe(2);
    await button(/^Sign out the \d others$/).click();
    await said('The other browsers are signed out');
    await expect.poll(alive).toBe(0);
    expect((await me()).name).toBe('Ada King');
  });

  it('change the password: other browsers go, what was remembered stays open', async () => {
    const other = await elsewhere();
    await field('Current password').fill('not the password at all');
    await field('New password').fill(NEW_PASSWORD);
    await button('Change the password').click();
    await said('This is not your current password.');
    await isAccessible();
    await field('Current password').fill(account.password);
    await button('Change the password').click();
    await said('Password changed.');
    expect((await other.call('GET', '/v1/me')).status).toBe(401);
    expect((await (await page.request.get(`${installation.url}/v1/me`)).json()) as Me).toMatchObject({ vault: 'open' });
    expect((await page.request.get(`${installation.url}/v1/rules`)).status()).toBe(200);
    await elsewhere(NEW_PASSWORD);
    expect(complaints(page)).toEqual([]);
  });

  it('invite a colleague, who gets an account of their own and invites nobody', async () => {
    await field('Their e-mail').fill('bob@example.org');
    await button('Make a link').click();
    const link = page.getByText(/\/welcome#code=/);
    await link.waitFor();
    const bob = await visitor(browser);
    await bob.goto((await link.textContent()) ?? '');
    await bob.getByLabel('Name').fill('Bob Example');
    await bob.getByLabel('E-mail').fill('bob@example.org');
    await bob.getByRole('textbox', { name: 'Password' }).fill('another correct battery staple');
    await bob.getByRole('button', { name: 'Make the account' }).click();
    await bob.getByRole('checkbox').check();
    await bob.getByRole('button', { name: 'Go on' }).click();
    await bob.getByRole('heading', { name: 'Welcome, Bob' }).waitFor();
    await bob.goto(`${installation.url}/settings`);
    await bob.getByRole('heading', { name: 'Computers' }).waitFor();
    expect(await bob.getByText('Invite a colleague').count()).toBe(0);
    expect(await bob.getByText('Ada King').count()).toBe(0);
    expect(complaints(bob)).toEqual([]);
  });
});
