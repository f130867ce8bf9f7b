import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserProfile } from '../home/agent-home.js';
import { changedAt, HistoryUnreadable, visitsSince } from './history.js';

/** Only the tables, columns and indexes that are used; what real browsers write is in the e2e spec. */
function fill(file: string, visits: number): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
    CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT, title TEXT, hidden INTEGER);
    CREATE TABLE moz_historyvisits (id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date INTEGER, visit_type INTEGER);
    CREATE INDEX moz_historyvisits_fromindex ON moz_historyvisits (from_visit);
    CREATE INDEX moz_historyvisits_dateindex ON moz_historyvisits (visit_date);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${visits})
      INSERT INTO moz_places SELECT i, 'https://example.org/page-' || i || '?secret', 'Page ' || i, 0 FROM n;
    INSERT INTO moz_historyvisits SELECT id, 0, id, id * 1000, 1 FROM moz_places;`);
  return database;
}

describe('reading a history', () => {
  let folder: string;
  let profile: BrowserProfile;
  let copies: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-history-'));
    copies = join(folder, 'copies');
    profile = { name: 'firefox:test', kind: 'firefox', file: join(folder, 'places.sqlite') };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('takes what still stands in the write-ahead log, and leaves browser and disk as they were', () => {
    const browser = fill(profile.file, 3);
    browser.exec('BEGIN IMMEDIATE');
    const before = readFileSync(profile.file);
    const { visits } = visitsSince(profile, 2, copies);
    expect(visits).toEqual([
      { at: 2, address: 'https://example.org/page-2', title: 'Page 2' },
      { at: 3, address: 'https://example.org/page-3', title: 'Page 3' },
    ]);
    expect(readFileSync(profile.file).equals(before)).toBe(true);
    expect(readdirSync(copies)).toEqual([]);
    // It holds its lock still, and goes on writing.
    browser.exec('COMMIT');
    browser.close();
  });

  it('reads a long history in parts, and says where to go on', () => {
    fill(profile.file, 20_001).close();
    const { visits, moreAfter } = visitsSince(profile, 0, copies);
    expect(visits).toHaveLength(20_000);
    expect(visitsSince(profile, moreAfter as number, copies).visits.at(-1)?.address).toBe(
      'https://example.org/page-20001',
    );
  });

  it('is refused where the copy is torn, of an unknown form or not there: never taken for an empty one', () => {
    expect(() => visitsSince(profile, 0, copies)).toThrow(HistoryUnreadable);
    fill(profile.file, 2_000).close();
    const whole = readFileSync(profile.file);
    writeFileSync(profile.file, whole.fill(0xff, 8_192, 40_000));
    expect(() => visitsSince(profile, 0, copies)).toThrow(HistoryUnreadable);
    rmSync(profile.file);
    new DatabaseSync(profile.file).exec('CREATE TABLE something_else (id INTEGER)');
    expect(() => visitsSince(profile, 0, copies)).toThrow(/the history of firefox:test cannot be read/);
    expect(readdirSync(copies)).toEqual([]);
  });

  it('leaves out Daybook itself, and nothing that only looks like it', () => {
    const browser = fill(profile.file, 2);
    browser.exec(`INSERT INTO moz_places VALUES (8, 'https://example.org.evil.example/page-1', '', 0);
      INSERT INTO moz_historyvisits VALUES (8, 0, 8, 8000, 1)`);
    browser.close();
    const addresses = (own?: string) => visitsSince(profile, 0, copies, own).visits.map((visit) => visit.address);
    expect(addresses()).toHaveLength(3);
    expect(addresses('https://example.org')).toEqual(['https://example.org.evil.example/page-1']);
  });

  it('is due again only when something changed', () => {
    const browser = fill(profile.file, 3);
    const before = changedAt(profile);
    expect(changedAt(profile)).toBe(before);
    browser.exec("INSERT INTO moz_places VALUES (9, 'https://example.org/', '', 0)");
    expect(changedAt(profile)).not.toBe(before);
    browser.close();
  });
});
