import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, type Installation, startInstallation } from '@daybook/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints, openBrowser } from './browser.js';
import { tabTo } from './keyboard.js';
import { visitor, wrongOnScreens } from './visitor.js';

const EMAIL = 'ada@example.org';
const PASSWORD = 'correct horse battery staple';

describe('the way in, in a real browser', () => {
  let installation: Installation;
  let browser: Browser;
  /** The person's own browser, from the one-time link to the end. */
  let page: Page;

  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), openBrowser()]);
    page = await visitor(browser);
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.dispose();
  });

  const open = (path: string, on = page) => on.goto(installation.url + path);
  const heading = (name: string, on = page) => on.getByRole('heading', { level: 1, name });
  const button = (name: string, on = page) => on.getByRole('button', { name, exact: true });
  const password = (label: string, on = page) => on.getByRole('textbox', { name: label, exact: true });
  const isAccessible = async (on = page) => expect(await wrongOnScreens(on)).toEqual([]);
  const signIn = async (secretWord: string, on = page, email = EMAIL) => {
    await heading('Sign in', on).waitFor();
    await on.getByLabel('E-mail').fill(email);
    await password('Password', on).fill(secretWord);
    await button('Sign in', on).click();
  };

  it('leads from the one-time link to a paired computer by keyboard alone (P5)', async () => {
    const { keyboard } = page;
    await open(`/welcome#code=${installation.welcomeCode()}`);
    await heading('Make your account').waitFor();
    expect(page.url()).toBe(`${installation.url}/welcome`);
    await isAccessible();
    await tabTo(page, page.getByLabel('Name'));
    await keyboard.type('Ada Lovelace');
    await tabTo(page, page.getByLabel('E-mail'));
    await keyboard.type(EMAIL);
    await tabTo(page, password('Password'));
    await keyboard.type('too short');
    await page.getByText('3 more to go').waitFor();
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type(PASSWORD);
    const zone = page.getByRole('combobox', { name: 'Time zone' });
    expect(await zone.inputValue()).toBe('Europe/Berlin');
    await tabTo(page, zone);
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type('new york');
    await page.getByRole('option', { name: 'America/New York' }).waitFor();
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type('berlin');
    await page.getByRole('option', { name: 'Europe/Berlin' }).waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await tabTo(page, button('Make the account'));
    await keyboard.press('Enter');

    await heading('Your recovery code').waitFor();
    const recoveryCode = (await page.getByRole('status', { name: 'Recovery code' }).textContent()) ?? '';
    expect(recoveryCode).toMatch(/^([0-9A-Z]{5}-){5}[0-9A-Z]$/);
    expect(await button('Go on').isDisabled()).toBe(true);
    await isAccessible();
    const saving = page.waitForEvent('download');
    await tabTo(page, button('Save as a text file'));
    await keyboard.press('Enter');
    const saved = await (await saving).path();
    expect(await readFile(saved, 'utf8')).toContain(recoveryCode);
    await tabTo(page, page.getByRole('checkbox', { name: 'I have kept it' }));
    await keyboard.press('Space');
    await tabTo(page, button('Go on'));
    await keyboard.press('Enter');

    await heading('Welcome, Ada').waitFor();
    await page.getByText('2 of 5').waitFor();
    await isAccessible();
    await tabTo(page, page.getByRole('link', { name: 'Pair', exact: true }));
    await keyboard.press('Enter');
    await heading('Pair your computer').waitFor();
    await isAccessible();
    await tabTo(page, page.getByLabel('Code, 8 characters'));
    await keyboard.type('bcdf-gh23');
    await page.getByText('No computer waits with this code').waitFor();
    await isAccessible();
    const { code, paired } = await new Agent(join(installation.folder, 'agent')).startPairing(installation.url);
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type(code.toLowerCase());
    await tabTo(page, button('Pair this computer'));
    await isAccessible();
    await keyboard.press('Enter');
    await heading('Your computer is paired').waitFor();
    await paired;
    await isAccessible();
    await tabTo(page, page.getByRole('link', { name: 'First steps' }));
    await keyboard.press('Enter');
    await page.getByText('3 of 5').waitFor();
    await page.getByText('Computer paired').waitFor();
    expect(complaints(page)).toEqual([]);
  });

  it('would be told of a page that is not accessible, too wide, or broken (control)', async () => {
    const broken = await visitor(browser);
    await open('/sign-in', broken);
    await heading('Sign in', broken).waitFor();
    await broken.evaluate(`
      document.querySelector('h1').insertAdjacentHTML('afterend', '<img src="/icon.svg" style="width: 500px">');
      const script = document.createElement('script');
      script.textContent = 'nothing';
      document.body.append(script);`);
    const wrong = (await wrongOnScreens(broken)).join();
    expect(wrong).toContain('image-alt');
    expect(wrong).toContain('wider than a phone');
    expect(complaints(broken).join()).toContain('Content Security Policy');
    await broken.context().close();
  });

  it('refuses a one-time link that was used, in clear words', async () => {
    const other = await visitor(browser);
    await open(`/welcome#code=${installation.welcomeCode()}`, other);
    await other.getByLabel('Name').fill('Eve');
    await other.getByLabel('E-mail').fill('eve@example.org');
    await password('Password', other).fill(PASSWORD);
    await button('Make the account', other).click();
    await other.getByText('This link was used, has expired').waitFor();
    await isAccessible(other);
    await other.reload();
    await heading('This page opens with a one-time link', other).waitFor();
    await isAccessible(other);
    await other.context().close();
  });

  it('refuses a computer that is not mine, and knows a code that was answered', async () => {
    const agent = new Agent(join(installation.folder, 'another-agent'));
    const { code, paired } = await agent.startPairing(installation.url);
    const refused = expect(paired).rejects.toThrow('refused in the browser');
    await open(`/pair?user_code=${code}`);
    await button('Not mine').click();
    await page.getByText('Refused. That computer cannot send').waitFor();
    await refused;
  });

  it('signs out and in again, and says so when the password is wrong', async () => {
    await open('/settings');
    await page.getByRole('main').getByRole('button', { name: 'Sign out', exact: true }).click();
    await heading('Sign in').waitFor();
    await isAccessible();
    expect((await page.request.get(`${installation.url}/v1/me`)).status()).toBe(401);
    await signIn('not the password at all');
    await page.getByText('That e-mail address and password do not belong together.').waitFor();
    await isAccessible();
    await signIn(PASSWORD);
    await page.waitForURL('**/day/*');
    expect(complaints(page)).toEqual([]);
  });

  it('goes on to the page that was asked for, and never to another site', async () => {
    for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', '/\t/evil.example']) {
      await page.context().clearCookies();
      await open(`/sign-in?next=${encodeURIComponent(next)}`);
      await signIn(PASSWORD);
      await page.waitForURL(`${installation.url}/day/*`);
    }
    await page.context().clearCookies();
    await open('/settings');
    await signIn(PASSWORD);
    await page.waitForURL(`${installation.url}/settings`);
    // What an agent prints as an address leads to its code through the sign-in.
    await page.context().clearCookies();
    await open('/pair?user_code=BCDF-GH23');
    await signIn(PASSWORD);
    await heading('Pair your computer').waitFor();
    expect(await page.getByLabel('Code, 8 characters').inputValue()).toBe('BCDFGH23');
    // Somebody who is signed in already is not asked again.
    await open('/sign-in?next=%2Ffirst-steps');
    await heading('Welcome, Ada').waitFor();
    expect(complaints(page)).toEqual([]);
  });

  it('says how long to wait after too many tries', async () => {
    const other = await visitor(browser);
    await open('/sign-in', other);
    const attempt = () =>
      other.request.post(`${installation.url}/api/auth/sign-in/email`, {
        headers: { origin: installation.url },
        data: { email: EMAIL, password: 'not the password at all' },
      });
    await expect.poll(async () => (await attempt()).status(), { timeout: 20_000, interval: 10 }).toBe(429);
    await signIn(PASSWORD, other);
    await other.getByText(/Too many tries\. Wait \d+ seconds/).waitFor();
    await isAccessible(other);
  });
});
