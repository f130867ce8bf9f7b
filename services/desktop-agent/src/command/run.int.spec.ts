import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileEvent } from '@daybook/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { grant } from '../grant/grants.js';
import { AgentHome, KnownConsents } from '../home/agent-home.js';
import { paused, resumed } from '../home/pauses.js';
import { consentTo, problem, StandInDaybook } from '../sender/stand-in-daybook.js';
import { Spool } from '../spool/spool.js';
import { saveEvent } from '../watch/save-event.js';
import { Capture } from './capture.js';
import { importSince, preview } from './import.js';
import { runAgent } from './run.js';

const HURRY = { tick: 100, send: 200, ask: 200, history: 200, quiet: 200 };

async function until(what: () => boolean, seconds = 15): Promise<void> {
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(50)) if (what()) return;
  throw new Error(`not within ${seconds} s: ${what}`);
}

describe('the agent, paired with a stand-in for Daybook', () => {
  let daybook: StandInDaybook;
  let folder: string;
  let home: AgentHome;
  let said: string[];
  let stop: AbortController;
  let running: Promise<void> | undefined;
  const start = () => {
    stop = new AbortController();
    running = runAgent(home, (line) => said.push(line), stop.signal, HURRY);
    running.catch(() => undefined);
  };
  const end = async () => {
    stop?.abort();
    await running;
    running = undefined;
  };
  const save = (name: string) => writeFileSync(join(folder, 'work', name), String(Math.random()));
  /** Saves until it is noticed: watching begins a moment after starting. */
  const savedUntil = async (name: string, what: () => boolean) => {
    for (const until = Date.now() + 15_000; Date.now() < until && !what(); await sleep(400)) save(name);
    expect(what()).toBe(true);
  };
  const spooled = () =>
    new Spool(home.spoolFolder)
      .contents()
      .flatMap(({ events }) => events.map((event) => 'name' in event && event.name));

  beforeEach(async () => {
    daybook = new StandInDaybook();
    daybook.consents = [consentTo('files')];
    await daybook.start();
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'daybook-run-')));
    mkdirSync(join(folder, 'work'));
    home = new AgentHome(join(folder, 'agent'));
    home.change((settings) => {
      Object.assign(settings, { url: daybook.url, token: 'token' });
    });
    grant(home, join(folder, 'work'));
    said = [];
  });
  afterEach(async () => {
    await end().catch(() => undefined);
    await daybook.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps what is saved without a connection, also over a restart, and sends it once there is one', async () => {
    start();
    await savedUntil('online.md', () => daybook.names.includes('online.md'));
    await end();
    await daybook.stop();
    daybook.accepted.length = 0;
    start();
    await savedUntil('offline.md', () => spooled().includes('offline.md'));
    expect(said).toContain('Daybook cannot be reached; what is captured waits here.');
    await end();
    expect(spooled()).toContain('offline.md');
    await daybook.start();
    start();
    await until(() => daybook.names.includes('offline.md'));
    await until(() => spooled().length === 0);
    expect(new Set(daybook.accepted.flatMap(({ events }) => events.map(({ id }) => id))).size).toBe(
      daybook.names.length,
    );
    expect(said.join('\n')).not.toMatch(/offline\.md|work/);
  });

  it('captures nothing before Daybook has said that it may, and nothing while paused, here or there', async () => {
    daybook.consents = [consentTo('files', { state: 'off' })];
    start();
    await sleep(900);
    save('off.md');
    await sleep(900);
    daybook.consents = [consentTo('files')];
    await savedUntil('on.md', () => daybook.names.includes('on.md'));
    home.change((settings) => {
      settings.pauses = paused(settings.pauses, Date.now());
    });
    // The disk's clock may lag a few milliseconds.
    await sleep(50);
    save('paused.md');
    await sleep(900);
    home.change((settings) => {
      settings.pauses = resumed(settings.pauses, Date.now());
    });
    await savedUntil('resumed.md', () => daybook.names.includes('resumed.md'));
    expect(new Set(daybook.names)).toEqual(new Set(['on.md', 'resumed.md']));
    // Nor does an import bring back what the pause left out; without the pause it would.
    const shown: string[] = [];
    await preview(
      home,
      0,
      (line) => shown.push(line),
      () => undefined,
    );
    expect(shown.join()).toContain('resumed.md');
    expect(shown.join()).not.toContain('paused.md');
    home.change((settings) => {
      settings.pauses = [];
    });
    await preview(
      home,
      0,
      (line) => shown.push(line),
      () => undefined,
    );
    expect(shown.join()).toContain('paused.md');
  });

  it('erases what waits when this device is revoked, and says what to do', async () => {
    daybook.replies = Array.from({ length: 100 }, () => problem(503, 'unavailable'));
    start();
    await savedUntil('waiting.md', () => spooled().includes('waiting.md'));
    daybook.revoked = true;
    await expect(running).rejects.toThrow(/this device was revoked.*"daybook-agent pair ADDRESS"/);
    expect(spooled()).toEqual([]);
    expect(home.settings().token).toBeUndefined();
    expect(home.settings().grants).toHaveLength(1);
  });

  it('ends when it is unpaired, and leaves nothing', async () => {
    daybook.replies = Array.from({ length: 100 }, () => problem(503, 'unavailable'));
    start();
    await savedUntil('waiting.md', () => spooled().includes('waiting.md'));
    await home.erase();
    await running;
    expect(existsSync(home.folder)).toBe(false);
  });

  it('runs once', async () => {
    start();
    await until(() => said.includes('Running. Ctrl-C stops.'));
    await expect(runAgent(home, () => undefined, AbortSignal.timeout(1))).rejects.toThrow(/an agent runs already/);
  });

  it('watches a granted folder again once it is back', async () => {
    start();
    await savedUntil('before.md', () => daybook.names.includes('before.md'));
    renameSync(join(folder, 'work'), join(folder, 'away'));
    await until(() => said.some((line) => /a granted folder is not there/.test(line)));
    mkdirSync(join(folder, 'work'));
    await savedUntil('after.md', () => daybook.names.includes('after.md'));
  });

  it('shows in a preview what an import sends, to the letter; the preview sends nothing', async () => {
    daybook.consents = [consentTo('files', { includesPastSince: '2026-01-01T00:00:00Z' })];
    for (const name of ['a.md', 'b.md', 'Übersicht.md']) save(name);
    const shown: string[] = [];
    await preview(
      home,
      0,
      (line) => shown.push(line),
      () => undefined,
    );
    expect(shown).toHaveLength(3);
    expect(daybook.accepted).toEqual([]);
    await importSince(home, 0, (line) => said.push(line));
    const received = daybook.accepted.flatMap(({ source, events }) => events.map((event) => ({ source, ...event })));
    expect(received.map((event) => JSON.stringify(event)).sort()).toEqual(shown.sort());
    expect(said).toContain('3 accepted');
  });

  it('imports the same events however often, and those that it noticed while watching', async () => {
    daybook.consents = [consentTo('files', { includesPastSince: '2026-01-01T00:00:00Z' })];
    start();
    await savedUntil('watched.md', () => daybook.names.includes('watched.md'));
    await end();
    const noticed = new Set(daybook.accepted.flatMap(({ events }) => events.map(({ id }) => id)));
    daybook.accepted.length = 0;
    for (let n = 0; n < 2; n++) await importSince(home, 0, () => undefined);
    const imported = daybook.accepted.flatMap(({ events }) => events.map(({ id }) => id));
    expect(imported).toHaveLength(2);
    expect(new Set(imported).size).toBe(1);
    expect(noticed.has(imported[0] as string)).toBe(true);
  });

  it('imports only what is agreed to, and says how much is left out', async () => {
    daybook.consents = [consentTo('files', { since: new Date(Date.now() + 3_600_000).toISOString() })];
    save('earlier.md');
    await importSince(home, 0, (line) => said.push(line));
    expect(said[0]).toMatch(/files: 1 lie outside what you agreed to; agree to the past/);
    daybook.consents = [consentTo('files', { state: 'off' })];
    await importSince(home, 0, (line) => said.push(line));
    expect(said).toContain('files: not switched on in Daybook; nothing is read');
    expect(daybook.accepted).toEqual([]);
  });

  it('loses no save while the spool is full: it waits, is said once, and is kept when there is room', async () => {
    home.advance((progress) => {
      progress.consents = KnownConsents.parse({ timeZone: 'Europe/Berlin', items: [consentTo('files')] });
    });
    const unlock = home.lock();
    const small = new Spool(home.spoolFolder, 3_000);
    const filler = Array.from({ length: 15 }, (_, n) => saveEvent('', `/filler/${n}`, n) as FileEvent);
    small.addBatches('web', filler);
    const capture = new Capture(home, small, (line) => said.push(line), HURRY.quiet);
    try {
      await capture.watchFolders();
      for (let n = 0; n < 10; n++) save(`file-${n}.md`);
      await until(() => said.length > 0);
      expect(said[0]).toMatch(/the spool is full/);
      await sleep(500);
      small.wipe('web');
      capture.keepSaves();
      expect(spooled().sort()).toEqual(Array.from({ length: 10 }, (_, n) => `file-${n}.md`));
    } finally {
      capture.close();
      unlock?.();
    }
  });

  it('does not capture its own files, also where they lie in a granted folder', async () => {
    grant(home, folder);
    start();
    await savedUntil('mine.md', () => daybook.names.includes('mine.md'));
    await sleep(900);
    expect(new Set(daybook.names)).toEqual(new Set(['mine.md']));
  });

  it('sends visits cut, takes back what is deleted in the browser, and leaves out what was visited during a pause', async () => {
    const browser = firefoxHistory(join(folder, 'places.sqlite'));
    home.change((settings) => {
      settings.browsers = [{ name: 'firefox:test', kind: 'firefox', file: join(folder, 'places.sqlite') }];
    });
    daybook.consents = [consentTo('web')];
    browser.visit('one?token=sEcReT#sEcReT');
    browser.visit('two');
    start();
    await until(() => daybook.names.includes('two'));
    expect(daybook.addresses).toEqual(['https://example.org/one', 'https://example.org/two']);
    home.change((settings) => {
      settings.pauses = paused(settings.pauses, Date.now());
    });
    await sleep(50);
    browser.visit('while-paused');
    await sleep(600);
    home.change((settings) => {
      settings.pauses = resumed(settings.pauses, Date.now());
    });
    // So does a pause in Daybook.
    daybook.consents = [consentTo('web', { state: 'paused' })];
    await sleep(600);
    browser.visit('while-paused-there');
    await sleep(100);
    daybook.consents = [consentTo('web')];
    await sleep(600);
    browser.visit('three');
    await until(() => daybook.names.includes('three'));
    expect(daybook.names).toEqual(['one', 'two', 'three']);
    browser.forget('one');
    await until(() => daybook.retracted.length > 0);
    expect(daybook.retracted).toEqual([daybook.accepted[0]?.events[0]?.id]);
    expect(JSON.stringify(daybook.accepted)).not.toMatch(/sEcReT|while-paused/);
    // A history that cannot be read takes nothing back.
    browser.close();
    writeFileSync(join(folder, 'places.sqlite'), 'torn');
    await until(() => said.some((line) => /the history of firefox:test cannot be read/.test(line)));
    expect(daybook.retracted).toHaveLength(1);
  });

  it('sweeps the copy of a history that a kill left behind', async () => {
    mkdirSync(join(home.copiesFolder, 'copy-left'), { recursive: true });
    appendFileSync(join(home.copiesFolder, 'copy-left', 'history'), 'whole addresses');
    start();
    await until(() => readdirSync(home.copiesFolder).length === 0);
  });
});

