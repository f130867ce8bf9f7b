import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, eventually, type Installation, startInstallation } from '@daybook/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints, openBrowser, openProfile } from './browser.js';
import { visitor } from './visitor.js';

/** One person, one computer, one day: everything happens in a real browser, a real agent and a real file system. */
describe('the main line: from the one-time link to the exported week', () => {
  let installation: Installation;
  let browser: Browser;
  let page: Page;
  let agent: Agent;
  let running: ReturnType<Agent['start']> | undefined;
  let home: string;
  let work: string;
  let site: Server;

  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const row = (text: string) => page.locator('.rows .it').filter({ hasText: text });
  const detail = () => page.getByRole('complementary', { name: 'Details' });
  /** An editor's save: a new file beside the old one, renamed over it. */
  const save = async (name: string) => {
    await appendFile(join(work, `${name}.tmp`), 'words\n');
    await rename(join(work, `${name}.tmp`), join(work, name));
  };
  /** Looks at the day again until it shows this. */
  const untilTheDayShows = (text: string) =>
    eventually(
      async () => {
        await page.reload();
        const shown = row(text).first().waitFor({ timeout: 3_000 });
        return shown.then(
          () => 1,
          () => 0,
        );
      },
      (count) => count > 0,
      60,
    );

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'daybook-day-'));
    work = join(home, 'acme', 'api');
    await mkdir(work, { recursive: true });
    [installation, browser] = await Promise.all([startInstallation(), openBrowser()]);
    page = await visitor(browser);
    page.setDefaultTimeout(15_000);
    agent = new Agent(join(home, 'agent'));
    site = createServer((_request, reply) =>
      reply.setHeader('content-type', 'text/html').end('<title>Tariffs</title>'),
    );
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
  }, 120_000);
  afterAll(async () => {
    await running?.stop();
    await browser?.close();
    site?.closeAllConnections();
    site?.close();
    await installation?.dispose();
    await rm(home, { recursive: true, force: true });
  });

  it('makes the account with the one-time link and keeps the recovery code', async () => {
    await page.goto(`${installation.url}/welcome#code=${installation.welcomeCode()}`);
    await page.getByLabel('Name').fill('Ada Lovelace');
    await page.getByLabel('E-mail').fill('ada@example.org');
    await page.getByRole('textbox', { name: 'Password', exact: true }).fill('correct horse battery staple');
    await button('Make the account').click();
    await heading('Your recovery code');
    await page.getByRole('checkbox', { name: 'I have kept it' }).check();
    await button('Go on').click();
    await heading('Welcome, Ada');
  });

  it('pairs the computer and grants a folder; nothing is taken while the source is off (P5)', async () => {
    await page.getByRole('link', { name: 'Pair', exact: true }).click();
    const { code, paired } = await agent.startPairing(installation.url);
    await page.getByLabel('Code, 8 characters').fill(code);
    await button('Pair this computer').click();
    await heading('Your computer is paired');
    await paired;
    expect((await agent.run('grant', work)).code).toBe(0);
    running = agent.start();
    await writeFile(join(work, 'before-consent.md'), 'x');
    await sleep(1_500);
    await page.goto(`${installation.url}/`);
    await page
      .getByText(/no source is on/i)
      .first()
      .waitFor();
  });

  it('agrees to both sources, each with its own question', async () => {
    await page.goto(`${installation.url}/privacy`);
    for (const source of ['Files', 'Web sites']) {
      await page.getByRole('switch', { name: source }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Switch it on' }).click();
      await dialog.getByRole('heading', { name: `${source}: on` }).waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
  });

  it('shows what was saved and read since then, and asks which project an unknown folder is (P7, P8)', async () => {
    const profile = join(home, 'browser');
    const reading = await openProfile(profile);
    const { port } = site.address() as AddressInfo;
    const tab = reading.pages()[0] ?? (await reading.newPage());
    await tab.goto(`http://127.0.0.1:${port}/tariffs?customer=4711#total`);
    await sleep(500);
    await reading.close();
    expect((await agent.run('browser', 'add', join(profile, 'Default'))).code).toBe(0);
    await running?.stop();
    running = agent.start();
    await sleep(1_000);
    for (const name of ['routes.md', 'limits.md', 'routes.md']) await save(name);
    await page.goto(`${installation.url}/`);
    await untilTheDayShows('routes.md');
    // A page read for a moment is no draft, and is remembered all the same.
    await page.getByRole('region', { name: 'Small bits' }).getByText('Tariffs').waitFor();
    const text = await page.locator('main').textContent();
    expect(text).not.toMatch(/before-consent|\.tmp|customer|4711/);
    expect(await row('routes.md').textContent()).toContain('Which project?');
  });

  it('makes the project and the rule, and drafts with the reason from then on (P13)', async () => {
    await row('routes.md').click();
    await detail().getByRole('combobox', { name: 'Pick or create a project' }).fill('Acme API');
    await page.getByRole('option', { name: 'Create project “Acme API”' }).click();
    await detail().getByRole('button', { name: 'Create project' }).click();
    const dialog = page.getByRole('dialog', { name: 'Always do this?' });
    await dialog.getByText(work).first().waitFor();
    await dialog.getByRole('button', { name: 'Always' }).click();
    await row('because').filter({ hasText: work }).waitFor();
  });

  it('accepts the draft, shows the week, submits it and exports the very same seconds (P14, P15)', async () => {
    await row('because').filter({ hasText: work }).click();
    await detail().getByRole('button', { name: 'Accept' }).click();
    await row('Draft, accepted').waitFor();
    const entry = await eventually(
      async () => {
        const answer = await page.request.get(`${installation.url}/v1/entries?day=${await today()}`);
        return ((await answer.json()) as { items: { seconds: number }[] }).items;
      },
      (items) => items.length === 1,
    );
    await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Week' }).click();
    await page.getByText('Acme API').first().waitFor();
    await page
      .getByRole('button', { name: /^Submit/ })
      .first()
      .click();
    await page.getByText('Submitted').first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ]);
    const [header, line] = (await readFile(await download.path(), 'utf8')).split('\r\n');
    expect(header).toBe('\uFEFFdate,start,end,seconds,client,project,task,note,billable,state');
    const columns = line?.split(',') ?? [];
    expect([columns[3], columns[5], columns[9]]).toEqual([String(entry[0]?.seconds), 'Acme API', 'submitted']);
    expect(complaints(page)).toEqual([]);
  });

  const today = () => page.evaluate<string>(`new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format()`);
});
