import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  type BatchAccepted,
  CONSENT_TEXT_VERSION,
  type Consent,
  type DayView,
  type ErasureCase,
  type Project,
  type Rule,
  STORE_NAMES,
} from '@daybook/contracts';
import { Account, deviceToken, eventually, type Installation, startInstallation } from '@daybook/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, complaints, openBrowser, signedIn } from './browser.js';

const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(new Date());

describe('erasing from the privacy page, and its receipts (P25)', () => {
  let installation: Installation;
  let account: Account;
  let browser: Browser;
  let page: Page;
  let token: string;
  const main = () => page.locator('main');
  const activity = async () =>
    (await account.call<DayView>('GET', `/v1/days/${today()}`)).body.activity.map((item) => item.source);
  const rules = async () => (await account.call<Rule[]>('GET', '/v1/rules')).body.length;
  const caseOnPage = async () =>
    (await account.call<ErasureCase>('GET', `/v1/privacy/erasures/${page.url().split('/').at(-1)}`)).body;

  const save = async () => {
    const event = { id: randomUUID(), at: new Date().toISOString(), path: '/w/acme/plan.md', name: 'plan.md' };
    const visit = {
      id: randomUUID(),
      at: new Date().toISOString(),
      address: 'https://example.org/plan',
      title: 'Plan',
      browser: 'Firefox',
      seconds: 60,
    };
    for (const [source, one] of [
      ['files', event],
      ['web', visit],
    ] as const)
      await eventually(
        () =>
          account.call<BatchAccepted>(
            'POST',
            '/v1/activity/batches',
            { batchId: randomUUID(), source, events: [one] },
            { authorization: `Bearer ${token}` },
          ),
        ({ body }) => body.accepted === 1,
      );
    await eventually(activity, (seen) => seen.includes('files') && seen.includes('web'));
  };
  const agree = (source: string) =>
    account.call('PUT', `/v1/privacy/consents/${source}`, { state: 'on', version: CONSENT_TEXT_VERSION });

  beforeAll(async () => {
    installation = await startInstallation();
    account = await Account.first(installation);
    token = await deviceToken(account);
    await agree('files');
    await agree('web');
    const project = (await account.call<Project>('POST', '/v1/projects', { name: 'Acme' })).body.id;
    await account.call('PUT', '/v1/rules', [
      { id: randomBytes(16).toString('base64url'), match: { folder: '/w/acme' }, project },
    ]);
    await save();
    browser = await openBrowser();
    page = await signedIn(browser, account);
    page.setDefaultTimeout(8_000);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await installation.dispose();
  });

  /** Waits until the page says that all is erased, and compares what it shows with what the stores signed. */
  async function erasedWithReceipts(): Promise<void> {
    await main().getByRole('heading', { level: 1, name: 'Deletion receipt' }).waitFor();
    await main().getByRole('heading', { name: 'Erased everywhere' }).waitFor({ timeout: 60_000 });
    const one = await caseOnPage();
    expect(one.state).toBe('erased');
    const rows = page.getByRole('row').filter({ has: page.getByRole('rowheader') });
    expect(await rows.count()).toBe(STORE_NAMES.length);
    for (const store of STORE_NAMES) {
      const cells = await rows.filter({ hasText: store }).getByRole('cell').allTextContents();
      const receipt = one.stores.find((answer) => answer.store === store)?.receipt;
      expect(cells.slice(1, 3)).toEqual(['erased', '0']);
      expect(receipt).toMatchObject({ outcome: 'erased', remaining: 0 });
      expect(cells[4]).toBe(`${receipt?.signature.slice(0, 10)}…`);
    }
  }

  it('goes from off, by the offer, to a receipt of every store; the other source, rules and choices stay', async () => {
    await page.goto('/privacy');
    await page.getByRole('switch', { name: 'Files' }).click();
    await main().getByText('Nothing more is collected. Erase what it brought?').waitFor();
    expect((await account.call<Consent>('GET', '/v1/privacy/consents/files')).body.state).toBe('off');
    expect(await activity()).toContain('files');
    await main().getByRole('button', { name: 'Erase Files…' }).first().click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('radio', { name: 'Files' }).isChecked()).toBe(true);
    expect(await dialog.getByText('Your time sheets and entries').count()).toBe(1);
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Erase Files' }).click();
    await erasedWithReceipts();
    expect(await activity()).toEqual(['web']);
    expect(await rules()).toBe(1);
    expect((await account.call<Consent>('GET', '/v1/privacy/consents/web')).body.state).toBe('on');
  });

  it('hands over every signed receipt as one file', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download receipts' }).click(),
    ]);
    const file = JSON.parse(await readFile(await download.path(), 'utf8')) as ErasureCase;
    expect(file).toMatchObject(await caseOnPage());
    expect(file.stores.map(({ store }) => store).sort()).toEqual([...STORE_NAMES].sort());
    expect(file.stores.every(({ receipt }) => (receipt?.signature.length ?? 0) > 80)).toBe(true);
  });

  it('erases everything only after the words are typed, by keyboard alone', async () => {
    await agree('files');
    await save();
    await page.goto('/privacy');
    await page.getByRole('button', { name: 'Erase activity…' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    const erase = dialog.getByRole('button', { name: /^Erase/ });
    expect(await dialog.locator(':checked').count()).toBe(0);
    expect(await erase.isDisabled()).toBe(true);
    for (let n = 0; n < 10 && (await dialog.locator('input:focus').count()) === 0; n++)
      await page.keyboard.press('Tab');
    for (let n = 0; n < 3; n++) await page.keyboard.press('ArrowDown');
    expect(await dialog.getByRole('radio', { name: 'Everything' }).isChecked()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.type('erase everythin');
    await page.keyboard.press('Enter');
    expect(await erase.isDisabled()).toBe(true);
    expect(await activity()).toHaveLength(2);
    await page.keyboard.type('g');
    await page.keyboard.press('Enter');
    await erasedWithReceipts();
    expect(await activity()).toEqual([]);
    expect(await rules()).toBe(0);
    expect(await page.locator('h1:focus').count()).toBe(1);
  });

  it('opens for a day that another page asks for, and lists every case', async () => {
    await save();
    await page.goto(`/privacy?erase=day&day=${today()}`);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'One day' }).waitFor();
    expect(await dialog.getByLabel('Which day').inputValue()).toBe(today());
    await dialog.getByRole('button', { name: /^Erase \w{3} \d/ }).click();
    await erasedWithReceipts();
    expect(await activity()).toEqual([]);
    await page.getByRole('link', { name: 'Back to Privacy' }).click();
    const receipts = page.getByRole('list', { name: 'Receipts' });
    await receipts.getByRole('link').nth(2).waitFor();
    expect((await receipts.getByRole('link').allTextContents()).map((text) => text.split(',')[0])).toEqual([
      'One day',
      'Everything',
      'Files',
    ]);
    await receipts.getByText('Erased everywhere').nth(2).waitFor();
    await receipts.getByRole('link').last().click();
    await erasedWithReceipts();
  });

  it('shows a store that failed or is late in red, and never as erased', async () => {
    const address = page.url();
    const faulty = async (change: (one: ErasureCase) => object) => {
      await page.unrouteAll({ behavior: 'wait' });
      await page.route('**/v1/privacy/erasures/*', async (route) => {
        const answer = await route.fetch();
        const { erasedAt: _, ...one } = (await answer.json()) as ErasureCase;
        await route.fulfill({ response: answer, json: { ...one, state: 'unreadable', ...change(one as ErasureCase) } });
      });
      await page.goto(address);
    };
    const first = <Store>(stores: Store[], change: (store: Store) => Store) =>
      stores.map((store, n) => (n === 0 ? change(store) : store));
    await faulty(({ stores }) => ({
      stores: first(stores, (store) => ({
        ...store,
        state: 'failed' as const,
        receipt: { ...store.receipt!, outcome: 'failed' as const, remaining: 3, reason: 'still_there' },
      })),
    }));
    await main().getByRole('heading', { name: '1 store could not erase' }).waitFor();
    expect(await page.getByRole('row').filter({ hasText: 'failed (still_there)' }).textContent()).toContain('3');
    expect(await axe(page)).toEqual([]);
    await faulty(({ stores, deadlines }) => ({
      stores: first(stores, ({ receipt: _, ...store }) => ({ ...store, state: 'waiting' as const })),
      deadlines: { ...deadlines, erased: new Date(Date.now() - 60_000).toISOString() },
    }));
    await main().getByRole('heading', { name: 'Late: 1 store has not answered' }).waitFor();
    expect(await main().getByText('Erased everywhere').count()).toBe(0);
    await page.unrouteAll({ behavior: 'wait' });
    await page.goto('/privacy/erasures/nobodys');
    await main().getByText('There is no such receipt among yours.').waitFor();
  });

  it('meets WCAG 2.2 AA on the receipt and in the question, light, dark and on a phone', async () => {
    const { items } = (await account.call<{ items: ErasureCase[] }>('GET', '/v1/privacy/erasures')).body;
    for (const look of [{}, { width: 390, dark: true }]) {
      const here = await signedIn(browser, account, look);
      here.setDefaultTimeout(8_000);
      await here.goto(`/privacy/erasures/${items[0]?.caseRef}`);
      await here.getByRole('heading', { name: 'Erased everywhere' }).waitFor();
      expect(await axe(here)).toEqual([]);
      if (look.width) {
        expect(await here.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
        await here.goto('/privacy');
        await here.getByRole('button', { name: 'Erase activity…' }).click();
        await here.getByRole('radio', { name: 'Everything' }).check();
        expect(await axe(here)).toEqual([]);
      }
      expect(complaints(here)).toEqual([]);
      await here.context().close();
    }
    expect(complaints(page)).toEqual([]);
  });
});
