import type { Day, Entry, IsoWeek, Timesheet } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { shortDay } from '../time/format.js';
import { changesBetween } from './changes.js';
import { changeWords, weekDates } from './week-words.js';

const entry = (id: string, more: Partial<Entry> = {}): Entry => ({
  id: id as Entry['id'],
  day: '2026-11-18' as Day,
  project: 'acme' as Entry['project'],
  seconds: 7_200,
  billable: true,
  state: 'open',
  ...more,
});
const week = (entries: Entry[], more: Partial<Timesheet> = {}): Timesheet => ({
  week: '2026-W47' as IsoWeek,
  from: '2026-11-16' as Day,
  to: '2026-11-22' as Day,
  state: 'open',
  seconds: 0,
  entries,
  version: 1,
  ...more,
});
const day = shortDay('2026-11-18');
const words = (before: Timesheet, after: Timesheet) =>
  changesBetween(before, after).map((change) => changeWords(change, (project) => project.toUpperCase()));

describe('what changed in a week since it was on screen', () => {
  it('is nothing when only its version moved', () => {
    expect(changesBetween(week([entry('a')]), week([entry('a')], { version: 9 }))).toEqual([]);
  });

  it('names what was added, removed, made longer, moved or noted', () => {
    const before = week([entry('gone'), entry('longer'), entry('moved'), entry('noted')]);
    const after = week([
      entry('longer', { seconds: 9_000 }),
      entry('moved', { project: 'brill' as Entry['project'] }),
      entry('noted', { note: 'kick-off' }),
      entry('new', { seconds: 900 }),
    ]);
    expect(words(before, after)).toEqual([
      `${day}, ACME: 2:00 became 2:30`,
      `${day}, ACME: 2:00 moved to ${day}, BRILL`,
      `${day}, ACME: note, times or task changed`,
      `${day}, ACME: 0:15 was added`,
      `${day}, ACME: 2:00 was removed`,
    ]);
  });

  it('says that somebody submitted it', () => {
    expect(words(week([]), week([], { state: 'submitted' }))).toEqual(['The week is now: submitted']);
  });
});

describe('the dates of a week', () => {
  it('name each month and year once', () => {
    const dates = (from: string, to: string) => weekDates(from as Day, to as Day, 2026);
    expect(dates('2026-11-16', '2026-11-22')).toBe('16 – 22 November');
    expect(dates('2026-11-30', '2026-12-06')).toBe('30 November – 6 December');
    expect(dates('2026-12-28', '2027-01-03')).toBe('28 December – 3 January 2027');
  });
});