/** As much of Firefox's history as is read. */
function firefoxHistory(file: string) {
  const database = new DatabaseSync(file);
  database.exec(`CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT, title TEXT, hidden INTEGER);
    CREATE TABLE moz_historyvisits (id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date INTEGER, visit_type INTEGER);`);
  return {
    visit: (page: string) => {
      const title = page.split('?')[0] ?? page;
      const { lastInsertRowid: id } = database
        .prepare('INSERT INTO moz_places (url, title, hidden) VALUES (?, ?, 0)')
        .run(`https://ada:sEcReT@example.org/${page}`, title);
      database
        .prepare('INSERT INTO moz_historyvisits (from_visit, place_id, visit_date, visit_type) VALUES (0, ?, ?, 1)')
        .run(id, Date.now() * 1_000);
    },
    forget: (title: string) =>
      database.exec(
        `DELETE FROM moz_historyvisits WHERE place_id = (SELECT id FROM moz_places WHERE title = '${title}')`,
      ),
    close: () => database.close(),
  };
}

describe('the command', () => {
  const command = async (home: string, ...args: string[]) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/daybook-agent.js'), ...args], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, DAYBOOK_AGENT_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.out += chunk));
    child.stderr.on('data', (chunk: Buffer) => (output.err += chunk));
    const [code] = (await once(child, 'close')) as [number];
    return { code, ...output };
  };

  it.each([
    [['--help'], 0, /Usage: daybook-agent/],
    [['status'], 0, /paired: {3}no/],
    [['outbox'], 0, /nothing is waiting/],
    [[], 2, /Usage: daybook-agent/],
    [['grant'], 2, /missing required argument 'folder'/],
    [['dance'], 2, /unknown command 'dance'/],
    [['pause', '5x'], 2, /Write a duration like 30m, 2h or 1d/],
    [['import'], 2, /required option '--since <day>'/],
    [['import', '--since', '2026-02-30'], 2, /Write a day like 2026-11-24/],
    [['browser', 'add'], 2, /which profile\? Found are: /],
    [['browser', 'remove'], 2, /which profile\? Being read are: none/],
    [['run'], 1, /not paired; run "daybook-agent pair ADDRESS" first/],
    [['grant', '/nowhere'], 1, /\/nowhere is not there, or may not be read/],
    [['pair', 'http://127.0.0.1:1'], 1, /cannot be reached; is Daybook running there\?/],
    [['pair', 'http://example.org'], 1, /must begin with https:\/\//],
  ] as [string[], number, RegExp][])('%j ends with %i and says why', async (args, code, said) => {
    const home = mkdtempSync(join(tmpdir(), 'daybook-command-'));
    const answer = await command(home, ...args);
    rmSync(home, { recursive: true });
    expect(answer.code).toBe(code);
    expect(answer.out + answer.err).toMatch(said);
    expect(answer.err).not.toMatch(/\n {4}at /);
  });
});
