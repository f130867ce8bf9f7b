import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Day, Entry, IsoWeek, Project, Rule, Timesheet } from '@daybook/contracts';
import { Account, eventually, type Installation, startInstallation } from '@daybook/testing';
import { daysOfWeek, isoWeekOf } from '@daybook/timekeeping';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, complaints, openBrowser, signedIn } from './browser.js';

const newId = () => randomBytes(16).toString('base64url');
const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(new Date()) as Day;
const week = isoWeekOf(today);
const days = daysOfWeek(week) as Day[];

interface ManagerView {
  minutes: number;
  rows: { day: Day; project: string; note?: string; minutes: number }[];
}

describe('the week, its projects and the rules, in a real browser', () => {
  let installation: Installation;
  let account: Account;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    installation = await startInstallation();
    account = await Account.first(installation);
    browser = await openBrowser();
    page = await signedIn(browser, account);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await installation?.dispose();
  });

  const sheet = async (of: IsoWeek = week) => (await account.call<Timesheet>('GET', `/v1/timesheets/${of}`)).body;
  const project = async (name: string) => {
    const { body } = await account.call<{ items: Project[] }>('GET', '/v1/projects');
    const found = body.items.find((one) => one.name === name);
    if (!found) throw new Error(`there is no project ${name}`);
    return found;
  };
  const rules = async () => (await account.call<Rule[]>('GET', '/v1/rules')).body;
  /** Durations of the week as the server has them: day, project's name, minutes. */
  const seconds = async () => (await sheet()).entries.map((entry) => entry.seconds).sort((a, b) => a - b);
  const text = (target: Page, words: string | RegExp) => target.getByText(words).first().waitFor();

  /** Goes on by Tab until something with this name has the focus. */
  async function tabTo(name: string): Promise<void> {
    for (let n = 0; n < 60; n++) {
      await page.keyboard.press('Tab');
      if ((await focused()).includes(name)) return;
    }
    throw new Error(`Tab does not reach ${name}`);
  }
  const focused = () =>
    page.evaluate<string>(
      `(({ tagName, ariaLabel, placeholder, textContent }) =>
        tagName === 'BODY' ? '' : (ariaLabel ?? placeholder ?? textContent))(document.activeElement)`,
    );
  const focusOn = (name: string) => eventually(focused, (now) => now.startsWith(name), 5);
  const type = async (written: string, ...keys: string[]) => {
    await page.keyboard.type(written);
    for (const key of keys) await page.keyboard.press(key);
  };

  describe('projects', () => {
    it('says what a project is for where there is none', async () => {
      await page.goto('/projects');
      await text(page, 'A project is what you book time on');
      expect(await page.title()).toBe('Projects · Daybook');
      expect(await axe(page)).toEqual([]);
    });

    it('adds projects, and the client that was typed', async () => {
      for (const [name, client] of [
        ['Booking flow', 'Marram Ferries'],
        ['Timetable', 'marram ferries'],
        ['Studio', ''],
      ] as const) {
        await page.getByRole('button', { name: 'New project', exact: true }).click();
        const dialog = page.getByRole('dialog', { name: 'New project' });
        await dialog.getByLabel('Name').fill(name);
        await dialog.getByLabel('Client').fill(client);
        if (name === 'Booking flow') expect(await axe(page)).toEqual([]);
        if (name === 'Studio') await dialog.getByLabel('Billable').uncheck();
        await dialog.getByRole('button', { name: 'Add project' }).click();
        await dialog.waitFor({ state: 'hidden' });
      }
      const clients = (await account.call<{ items: unknown[] }>('GET', '/v1/clients')).body.items;
      expect(clients).toHaveLength(1);
      const [flow, timetable, studio] = await Promise.all(['Booking flow', 'Timetable', 'Studio'].map(project));
      expect(flow?.client).toBe(timetable?.client);
      expect(studio).toMatchObject({ billable: false });
      expect(studio).not.toHaveProperty('client');
      await page.getByRole('region', { name: 'Marram Ferries' }).getByText('Timetable', { exact: true }).waitFor();
    });

    it('renames, adds tasks, archives and takes it back', async () => {
      await page.getByRole('button', { name: 'Change Studio' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('Studio time');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Archive Studio time' }).click();
      await text(page, 'Studio time archived');
      expect(await project('Studio time')).toMatchObject({ archived: true });
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('button', { name: 'Archive Studio time' }).waitFor();
      expect(await project('Studio time')).toMatchObject({ archived: false });
      await page.getByText('No tasks of Booking flow').click();
      await page.getByLabel('New task of Booking flow').fill('Design');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Archive Design' }).waitFor();
      expect(await axe(page)).toEqual([]);
    });

    it('offers a member nothing that only owners and managers may do', async () => {
      const bob = await Account.invited(account, 'bob@example.org');
      const his = await signedIn(browser, bob);
      await his.goto('/projects');
      await text(his, 'Owners and managers of your organisation change projects');
      expect(await his.getByRole('button', { name: /New|Archive|Change|Rename/ }).count()).toBe(0);
      // The positive control: the owner's page has them.
      expect(await page.getByRole('button', { name: /New|Archive|Change|Rename/ }).count()).toBeGreaterThan(5);
      await his.context().close();
    });
  });

  describe('the week, by keyboard alone', () => {
    it('takes durations in cells of a row that was added', async () => {
      await page.goto(`/week/${week}`);
      await text(page, 'Nothing in this week yet');
      expect(await axe(page)).toEqual([]);
      await tabTo('Add project row');
      await type('Booking', 'Enter');
      await focusOn('Booking flow,');
      await page.keyboard.press('Home');
      await type('1:30', 'Tab');
      await type('2', 'Tab');
      await type('45m', 'Enter');
      await eventually(seconds, (now) => now.join() === '2700,5400,7200');
      await tabTo('Add project row');
      await type('Studio', 'Enter');
      await focusOn('Studio time,');
      await page.keyboard.press('Home');
      await type('0.5', 'Enter');
      await eventually(seconds, (now) => now.join() === '1800,2700,5400,7200');
      expect((await sheet()).entries.find((entry) => entry.seconds === 1_800)).toMatchObject({
        day: days[0],
        billable: false,
      });
    });

    it('changes, keeps on Escape, refuses what is no duration, empties, and takes that back', async () => {
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Home');
      await focusOn('Booking flow,');
      await type('9', 'Escape');
      await focusOn('Booking flow,');
      await type('e');
      await type('soon', 'Enter');
      await text(page, '“soon” is no duration');
      expect(await axe(page)).toEqual([]);
      await page.keyboard.press('ControlOrMeta+a');
      await type('1:45', 'Enter');
      await eventually(seconds, (now) => now.join() === '1800,2700,6300,7200');
      await focusOn('Studio time,');
      await page.keyboard.press('Delete');
      await eventually(seconds, (now) => now.join() === '2700,6300,7200');
      await page.getByRole('button', { name: 'Undo' }).press('Enter');
      await eventually(seconds, (now) => now.join() === '1800,2700,6300,7200');
    });

    it('never changes times of day by a sum', async () => {
      const start = new Date(`${days[3]}T09:00:00`);
      const at = (hours: number) =>
        new Date(start.getTime() - start.getTimezoneOffset() * 60_000 + hours * 3_600_000).toISOString().slice(0, 19);
      const offset = zoneOffset(days[3] as Day);
      const entry = { id: newId(), day: days[3], seconds: 3_600, project: (await project('Timetable')).id };
      const timed = { ...entry, start: at(0) + offset, end: at(1) + offset, note: 'Seat map' };
      expect((await account.call('POST', '/v1/entries', timed)).status).toBe(201);
      await page.reload();
      await page.getByRole('button', { name: /^Timetable, .*1:00, with a note/ }).focus();
      await type('5');
      await text(page, 'This cell holds an entry with times of day');
      await page.getByRole('listitem').filter({ hasText: 'Seat map' }).getByText('09:00–10:00').waitFor();
      expect((await sheet()).entries.find(({ id }) => id === entry.id)).toMatchObject({ seconds: 3_600 });
    });

    it('opens the day of a cell with Enter', async () => {
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/day/${days[3]}`);
      await page.goBack();
      await page.getByRole('grid').waitFor();
    });
  });

  describe('sharing the week', () => {
    const shown = async () => {
      const rows = await page
        .locator('.sheet tbody tr')
        .evaluateAll((trs) =>
          trs.map((tr) => [...tr.querySelectorAll('th .m, td')].map((cell) => cell.textContent ?? '')),
        );
      return new Map(rows.map(([name, ...cells]) => [name, cells]));
    };

    it('shows beforehand the very answer that a manager gets, and nothing of the times of day', async () => {
      const view = (await account.call<ManagerView>('GET', `/v1/timesheets/${week}/manager-view`)).body;
      await page.goto(`/week/${week}/manager-view`);
      await page.locator('.sheet tbody tr').first().waitFor();
      const sums = await shown();
      for (const name of ['Booking flow', 'Timetable', 'Studio time']) {
        const { id } = await project(name);
        const own = view.rows.filter((row) => row.project === id);
        const minutes = (rows: typeof own) => rows.reduce((sum, row) => sum + row.minutes, 0);
        const visible = days.filter((_, n) => n < 5 || view.rows.some((row) => row.day === days[n]));
        const wanted = visible.map((day) => minutes(own.filter((row) => row.day === day)));
        expect(sums.get(name)).toEqual([...wanted, minutes(own)].map(asTime));
      }
      const whole = (await page.locator('.sheet').textContent()) ?? '';
      expect(whole).toContain('Seat map');
      expect(whole).toContain(asTime(view.minutes));
      expect(whole).not.toMatch(/09:00|10:00/);
      expect(await axe(page)).toEqual([]);
    });

    it('draws whatever that answer holds: a planted row appears', async () => {
      const planted = { day: days[4], project: (await project('Studio time')).id, note: 'planted note', minutes: 77 };
      await page.route('**/v1/**/manager-view', async (route) => {
        const answer = await route.fetch();
        const view = (await answer.json()) as ManagerView;
        await route.fulfill({ response: answer, json: { ...view, rows: [...view.rows, planted] } });
      });
      await page.reload();
      await text(page, 'planted note');
      expect((await shown()).get('Studio time')?.[4]).toBe('1:17');
      await page.unrouteAll({ behavior: 'wait' });
    });

    it('does not submit a week that changed since it was on screen, and says what changed', async () => {
      await page.goto(`/week/${week}`);
      const submit = page.getByRole('button', { name: /^Submit/ });
      await submit.waitFor();
      const { entries } = await sheet();
      const entry = entries.find((one) => one.seconds === 7_200) as Entry;
      const changed = await account.call('PATCH', `/v1/entries/${entry.id}`, { seconds: 9_000 });
      expect(changed.status).toBe(200);
      await submit.click();
      const alert = page.getByRole('alert').filter({ hasText: 'This week changed meanwhile' });
      await alert.getByText('Booking flow: 2:00 became 2:30').waitFor();
      expect((await sheet()).state).toBe('open');
      await page.getByRole('button', { name: /^Booking flow, .*: 2:30/ }).waitFor();
      expect(await axe(page)).toEqual([]);
    });

    it('submits what was typed a moment before, then takes nothing more and says why', async () => {
      const cell = page.getByRole('button', { name: /^Studio time, .*no time/ }).last();
      await cell.focus();
      await type('0:20');
      // The click takes the focus from the field, which writes it; submitting waits for that.
      await page.getByRole('button', { name: /^Submit/ }).click();
      await text(page, /^Submitted .* Recall it to change it\.$/);
      const submitted = await sheet();
      expect(submitted.state).toBe('submitted');
      expect(submitted.entries.map((entry) => entry.seconds)).toContain(1_200);
      await page.getByRole('button', { name: /^Booking flow, .*: 1:45/ }).focus();
      await type('3');
      await text(page, 'This week is submitted. Recall it to change it.');
      expect(await page.getByRole('grid').getByRole('textbox').count()).toBe(0);
      expect(await axe(page)).toEqual([]);
    });

    it('gives the same seconds as CSV', async () => {
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: /^CSV/ }).click();
      const file = await (await download).path();
      const [header = '', ...lines] = (await readFile(file, 'utf8')).trim().split(/\r?\n/);
      const at = header.split(',').indexOf('seconds');
      const { entries } = await sheet();
      expect(lines.map((line) => Number(line.split(',')[at])).sort((a, b) => a - b)).toEqual(
        entries.map((entry) => entry.seconds).sort((a, b) => a - b),
      );
      expect(entries.length).toBeGreaterThan(4);
    });

    it('recalls it', async () => {
      await page.getByRole('button', { name: /^Recall week/ }).click();
      await page.getByRole('button', { name: /^Submit/ }).waitFor();
      expect((await sheet()).state).toBe('open');
    });
  });

  describe('rules', () => {
    const add = async (kind: string, label: string, match: string, name: string) => {
      await page.getByRole('button', { name: 'Add rule' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'Add rule' });
      await dialog.getByLabel(kind).check();
      await dialog.getByLabel(label).fill(match);
      await dialog.getByRole('combobox', { name: 'Goes to project' }).click();
      await page.getByRole('option', { name: new RegExp(`${name}$`) }).click();
      await dialog.getByRole('button', { name: 'Add rule' }).click();
      return dialog;
    };
    const texts = async () => (await rules()).map((rule) => Object.values(rule.match)[0]);

    it('explains them, takes whole paths only, and keeps the order in which they were added', async () => {
      await page.goto('/rules');
      await text(page, 'No rules yet');
      expect(await axe(page)).toEqual([]);
      const dialog = await add('Work in', 'Folder', '~/acme', 'Booking flow');
      await dialog.getByText('Write the whole path').waitFor();
      expect(await axe(page)).toEqual([]);
      await dialog.getByLabel('Folder').fill('/home/ada/acme/');
      await dialog.getByRole('button', { name: 'Add rule' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await (await add('Pages on', 'Site', 'https://acme.example/', 'Timetable')).waitFor({ state: 'hidden' });
      await (await add('Work in', 'Folder', '/home/ada/acme/api', 'Studio time')).waitFor({ state: 'hidden' });
      expect(await texts()).toEqual(['/home/ada/acme', 'acme.example', '/home/ada/acme/api']);
      await text(page, 'never reached: rule 1 matches first');
    });

    it('are reordered by keyboard, with the focus on the rule that moved', async () => {
      await page.getByRole('button', { name: 'Move up: work in /home/ada/acme/api' }).focus();
      await page.keyboard.press('Enter');
      await eventually(texts, (now) => now[1] === '/home/ada/acme/api');
      await page.getByText('Moved to place 2 of 3').waitFor();
      await focusOn('Move up: work in /home/ada/acme/api');
      await page.keyboard.press('Alt+ArrowUp');
      await eventually(texts, (now) => now[0] === '/home/ada/acme/api');
      expect(await page.getByText('never reached').count()).toBe(0);
      expect(await axe(page)).toEqual([]);
    });

    it('are not overwritten when they changed elsewhere', async () => {
      const now = await rules();
      const other = [...now, { id: newId(), match: { keyword: 'elsewhere' }, project: now[0]?.project }];
      expect((await account.call('PUT', '/v1/rules', other)).status).toBe(200);
      await page
        .getByRole('button', { name: 'Move down: pages on acme.example' })
        .or(page.getByRole('button', { name: 'Move up: pages on acme.example' }))
        .first()
        .click();
      await text(page, 'Your rules changed elsewhere');
      await text(page, 'elsewhere');
      expect(await texts()).toEqual(['/home/ada/acme/api', '/home/ada/acme', 'acme.example', 'elsewhere']);
    });

    it('are removed and brought back to their place', async () => {
      await page.getByRole('button', { name: 'Remove: work in /home/ada/acme', exact: true }).click();
      await eventually(texts, (now) => now.length === 3);
      await page.getByRole('button', { name: 'Undo' }).click();
      expect(await eventually(texts, (now) => now.length === 4)).toEqual([
        '/home/ada/acme/api',
        '/home/ada/acme',
        'acme.example',
        'elsewhere',
      ]);
    });

    it('stay closed while the vault is locked', async () => {
      const locked = await signedIn(browser, account);
      await locked.context().clearCookies({ name: 'daybook.vault' });
      await locked.goto('/rules');
      await text(locked, 'Your activity is locked in this browser');
      expect(await locked.content()).not.toContain('/home/ada');
      expect(await axe(locked)).toEqual([]);
      expect(complaints(locked)).toEqual([]);
      await locked.context().close();
      // The positive control: open, the same page holds it.
      expect(await page.content()).toContain('/home/ada');
    });
  });

  it('every state is accessible and fits, dark on a desktop and light on a phone', async () => {
    const other = await signedIn(browser, account, { dark: true });
    const looked = async (what: string) => {
      for (const [width, colorScheme] of [
        [390, 'light'],
        [1440, 'dark'],
      ] as const) {
        await other.setViewportSize({ width, height: 900 });
        await other.emulateMedia({ colorScheme });
        const wide = await other.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
        const found = { what, width, wide: Math.max(0, wide), axe: await axe(other) };
        expect(found).toEqual({ what, width, wide: 0, axe: [] });
      }
    };
    for (const [path, words] of [
      ['/projects', 'Booking flow'],
      ['/rules', '/home/ada/acme'],
      ['/week/2020-W01', 'Nothing in this week yet'],
      ['/week/2021-W53x', 'There is no such week'],
      [`/week/${week}`, 'Booking flow'],
      [`/week/${week}/manager-view`, 'Seat map'],
    ] as const) {
      await other.goto(path);
      await other.locator('main').getByText(words).locator('visible=true').first().waitFor();
      await looked(path);
    }
    let go: () => void = () => undefined;
    const held = new Promise<void>((done) => {
      go = done;
    });
    await other.route('**/v1/timesheets/**', async (route) => {
      await held;
      await route.fulfill({ status: 422, json: { code: 'invalid', title: 'Planted', detail: 'a planted refusal' } });
    });
    await other.goto(`/week/${week}`);
    await other.getByText('Loading the week').waitFor({ state: 'attached' });
    await looked('loading');
    go();
    await other.getByRole('alert').getByText('a planted refusal').waitFor();
    await looked('error');
    await other.unrouteAll({ behavior: 'ignoreErrors' });
    await other.getByRole('button', { name: 'Try again' }).click();
    await other.locator('main').getByText('Booking flow').locator('visible=true').first().waitFor();
    expect(complaints(other)).toEqual([]);
    await other.context().close();
  });

  it('fills a day by hand on a phone', async () => {
    const phone = await signedIn(browser, account, { width: 390 });
    await phone.goto(`/week/${week}`);
    await phone.getByRole('button', { name: new RegExp(`^Thu.*${Number(days[3]?.slice(8))}.*1:00`) }).click();
    await phone.getByText('Seat map').waitFor();
    await phone.getByRole('button', { name: 'Remove Timetable, 1:00' }).click();
    await phone.getByText('No time on this day.').waitFor();
    await phone.getByRole('button', { name: 'Undo' }).click();
    await phone.getByText('Seat map').waitFor();
    expect(complaints(phone)).toEqual([]);
    await phone.context().close();
  });

  it('submits from beside the very sheet that a manager gets', async () => {
    await page.goto(`/week/${week}/manager-view`);
    await page.getByRole('button', { name: /^Submit/ }).click();
    await page.waitForURL(`**/week/${week}`);
    await page.getByRole('button', { name: /^Recall week/ }).waitFor();
    expect((await sheet()).state).toBe('submitted');
  });

  it('raised no error and broke no content security policy on the way', () => {
    expect(complaints(page)).toEqual([]);
  });
});

const asTime = (minutes: number) =>
  minutes ? `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}` : '–';
/** `+01:00` or `+02:00`: Berlin's offset on that day. */
function zoneOffset(day: Day): string {
  const name = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Berlin', timeZoneName: 'longOffset' })
    .formatToParts(new Date(`${day}T12:00:00Z`))
    .find((part) => part.type === 'timeZoneName')?.value;
  return name?.slice(3) ?? '+01:00';
}
