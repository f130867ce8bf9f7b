import { describe, expect, it } from 'vitest';
import type { BrowserProfile } from '../home/agent-home.js';
import type { Visit } from './history.js';
import { newVisits, readFrom, visitEvent } from './visit-events.js';

const key = Buffer.alloc(32, 7).toString('base64url');
const profile: BrowserProfile = { name: 'chromium:Default', kind: 'chromium', file: '/x/History' };
const NOON = Date.parse('2026-11-24T12:00:00Z');
const visit = (path: string, minutes: number, seconds?: number): Visit => ({
  at: NOON + minutes * 60_000,
  address: `https://example.org/${path}`,
  title: path,
  ...(seconds !== undefined && { seconds }),
});
const always = () => true;

describe('visits as events', () => {
  it('take address, title, time, browser and how long it was looked at: nothing else', () => {
    const event = visitEvent(key, profile, { ...visit('a', 0, 4), url: 'https://example.org/a?secret' } as Visit);
    expect(Object.keys(event ?? {}).sort()).toEqual([
      'address',
      'at',
      'browser',
      'id',
      'op',
      'rev',
      'seconds',
      'title',
    ]);
    expect(event).toMatchObject({ browser: 'chromium', seconds: 4 });
  });

  it('keep their id while they get longer, so that the last reading wins', () => {
    const [short, long] = [visitEvent(key, profile, visit('a', 0, 2)), visitEvent(key, profile, visit('a', 0, 90))];
    expect(long?.id).toBe(short?.id);
    expect(long?.rev).toBeGreaterThan(short?.rev as number);
  });

  it('get their title later, where the browser writes it later', () => {
    const [bare, titled] = ['', 'Report'].map((title) => visitEvent(key, profile, { ...visit('a', 0, 3), title }));
    expect(titled?.id).toBe(bare?.id);
    expect(titled?.rev).toBeGreaterThan(bare?.rev as number);
  });

  it('say no time where the browser knows none', () => {
    expect(visitEvent(key, profile, visit('a', 0))).not.toHaveProperty('seconds');
  });
});

describe('a second reading of a history', () => {
  const from = NOON - 3_600_000;
  const first = newVisits(
    { key, profile, known: undefined, from },
    { visits: [visit('a', 0, 5), visit('b', 1, 5), visit('c', 2, 2)] },
    always,
  );
  const again = (visits: Visit[], moreAfter?: number) =>
    newVisits(
      { key, profile, known: first.next, from },
      { visits, ...(moreAfter !== undefined && { moreAfter }) },
      always,
    ).events;

  it('tells of new and longer visits only', () => {
    const events = again([visit('a', 0, 5), visit('b', 1, 5), visit('c', 2, 9), visit('d', 3, 1)]);
    expect(events.map((event) => 'title' in event && event.title)).toEqual(['c', 'd']);
  });

  it('takes back what the person deleted in the browser', () => {
    const events = again([visit('a', 0, 5), visit('c', 2, 2)]);
    expect(events).toEqual([
      expect.objectContaining({ op: 'retract', rev: (first.events[1]?.rev as number) + 1, id: first.events[1]?.id }),
    ]);
  });

  it('takes nothing back that was not read to the end', () => {
    expect(again([visit('a', 0, 5)], NOON)).toEqual([]);
  });

  it('looks back a day, never before the consent', () => {
    expect(readFrom(undefined, from)).toBe(from);
    expect(readFrom(first.next, from)).toBe(from);
    expect(readFrom({ until: NOON + 7 * 86_400_000, recent: [] }, from)).toBe(NOON + 6 * 86_400_000);
  });

  it('leaves out what is not covered, and does not forget what was sent of it', () => {
    const { events, next } = newVisits(
      { key, profile, known: first.next, from },
      { visits: [visit('a', 0, 5), visit('b', 1, 5), visit('c', 2, 2), visit('d', 3, 1)] },
      () => false,
    );
    expect(events).toEqual([]);
    expect(next.recent).toHaveLength(3);
  });
});
