import { randomBytes, randomUUID } from 'node:crypto';
import { CONSENT_TEXT_VERSION, type DayView, type Entry, type Project, type Rule } from '@daybook/contracts';
import { Account, deviceToken, eventually, type Installation, startInstallation } from '@daybook/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, complaints, openBrowser, signedIn } from './browser.js';

const newId = () => randomBytes(16).toString('base64url');
/** Days ago, in Berlin. */
const ago = (days: number) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(Date.now() - days * 86_400_000);
const DAY = ago(1);

describe('the day page', () => {
  let installation: Installation;
  let browser: Browser;
  let ada: Account;
  let token: string;
  let page: Page;

  const send = async (source: string, events: unknown[]) => {
    const sent = await fetch(`${installation.url}/v1/activity/batches`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ batchId: randomUUID(), source, events }),
    });
    expect(await sent.json()).toEqual({ accepted: events.length, dropped: {} });
  };
  /** Saves from an hour (UTC) on, every few minutes. */
  const saves = (day: string, hour: number, folder: string, names: string[], count: number, minutes = 7) =>
    Array.from({ length: count }, (_, n) => ({
      id: newId(),
      at: new Date(Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000 + n * minutes * 60_000).toISOString(),
      path: `${folder}/${names[n % names.length]}`,
      name: names[n % names.length],
    }));
  const view = async (day = DAY) => (await ada.call<DayView>('GET', `/v1/days/${day}`)).body;
  const entries = async (day = DAY) => (await ada.call<{ items: Entry[] }>('GET', `/v1/entries?day=${day}`)).body.items;
  /** Lines at the bottom stay for a while: what the server holds says whether something was done by now. */
  const counts = (wanted: number, day = DAY) =>
    eventually(
      () => entries(day),
      (all) => all.length === wanted,
    );
  const rows = () => page.locator('.rows .it');
  const draft = (name: string) => rows().filter({ hasText: name });
  const detail = () => page.getByRole('complementary', { name: 'Details' });
  const say = (text: string | RegExp) => page.getByRole('alert').filter({ hasText: text }).first().waitFor();
  const focused = async () => (await page.locator(':focus').first().textContent()) ?? '';

  beforeAll(async () => {
    [installation, browser] = await Promise.all([startInstallation(), openBrowser()]);
    ada = await Account.first(installation);
    token = await deviceToken(ada);
    for (const source of ['files', 'web'])
      await ada.call('PUT', `/v1/privacy/consents/${source}`, {
        state: 'on',
        version: CONSENT_TEXT_VERSION,
        includesPastSince: new Date(Date.now() - 20 * 86_400_000).toISOString(),
      });
    await send('files', [
      ...saves(DAY, 8, '/home/ada/acme/api', ['routes.ts', 'server.ts'], 8),
      ...saves(DAY, 10, '/home/ada/tarn/shop', ['basket.ts'], 6),
      ...saves(DAY, 12, '/home/ada/acme/api', ['routes.ts', 'limits.ts'], 5),
    ]);
    await send('web', [
      {
        id: newId(),
        at: `${DAY}T14:00:00Z`,
        seconds: 600,
        address: 'https://docs.tarn.example/fares',
        title: 'Fares of Tarn',
        browser: 'Firefox',
      },
    ]);
    await eventually(view, (seen) => seen.activity?.length >= 10);
    page = await signedIn(browser, ada);
    page.setDefaultTimeout(8_000);
    await page.goto(`/day/${DAY}`);
    await rows().first().waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await installation?.dispose();
  });

  it('asks which project for unknown work, makes it and the rule, and drafts with the reason', async () => {
    expect(await page.title()).toMatch(/^\w+day \d+ \w+ · Daybook$/);
    expect(await axe(page)).toEqual([]);
    await draft('routes.ts, server.ts').click();
    await detail().getByRole('combobox', { name: 'Pick or create a project' }).fill('Acme API');
    await page.getByRole('option', { name: 'Create project “Acme API”' }).click();
    await detail().getByLabel('Client, if there is one').fill('Acme');
    await detail().getByRole('button', { name: 'Create project' }).click();
    const dialog = page.getByRole('dialog', { name: 'Always do this?' });
    await dialog.getByText('/home/ada/acme/api').waitFor();
    expect(await axe(page)).toEqual([]);
    // Nothing is decided before the person says so.
    expect((await ada.call<Rule[]>('GET', '/v1/rules')).body).toEqual([]);
    expect(await dialog.getByRole('radio').first().getAttribute('checked')).not.toBeNull();
    await dialog.getByRole('button', { name: 'Always' }).click();
    await say(/From now on saves in \/home\/ada\/acme\/api go to Acme API/);
    await draft('because').filter({ hasText: 'limits.ts' }).waitFor();
    expect(await draft('were in /home/ada/acme/api').count()).toBe(2);
    const rules = (await ada.call<Rule[]>('GET', '/v1/rules')).body;
    const projects = (await ada.call<{ items: Project[] }>('GET', '/v1/projects')).body.items;
    expect(rules.map((rule) => [rule.match, rule.project])).toEqual([
      [{ folder: '/home/ada/acme/api' }, projects[0]?.id],
    ]);
    expect((await view()).drafts.filter((one) => one.project === projects[0]?.id)).toHaveLength(2);
  });

  it('accepts by keyboard alone and takes it back with u', async () => {
    const before = await view();
    await rows().first().focus();
    while (!(await focused()).includes('server.ts')) await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await say(/Accepted 1 draft/);
    const [entry] = await counts(1);
    const taken = before.drafts.find((one) => one.start === entry?.start);
    expect([entry?.end, entry?.seconds, entry?.project]).toEqual([taken?.end, taken?.seconds, taken?.project]);
    expect(entry?.note).toBeUndefined();
    // The focus is on the next draft, and the list says what became of this one.
    expect(await focused()).toContain('limits.ts');
    await rows().filter({ hasText: 'Draft, accepted' }).waitFor();
    await page.keyboard.press('u');
    await say('Undone');
    await counts(0);
    expect((await view()).drafts.map((one) => one.id).sort()).toEqual(before.drafts.map((one) => one.id).sort());
    await draft('server.ts').waitFor();
  });

  it('sends times and note as the person corrects them, the note only when they take it', async () => {
    await draft('limits.ts').click();
    await detail()
      .getByRole('button', { name: /^Use “/ })
      .click();
    await detail().getByRole('button', { name: 'End later' }).click();
    await detail().getByLabel('Start', { exact: true }).fill('12:30');
    await detail().getByLabel('Start', { exact: true }).press('Enter');
    await detail().getByRole('button', { name: 'Accept' }).click();
    const [entry] = await counts(1);
    expect(entry?.start).toMatch(/T12:30:00/);
    expect(Date.parse(entry?.end ?? '') % 300_000).toBe(0);
    expect(entry?.note).toBe('routes.ts, limits.ts');
    await eventually(view, (seen) => seen.decided.map((one) => one.decision).join() === 'corrected');
  });

  it('ignores with i, shows what was set aside, and brings it back', async () => {
    await draft('Fares of Tarn').click();
    await page.keyboard.press('i');
    await say(/Ignored/);
    const aside = page.getByRole('region', { name: 'Set aside' });
    await aside.getByText('Ignored').waitFor();
    expect((await view()).decided.map((one) => one.decision).sort()).toEqual(['corrected', 'ignored']);
    await aside.getByRole('button', { name: /^Bring back/ }).click();
    await draft('Fares of Tarn').waitFor();
    expect((await view()).decided).toHaveLength(1);
  });

  it('forgets one trace for good', async () => {
    await draft('basket.ts').click();
    const forget = detail().getByRole('button', { name: /^Forget this for good: basket.ts/ });
    const count = await forget.count();
    expect(count).toBeGreaterThan(1);
    const before = (await view()).activity.length;
    await forget.first().click();
    await say('Forgotten for good: basket.ts');
    await eventually(view, (seen) => seen.activity.length === before - 1);
    await eventually(
      () => forget.count(),
      (left) => left === count - 1,
    );
  });

  it('says honestly when an entry was added and its draft could not be put away', async () => {
    await page.route(/\/drafts\/.*\/(accept|correct)$/, (route) => route.fulfill({ status: 503, body: '{}' }));
    await draft('server.ts').click();
    await detail().getByRole('button', { name: 'Accept' }).click();
    const banner = page.getByRole('alert').filter({ hasText: 'was added, but its draft is still here' });
    await banner.waitFor();
    expect(await entries()).toHaveLength(2);
    await draft('server.ts').waitFor();
    await page.unroute(/\/drafts\/.*\/(accept|correct)$/);
    await banner.getByRole('button', { name: 'Put the draft away' }).click();
    await say('The draft is put away');
    expect((await view()).drafts.filter((one) => one.project)).toEqual([]);
    expect(await entries()).toHaveLength(2);
  });

  it('accepts all sure drafts in one go with one way back', async () => {
    await draft('basket.ts').click();
    await page.keyboard.press('1');
    await page.getByRole('dialog').getByRole('button', { name: 'Only this time' }).click();
    await page.getByRole('button', { name: 'Accept 1 sure draft' }).click();
    await counts(3);
    const line = page.getByRole('alert').filter({ hasText: 'Accepted 1 draft, 0:33' });
    await line.getByRole('button', { name: 'Undo' }).click();
    await counts(2);
    expect((await ada.call<Rule[]>('GET', '/v1/rules')).body).toHaveLength(1);
  });

  it('adds, changes and deletes time by hand, by keyboard, and says what is missing', async () => {
    await draft('basket.ts').focus();
    await page.keyboard.press('n');
    const form = page.getByRole('dialog', { name: /^Add time on/ });
    await form.getByRole('button', { name: 'Add time' }).click();
    await form.getByText('Choose a project.').waitFor();
    expect(await axe(page)).toEqual([]);
    await form.getByLabel('Duration').check();
    await form.getByRole('textbox', { name: 'Duration' }).fill('soon');
    await form.getByText('Write a duration like 1:30').waitFor();
    await form.getByRole('textbox', { name: 'Duration' }).fill('1.5h');
    await form.getByRole('combobox', { name: 'Project' }).fill('acme');
    await page.getByRole('option', { name: 'Acme · Acme API' }).click();
    await form.getByLabel(/^Note/).fill('By hand');
    await page.keyboard.press('Tab');
    await form.getByRole('button', { name: 'Add time' }).press('Enter');
    await rows().filter({ hasText: 'By hand' }).waitFor();
    expect((await entries()).find((one) => one.note === 'By hand')?.seconds).toBe(5_400);
    await rows().filter({ hasText: 'By hand' }).focus();
    await rows().filter({ hasText: 'By hand' }).click();
    await detail().getByRole('button', { name: 'Delete entry' }).click();
    await say('Entry deleted');
    await counts(2);
    await page.getByRole('alert').filter({ hasText: 'Entry deleted' }).getByRole('button', { name: 'Undo' }).click();
    await rows().filter({ hasText: 'By hand' }).waitFor();
    expect((await entries()).find((one) => one.note === 'By hand')?.seconds).toBe(5_400);
  });

  it('helps with its keys, walks the days, and filters', async () => {
    await draft('basket.ts').focus();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('suggested project').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toContain('basket.ts');
    await page.keyboard.press('/');
    await page.keyboard.type('fares');
    await eventually(
      () => rows().count(),
      (count) => count === 1,
    );
    await page.keyboard.press('Escape');
    await page.keyboard.press(']');
    await page.waitForURL(`**/day/${ago(0)}`);
    await page.getByRole('heading', { name: 'Nothing yet today' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('[');
    await page.waitForURL(`**/day/${DAY}`);
    await draft('basket.ts').waitFor();
  });

  it('shows an expired, a future and a locked day for what they are; entries by hand work in all', async () => {
    await page.goto(`/day/${ago(150)}`);
    await page.getByText(/Activity for this day was deleted on .* as promised/).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.goto(`/day/${ago(-2)}`);
    await page.getByText('This day has not come yet').waitFor();
    await page.context().clearCookies({ name: 'daybook.vault' });
    await page.goto(`/day/${DAY}`);
    await page.getByText('Your activity is locked in this browser').waitFor();
    await rows().filter({ hasText: 'By hand' }).waitFor();
    expect(await page.getByText('basket.ts').count()).toBe(0);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Password' }).fill(ada.password);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await draft('basket.ts').waitFor();
  });

  it('leaves a submitted week alone and says how it can be changed', async () => {
    const day = ago(9);
    const project = (await ada.call<{ items: Project[] }>('GET', '/v1/projects')).body.items[0]?.id;
    await ada.call('POST', '/v1/entries', { id: newId(), day, seconds: 600, project, note: 'Sent already' });
    await page.goto(`/day/${day}`);
    const week = (await page.locator('.dayhead a[href^="/week/"]').getAttribute('href'))?.slice('/week/'.length);
    const { version } = (await ada.call<{ version: number }>('GET', `/v1/timesheets/${week}`)).body;
    await ada.call('POST', `/v1/timesheets/${week}/submit`, {}, { 'if-match': String(version) });
    await page.goto(`/day/${day}`);
    await page.getByText(/^Week \d+ was submitted\.$/).waitFor();
    await rows().filter({ hasText: 'Sent already' }).click();
    await detail().getByText('This week was submitted. Recall it').waitFor();
    expect(await detail().getByRole('button', { name: 'Delete entry' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Add time' }).first().click();
    const form = page.getByRole('dialog', { name: /^Add time on/ });
    await form.getByRole('textbox', { name: 'From' }).fill('9');
    await form.getByRole('textbox', { name: 'To' }).fill('10:30');
    await form.getByText('1:30').waitFor();
    await form.getByRole('combobox', { name: 'Project' }).fill('acme');
    await page.getByRole('option', { name: 'Acme · Acme API' }).click();
    await form.getByRole('button', { name: 'Add time' }).click();
    await form.getByText('Recall it first, then change it.').waitFor();
    expect(await entries(day)).toHaveLength(1);
  });

  it('keeps the last data on screen without a connection, and says so', async () => {
    await page.goto(`/day/${DAY}`);
    await draft('basket.ts').waitFor();
    await page.context().setOffline(true);
    const banner = page.getByRole('alert').filter({ hasText: 'No connection to Daybook' });
    await banner.waitFor();
    expect(await draft('basket.ts').count()).toBe(1);
    expect(await axe(page)).toEqual([]);
    await draft('basket.ts').click();
    await page.keyboard.press('i');
    await say(/does not answer/);
    await page.context().setOffline(false);
    await banner.waitFor({ state: 'detached' });
    await draft('basket.ts').waitFor();
    expect((await view()).decided.some((one) => one.decision === 'ignored')).toBe(false);
  });

  it('is complete on a phone and in the dark, the detail as a drawer', async () => {
    const phone = await signedIn(browser, ada, { width: 390, dark: true });
    await phone.goto(`/day/${DAY}`);
    await phone.getByRole('img', { name: /^Day at a glance/ }).waitFor();
    expect(await axe(phone)).toEqual([]);
    await phone.locator('.it').filter({ hasText: 'basket.ts' }).click();
    await phone.getByRole('dialog', { name: 'Draft' }).getByText('Which project?').waitFor();
    expect(await axe(phone)).toEqual([]);
    await phone.getByRole('dialog', { name: 'Draft' }).getByRole('button', { name: 'Ignore' }).click();
    await phone.getByRole('button', { name: 'Undo' }).click();
    await phone.locator('.it').filter({ hasText: 'basket.ts' }).waitFor();
    const dark = await signedIn(browser, ada, { dark: true });
    await dark.goto(`/day/${DAY}`);
    await dark.locator('.it').first().waitFor();
    expect(await axe(dark)).toEqual([]);
    expect([...complaints(phone), ...complaints(dark)]).toEqual([]);
    await Promise.all([phone.context().close(), dark.context().close()]);
  });

  it('says what switching on gives and costs to somebody without any source', async () => {
    const bob = await Account.invited(ada, 'bob@example.org');
    const his = await signedIn(browser, bob);
    await his.goto('/');
    await his.getByRole('heading', { name: 'Nothing is remembered yet' }).waitFor();
    await his.getByText('private windows, page contents, what you type').waitFor();
    expect(await axe(his)).toEqual([]);
    expect(complaints(his)).toEqual([]);
    await his.context().close();
  });

  it('stays quick with two thousand traces and sixty drafts', async () => {
    const busy = ago(3);
    const folders = Array.from({ length: 60 }, (_, n) => `/home/ada/p${n}/src`);
    const events = folders.flatMap((folder, n) =>
      saves(
        busy,
        4 + n * 0.3,
        folder,
        Array.from({ length: 34 }, (_, m) => `f${n}-${m}.ts`),
        34,
        0.4,
      ),
    );
    for (let n = 0; n < events.length; n += 1_000) await send('files', events.slice(n, n + 1_000));
    await eventually(
      () => view(busy),
      (seen) => seen.activity.length >= 2_000 && seen.drafts.length >= 50,
    );
    await page.goto(`/day/${busy}`);
    await rows().first().waitFor();
    expect(await page.locator('.trace path').count()).toBe(1);
    expect(await page.locator('.ev li').count()).toBe(6);
    await rows().first().focus();
    const took = await page.evaluate<number>(`(async () => {
      const times = [];
      for (let n = 0; n < 20; n++) {
        const before = performance.now();
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }));
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        times.push(performance.now() - before);
      }
      return times.sort((a, b) => a - b)[10];
    })()`);
    expect(took).toBeLessThan(150);
    // The one refusal that an earlier test made itself.
    expect(complaints(page).filter((line) => !line.includes('status of 503'))).toEqual([]);
  });
});
