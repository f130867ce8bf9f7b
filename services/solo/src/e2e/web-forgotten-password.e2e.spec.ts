import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONSENT_TEXT_VERSION } from '@daybook/contracts';
import { Account, deviceToken, eventually, type Installation, newCanary, startInstallation } from '@daybook/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints, openBrowser } from './browser.js';
import { visitor, wrongOnScreens } from './visitor.js';

const NEW_PASSWORD = 'a new and different sentence';
const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(new Date());

describe('a forgotten password, in a real browser', () => {
  let installation: Installation;
  let browser: Browser;
  let account: Account;
  let page: Page;
  const secret = newCanary();

  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), openBrowser()]);
    account = await Account.first(installation);
    page = await visitor(browser);
    await remember(account, secret);
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.dispose();
  });

  const open = (path: string, on = page) => on.goto(installation.url + path);
  const heading = (name: string, on = page) => on.getByRole('heading', { level: 1, name });
  const button = (name: string, on: Pick<Page, 'getByRole'> = page) => on.getByRole('button', { name, exact: true });
  const field = (label: string, on: Pick<Page, 'getByRole'> = page) =>
    on.getByRole('textbox', { name: label, exact: true });
  const locked = () => page.getByRole('region', { name: 'Your activity is locked in this browser' });
  const isAccessible = async (on = page) => expect(await wrongOnScreens(on)).toEqual([]);
  /** The link of the next letter that was not opened yet. */
  const opened = new Set<string>();
  const letterLink = async (): Promise<string> => {
    const folder = join(installation.dataDir, 'mail');
    const letters = async () =>
      Promise.all((await readdir(folder)).map(async (name) => readFile(join(folder, name), 'utf8')));
    const links = async () =>
      (await letters())
        .map((text) => text.replaceAll('=\r\n', '').replaceAll('=3D', '='))
        .filter((text) => text.includes(`To: ${account.email}`))
        .map((text) => /\/reset-password\?token=[\w-]+/.exec(text)?.[0])
        .find((link) => link && !opened.has(link));
    const link = (await eventually(links, Boolean)) as string;
    opened.add(link);
    return link;
  };
  /** What the server opens for this browser: the day with everything that is remembered. */
  const day = async () => {
    const answer = await page.request.get(`${installation.url}/v1/days/${today()}`);
    return { status: answer.status(), text: await answer.text() };
  };

  const signIn = async (password: string) => {
    await heading('Sign in').waitFor();
    await field('E-mail').fill(account.email);
    await field('Password').fill(password);
    await button('Sign in').click();
  };

  it('after a reset by letter, what was remembered stays locked until the recovery code is entered (P1)', async () => {
    await open('/sign-in');
    await signIn(account.password);
    await page.waitForURL('**/day/*');
    await expect.poll(async () => (await day()).text, { timeout: 15_000 }).toContain(secret);
    await page.context().clearCookies();
    await open('/sign-in');
    await page.getByRole('link', { name: 'Forgot it' }).click();
    await isAccessible();
    await field('E-mail').fill(account.email);
    await button('Send the letter').click();
    await heading('Look into your mail').waitFor();
    await isAccessible();
    const link = await letterLink();
    await open(link);
    await field('New password').fill(NEW_PASSWORD);
    await field('New password, again').fill('something else entirely');
    await button('Set the password').click();
    await page.getByText('This is not the same as above.').waitFor();
    await isAccessible();
    await field('New password, again').fill(NEW_PASSWORD);
    await button('Set the password').click();
    await heading('Your new password counts').waitFor();
    await isAccessible();

    const late = await visitor(browser);
    await open(link, late);
    await field('New password', late).fill(account.password);
    await field('New password, again', late).fill(account.password);
    await button('Set the password', late).click();
    await heading('This link does not work any more', late).waitFor();
    await isAccessible(late);
    await late.context().close();

    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(NEW_PASSWORD);
    await locked().waitFor();
    const closed = await day();
    expect(closed.status).toBe(423);
    expect(closed.text).not.toContain(secret);
    await isAccessible();
    await field('Password').fill(NEW_PASSWORD);
    await button('Open').click();
    await page.getByRole('alert').getByText('That does not open your vault').waitFor();
    await button('Use the recovery code').click();
    await field('Recovery code').fill('AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-A');
    await field('Your current password').fill(NEW_PASSWORD);
    await button('Open with the code').click();
    await page.getByRole('alert').getByText('check the recovery code').waitFor();
    await isAccessible();
    expect((await day()).status).toBe(423);
    await page
      .getByRole('textbox', { name: 'Recovery code', exact: true })
      .fill(account.recoveryCode.toLowerCase().replaceAll('-', ' '));
    await button('Open with the code').click();
    await locked().waitFor({ state: 'detached' });
    expect((await day()).text).toContain(secret);
    expect(complaints(page)).toEqual([]);
  });

  it('lets the person go on with a new vault, and opens the old days when the old code is found', async () => {
    const LATEST = 'a third and last sentence';
    await account.call('POST', '/api/auth/request-password-reset', { email: account.email });
    const token = (await letterLink()).split('=')[1];
    await account.call('POST', '/api/auth/reset-password', { token, newPassword: LATEST });
    await open('/settings');
    await signIn(LATEST);
    await button('Use the recovery code', locked()).click();
    await button('I have lost the code', locked()).click();
    const dialog = page.getByRole('dialog', { name: 'Go on with a new vault' });
    await dialog.getByText('stay locked. Nobody can open them').waitFor();
    await isAccessible();
    await button('Keep it locked for now', dialog).click();
    await dialog.waitFor({ state: 'detached' });
    await button('I have lost the code', locked()).click();
    await field('Your current password', dialog).fill('not the password at all');
    await button('Begin a new vault', dialog).click();
    await dialog.getByRole('alert').waitFor();
    expect((await day()).status).toBe(423);
    await field('Your current password', dialog).fill(LATEST);
    await button('Begin a new vault', dialog).click();

    const shown = page.getByRole('dialog', { name: 'Your new recovery code' });
    const code = await shown.getByRole('status', { name: 'Recovery code' }).textContent();
    expect(code).not.toBe(account.recoveryCode);
    await isAccessible();
    await page.keyboard.press('Escape');
    await shown.getByRole('checkbox').check();
    await button('Go on', shown).click();
    await locked().waitFor({ state: 'detached' });
    const begun = await day();
    expect(begun.status).toBe(200);
    expect(begun.text).not.toContain(secret);

    await page.getByText('I found an older code').click();
    await field('Recovery code').fill(account.recoveryCode);
    await field('Your current password').fill(LATEST);
    await button('Open with the code').click();
    await page.getByText('Opened. Earlier days are back.').waitFor();
    expect((await day()).text).toContain(secret);
    expect(complaints(page)).toEqual([]);
  });
});

/** One save of the person's, as an agent reports it. */
async function remember(account: Account, name: string): Promise<void> {
  await account.call('PUT', '/v1/privacy/consents/files', { state: 'on', version: CONSENT_TEXT_VERSION });
  const events = [
    {
      id: randomBytes(16).toString('base64url'),
      at: new Date().toISOString(),
      path: `/clients/${name}.md`,
      name: `${name}.md`,
    },
  ];
  const token = await deviceToken(account);
  const batchId = crypto.randomUUID();
  const send = async () =>
    fetch(`${account.url}/v1/activity/batches`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ batchId, source: 'files', events }),
    });
  // A busy machine may answer 503 for a moment; an agent sends again, too.
  await eventually(send, ({ status }) => status === 202);
}
