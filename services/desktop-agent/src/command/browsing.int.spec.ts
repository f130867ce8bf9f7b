import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consentTo } from '../sender/stand-in-daybook.js';
import { AgentHarness, until } from './agent-harness.js';

describe('a browser that the running agent reads (P8)', () => {
  let agent: AgentHarness;
  beforeEach(async () => {
    agent = await AgentHarness.open();
  });
  afterEach(() => agent.close());

  it('sends visits cut, takes back what is deleted in the browser, and leaves out what was visited during a pause', async () => {
    const browser = firefoxHistory(agent.path('places.sqlite'));
    agent.home.change((settings) => {
      settings.browsers = [{ name: 'firefox:test', kind: 'firefox', file: agent.path('places.sqlite') }];
    });
    agent.daybook.consents = [consentTo('web')];
    browser.visit('one?token=sEcReT#sEcReT');
    browser.visit('two');
    agent.start();
    await until(() => agent.daybook.names.includes('two'));
    expect(agent.daybook.addresses).toEqual(['https://example.org/one', 'https://example.org/two']);
    agent.pause();
    await sleep(50);
    browser.visit('while-paused');
    await sleep(600);
    agent.resume();
    // So does a pause in Daybook.
    agent.daybook.consents = [consentTo('web', { state: 'paused' })];
    await sleep(600);
    browser.visit('while-paused-there');
    await sleep(100);
    agent.daybook.consents = [consentTo('web')];
    await sleep(600);
    browser.visit('three');
    await until(() => agent.daybook.names.includes('three'));
    expect(agent.daybook.names).toEqual(['one', 'two', 'three']);
    browser.forget('one');
    await until(() => agent.daybook.retracted.length > 0);
    expect(agent.daybook.retracted).toEqual([agent.daybook.accepted[0]?.events[0]?.id]);
    expect(JSON.stringify(agent.daybook.accepted)).not.toMatch(/sEcReT|while-paused/);
    // A history that cannot be read takes nothing back.
    browser.close();
    writeFileSync(agent.path('places.sqlite'), 'torn');
    await until(() => agent.said.some((line) => /the history of firefox:test cannot be read/.test(line)));
    expect(agent.daybook.retracted).toHaveLength(1);
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
