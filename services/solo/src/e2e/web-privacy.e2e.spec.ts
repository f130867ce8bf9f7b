import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { BatchAccepted, Consent, Source } from '@daybook/contracts';
import { Account, deviceToken, eventually, type Installation, startInstallation } from '@daybook/testing';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, complaints, openBrowser, signedIn } from './browser.js';

const ZONE = 'Europe/Berlin';
const dayBefore = (days: number) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(new Date(Date.now() - days * 86_400_000));

const hasFocus = async (element: Locator) => (await element.and(element.page().locator(':focus')).count()) === 1;
/** Fails unless it gets the focus in a moment. */
const getsFocus = (element: Locator) => element.and(element.page().locator(':focus')).waitFor({ timeout: 3_000 });

/** Presses Tab until what is called so has the focus. */
async function tabTo(page: Page, role: 'button' | 'switch' | 'menuitem' | 'link', name: string): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true }).first();
  for (let n = 0; n < 80; n++) {
    if (await hasFocus(wanted)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${role} "${name}" cannot be reached with Tab`);
}

describe('sources and openings on the privacy page (P5, P30)', () => {
  let installation: Installation;
  let account: Account;
  let browser: Browser;
  let page: Page;
  const consent = async (source: Source) => (await account.call<Consent>('GET', `/v1/privacy/consents/${source}`)).body;
  const main = () => page.locator('main');

  beforeAll(async () => {
    installation = await startInstallation();
    account = await Account.first(installation, ZONE);
    browser = await openBrowser();
    page = await signedIn(browser, account);
    page.setDefaultTimeout(8_000);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await installation.dispose();
  });

  it('switches a source on by keyboard alone, through a question in which nothing is ticked', async () => {
    await page.goto('/privacy');
    await tabTo(page, 'switch', 'Files');
    await page.keyboard.press('Space');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'Switch on Files?' }).waitFor();
    for (const heading of ['We read', 'We keep', 'We never see'])
      expect(await dialog.getByRole('heading', { name: heading }).count()).toBe(1);
    expect((await consent('files')).state).toBe('off');
    expect(await dialog.locator(':checked').count()).toBe(0);
    const weight = (name: string) =>
      dialog
        .getByRole('button', { name })
        .evaluate(
          `(button) => ['width', 'height', 'color', 'backgroundColor', 'borderColor', 'fontWeight'].map((one) => getComputedStyle(button)[one])`,
        );
    // Whichever has the pointer or the focus, both look alike: compared where neither has.
    expect(await weight('Switch it on')).toEqual(await weight('Leave it off'));
    expect(await axe(page)).toEqual([]);

    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    const control = page.getByRole('switch', { name: 'Files' });
    await getsFocus(control);
    expect(await control.getAttribute('aria-checked')).toBe('false');
    expect((await consent('files')).state).toBe('off');

    await page.keyboard.press('Enter');
    await tabTo(page, 'button', 'Switch it on');
    await page.keyboard.press('Enter');
    await dialog.getByRole('heading', { name: 'Files: on' }).waitFor();
    expect(await dialog.getByRole('link', { name: 'Pair a computer' }).count()).toBe(1);
    const { receipt, state } = await consent('files');
    expect(state).toBe('on');
    await tabTo(page, 'button', 'Download receipt');
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    const kept = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(kept).toMatchObject({ source: 'files', state: 'on', textVersion: 1, ...receipt });
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await control.getAttribute('aria-checked')).toBe('true');
    await getsFocus(control);
  });

  it('agrees to hours and to the past only where the person ticks them, and says what to type on a paired computer', async () => {
    await deviceToken(account, 'laptop');
    await page.getByRole('switch', { name: 'Web sites' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('checkbox', { name: 'Only on certain days and hours' }).check();
    await dialog.getByRole('checkbox', { name: 'Friday' }).uncheck();
    await dialog.getByLabel('From').fill('09:00');
    await dialog.getByRole('checkbox', { name: 'Also what your computer already knows' }).check();
    // The check that nothing is ticked at first can see ticks.
    expect(await dialog.locator(':checked').count()).toBe(6);
    await dialog.getByLabel('Since').fill('2020-01-01');
    expect(await dialog.getByRole('button', { name: 'Switch it on' }).isDisabled()).toBe(true);
    const since = dayBefore(3);
    await dialog.getByLabel('Since').fill(since);
    await dialog.getByRole('button', { name: 'Switch it on' }).click();
    await dialog.getByText('npx daybook-agent browser add PROFILE').waitFor();
    expect(await dialog.getByText(`npx daybook-agent import --since ${since}`).count()).toBe(1);
    const given = await consent('web');
    expect(given).toMatchObject({ state: 'on', schedule: { days: [1, 2, 3, 4], from: '09:00', to: '18:00' } });
    expect(new Date(given.includesPastSince as string).toLocaleString('sv-SE', { timeZone: ZONE })).toBe(
      `${since} 00:00:00`,
    );
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await main().getByText('Mon – Thu, 09:00 – 18:00').first().waitFor();

    await page.getByRole('button', { name: /^Web sites/ }).click();
    await page.getByRole('button', { name: 'Mon – Thu, 09:00 – 18:00', exact: true }).click();
    await page.getByRole('radio', { name: 'At all times' }).check();
    await page.getByRole('button', { name: 'Keep these hours' }).click();
    await page.getByRole('button', { name: 'Set hours…' }).waitFor();
    expect((await consent('web')).schedule).toBeUndefined();
    await page.getByRole('button', { name: /^Web sites/ }).click();
  });

  it('pauses from the navigation: nothing is taken until it goes on, and going on is one press or an undo away', async () => {
    const token = await deviceToken(account, 'another');
    const send = async () => {
      const event = { id: randomUUID(), at: new Date().toISOString(), path: '/w/plan.md', name: 'plan.md' };
      const batch = { batchId: randomUUID(), source: 'files', events: [event] };
      const headers = { authorization: `Bearer ${token}` };
      return (await account.call<BatchAccepted>('POST', '/v1/activity/batches', batch, headers)).body;
    };
    expect(await send()).toMatchObject({ accepted: 1 });
    const nav = page.getByRole('navigation', { name: 'Main', exact: true });
    await tabTo(page, 'button', 'Pause remembering');
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'for 30 minutes' }).press('Enter');
    await nav.getByText('Paused').waitFor();
    await getsFocus(nav.getByRole('button', { name: 'Resume remembering' }));
    const paused = await consent('files');
    expect(paused.state).toBe('paused');
    expect(Math.abs(Date.parse(paused.until as string) - Date.now() - 30 * 60_000)).toBeLessThan(20_000);
    expect((await send()).accepted).toBe(0);
    await page.keyboard.press('Enter');
    await nav.getByText('Remembering').waitFor();
    expect((await consent('web')).state).toBe('on');
    // An answer of the door may be half a second old.
    await eventually(send, ({ accepted }) => accepted === 1, 3);

    await main().getByRole('button', { name: 'Pause everything' }).click();
    await page.getByRole('menuitem', { name: 'until I resume' }).click();
    await main().getByRole('button', { name: 'Resume', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await main().getByRole('button', { name: 'Pause everything' }).waitFor();
    expect((await consent('files')).state).toBe('on');
  });

  it('never switches on by resuming what was switched off in another window', async () => {
    await main().getByRole('button', { name: 'Pause everything' }).click();
    await page.getByRole('menuitem', { name: 'for 1 hour' }).click();
    await main().getByRole('button', { name: 'Resume', exact: true }).waitFor();
    await account.call('PUT', '/v1/privacy/consents/web', { state: 'off' });
    await main().getByRole('button', { name: 'Resume', exact: true }).click();
    await main().getByText('1 of 2 on').waitFor();
    expect((await consent('web')).state).toBe('off');
    expect((await consent('files')).state).toBe('on');
  });

  it('stops everything with one press, and offers to erase without doing it', async () => {
    await main().getByRole('button', { name: 'Stop everything' }).click();
    await main().getByText('Every source is off.').waitFor();
    expect((await consent('files')).state).toBe('off');
    expect(await axe(page)).toEqual([]);
    await main().getByRole('button', { name: 'Erase everything…' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('radio', { name: 'Everything' }).isChecked()).toBe(true);
    expect(await dialog.getByRole('button', { name: 'Erase everything' }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await main().getByRole('button', { name: 'Keep it until it expires' }).click();
    await getsFocus(main().getByRole('button', { name: 'Stop everything' }));
    expect((await account.call<{ items: unknown[] }>('GET', '/v1/privacy/erasures')).body.items).toEqual([]);
  });

  it('shows an opening the moment after it happened, in which browser, and pages back', async () => {
    const words = (day: string) =>
      `Day review, ${new Intl.DateTimeFormat('en-GB', {
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        timeZone: 'UTC',
      })
        .format(new Date(`${day}T12:00:00Z`))
        .replace(',', '')}`;
    const [own, other] = [dayBefore(2), dayBefore(4)];
    await page.getByRole('link', { name: 'All openings' }).click();
    await page.getByRole('heading', { level: 1, name: 'Who opened my data' }).waitFor();
    expect(await main().getByText(words(own)).count()).toBe(0);
    await account.call('GET', `/v1/days/${own}`);
    const elsewhere = new Account(account.url, account.email, account.password);
    expect(await elsewhere.signIn()).toBe(200);
    await elsewhere.call('GET', `/v1/days/${other}`);
    await page.reload();
    const row = (day: string) =>
      main()
        .getByRole('listitem')
        .filter({ hasText: words(day) });
    await row(own).filter({ hasText: 'this browser' }).waitFor();
    await row(other).filter({ hasText: 'A program' }).waitFor();

    for (let n = 0; n < 110; n++) await account.call('GET', `/v1/days/${dayBefore(0)}`);
    await page.reload();
    await main().getByRole('listitem').first().waitFor();
    expect(await row(own).count()).toBe(0);
    await page.getByRole('button', { name: 'Show older' }).click();
    await row(own).waitFor();
    expect(await axe(page)).toEqual([]);
    expect(await page.title()).toBe('Who opened my data · Daybook');
  });

  it('says what does not work while the server cannot be reached, and goes on afterwards', async () => {
    await page.route('**/v1/privacy/openings*', (route) => route.abort());
    await page.goto('/privacy');
    const card = page.getByRole('region', { name: 'Who opened my data' });
    await card.getByRole('alert').waitFor();
    expect(await page.getByRole('switch', { name: 'Files' }).count()).toBe(1);
    await page.unroute('**/v1/privacy/openings*');
    await card.getByRole('button', { name: 'Try again' }).click();
    await card.getByRole('listitem').first().waitFor();
  });

  it('meets WCAG 2.2 AA in every state, light, dark and on a phone', async () => {
    for (const look of [{}, { dark: true }, { width: 390, dark: true }]) {
      const here = await signedIn(browser, account, look);
      here.setDefaultTimeout(8_000);
      await here.goto('/privacy');
      await here.getByRole('button', { name: /^Files/ }).click();
      await here.getByRole('listitem').filter({ hasText: 'this browser' }).first().waitFor();
      expect(await axe(here)).toEqual([]);
      await here.getByRole('switch', { name: 'Files' }).click();
      await here.getByRole('checkbox', { name: 'Only on certain days and hours' }).check();
      await here.getByRole('checkbox', { name: 'Also what your computer already knows' }).check();
      expect(await axe(here)).toEqual([]);
      if (look.width) expect(await here.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      expect(complaints(here)).toEqual([]);
      await here.context().close();
    }
    // A planted fault is found.
    await page.getByRole('switch', { name: 'Files' }).evaluate((element) => element.removeAttribute('aria-label'));
    expect((await axe(page)).join()).toContain('button-name');
    expect(complaints(page)).toEqual([]);
  });
});
