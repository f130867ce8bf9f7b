import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findChromium, findProgram } from '@daybook/testing';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BrowserProfile } from '../home/agent-home.js';
import { type Visit, visitsSince } from './history.js';
import { findProfile } from './profiles.js';

const SECRET = 'sEcReT-in-the-query';
const FRAGMENT = 'sEcReT-in-the-fragment';
const PATHS = [`/report?token=${SECRET}#${FRAGMENT}`, '/moved', '/framing', '/last'];
/** Ended whatever happens. */
const started: ChildProcess[] = [];
const root = process.getuid?.() === 0;

/** Pages on this machine that count who asked for them. */
class Pages {
  readonly asked: string[] = [];
  private readonly server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    this.asked.push(request.url ?? '');
    if (pathname === '/moved') return response.writeHead(302, { location: '/arrived' }).end();
    const frame = pathname === '/framing' ? '<iframe src="/framed"></iframe>' : '';
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
      .end(`<!doctype html><link rel="icon" href="data:,"><title>Title of ${pathname}</title>${frame}`);
  });
  url = '';

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (typeof address === 'object' && address) this.url = `http://127.0.0.1:${address.port}`;
  }
  async requested(path: string, seconds = 20): Promise<void> {
    for (const until = Date.now() + seconds * 1_000; Date.now() < until; await sleep(50))
      if (this.asked.some((url) => url.startsWith(path))) return;
    throw new Error(`${path} was never asked for; asked were ${this.asked.join(' ')}`);
  }
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** Everything that stands in a browser's history, as it lies on the disk. */
const rawHistory = (file: string) =>
  ['', '-wal', '-journal'].map((end) => (existsSync(file + end) ? readFileSync(file + end, 'latin1') : '')).join('');

async function readUntil(
  profile: () => BrowserProfile,
  copies: string,
  enough: (visits: Visit[]) => boolean,
  seconds = 30,
): Promise<Visit[]> {
  let last: unknown;
  for (const until = Date.now() + seconds * 1_000; Date.now() < until; await sleep(250)) {
    try {
      const { visits } = visitsSince(profile(), 0, copies);
      last = visits;
      if (enough(visits)) return visits;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`not read in time: ${last instanceof Error ? last.stack : JSON.stringify(last)}`);
}

const paths = (visits: Visit[]) => [...new Set(visits.map(({ address }) => new URL(address).pathname))].sort();

describe.each([
  { browser: 'Chromium', visit: visitWithChromium },
  { browser: 'Firefox', visit: visitWithFirefox },
])('the history of a real $browser, read while it runs (P8)', ({ visit }) => {
  const pages = new Pages();
  let folder: string;
  let profileFolder: string;
  let copies: string;
  let visits: Visit[];
  let close: () => Promise<void>;
  const profile = () => findProfile(profileFolder);

  beforeAll(async () => {
    await pages.start();
    folder = mkdtempSync(join(tmpdir(), 'daybook-browser-'));
    profileFolder = join(folder, 'profile');
    copies = join(folder, 'copies');
    mkdirSync(profileFolder);
    const opened = await visit(pages, profileFolder);
    close = opened.close;
    profileFolder = opened.profileFolder;
    visits = await readUntil(
      profile,
      copies,
      (found) => paths(found).includes('/last') && paths(found).includes('/arrived'),
    );
  }, 90_000);
  afterAll(async () => {
    await close?.();
    for (const browser of started) await end(browser);
    pages.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is the pages that the person arrived at, cut to scheme, host and path', () => {
    expect(paths(visits)).toEqual(['/arrived', '/framing', '/last', '/report']);
    expect(visits.map(({ address }) => address)).toContain(`${pages.url}/report`);
    expect(visits.find(({ address }) => address.endsWith('/report'))?.title).toBe('Title of /report');
    for (const { at } of visits) expect(Math.abs(Date.now() - at)).toBeLessThan(120_000);
  });

  it('holds no query and no fragment, which do stand in the browser’s own database', () => {
    expect(JSON.stringify(visits)).not.toMatch(/sEcReT/);
    expect(rawHistory(profile().file)).toContain(SECRET);
    expect(rawHistory(profile().file)).toContain(FRAGMENT);
  });

  it('holds nothing of a private window, which did ask for its page', () => {
    expect(pages.asked).toContain('/private');
    expect(JSON.stringify(visits)).not.toContain('/private');
  });

  it('leaves no copy behind', () => {
    expect(readdirSync(copies)).toEqual([]);
  });
});

async function visitWithChromium(pages: Pages, userData: string) {
  const executablePath = findChromium();
  const args = ['--headless=new', ...(root ? ['--no-sandbox'] : [])];
  const alone = start(executablePath, [
    ...args,
    '--incognito',
    `--user-data-dir=${userData}`,
    '--no-first-run',
    `${pages.url}/private`,
  ]);
  await pages.requested('/private');
  await endInOrder(alone);
  const context = await chromium.launchPersistentContext(userData, { executablePath, args });
  const page = context.pages()[0] ?? (await context.newPage());
  for (const path of PATHS) await page.goto(pages.url + path);
  return { profileFolder: join(userData, 'Default'), close: () => context.close() };
}

async function visitWithFirefox(pages: Pages, profileFolder: string) {
  const program = findProgram('firefox-esr', 'firefox');
  writeFileSync(
    join(profileFolder, 'user.js'),
    [
      ['browser.shell.checkDefaultBrowser', false],
      ['browser.aboutwelcome.enabled', false],
      ['datareporting.policy.dataSubmissionEnabled', false],
      ['toolkit.telemetry.reportingpolicy.firstRun', false],
      ['app.update.enabled', false],
      ['browser.startup.page', 0],
    ]
      .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
      .join(''),
  );
  const open = (...args: string[]) => start(program, ['--headless', '--profile', profileFolder, ...args]);
  const alone = open('--private-window', `${pages.url}/private`);
  await pages.requested('/private', 60);
  await endInOrder(alone);
  const running = open(...PATHS.map((path) => pages.url + path));
  await pages.requested('/last', 60);
  return { profileFolder, close: () => end(running) };
}

function start(program: string, args: string[]): ChildProcess {
  const browser = spawn(program, args, { stdio: 'ignore' });
  started.push(browser);
  return browser;
}

/** So that whatever a private window would write is written. */
async function endInOrder(process: ChildProcess): Promise<void> {
  await sleep(1_000);
  await end(process);
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const closed = once(process, 'close');
  process.kill('SIGTERM');
  await Promise.race([closed, sleep(5_000)]);
  if (process.exitCode === null && process.signalCode === null) process.kill('SIGKILL');
}
