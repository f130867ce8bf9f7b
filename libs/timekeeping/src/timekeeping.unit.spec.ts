import { Day, IsoWeek, type TimeZoneHistory, TimeZoneHistory as Zones } from '@daybook/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  contains,
  dayAt,
  dayBounds,
  daysOfWeek,
  expiryOf,
  flood,
  type Interval,
  intersect,
  isoWeekOf,
  keptFrom,
  lengthOf,
  mergeHeartbeats,
  momentOf,
  sessions,
  subtract,
  union,
} from './index.js';

const day = (text: string) => Day.parse(text);
const HOUR = 3_600_000;
const at = (start: number, end: number) => ({ start, end });
const intervals = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 40 }))
    .map(([start, length]) => at(start, start + length)),
  { maxLength: 12 },
);
const moments = Array.from({ length: 250 }, (_, n) => n);
const covered = (list: readonly Interval[]) => moments.filter((moment) => list.some((one) => contains(one, moment)));

describe('days in a zone', () => {
  it('are 23, 24 or 25 hours long, and begin where midnight exists', () => {
    const length = (zone: string, text: string) => {
      const { from, to } = dayBounds(zone, day(text));
      return (to - from) / HOUR;
    };
    expect(length('Europe/Berlin', '2026-03-29')).toBe(23);
    expect(length('Europe/Berlin', '2026-10-25')).toBe(25);
    expect(length('Europe/Berlin', '2026-11-24')).toBe(24);
    expect(length('Australia/Lord_Howe', '2026-10-04')).toBe(23.5);
    expect(new Date(dayBounds('America/Sao_Paulo', day('2018-11-04')).from).toISOString()).toBe(
      '2018-11-04T03:00:00.000Z',
    );
  });

  it('belong to the zone in force at the moment', () => {
    const zones: TimeZoneHistory = Zones.parse([
      { from: '2026-01-01T00:00:00Z', timeZone: 'Europe/Berlin' },
      { from: '2026-06-01T00:00:00Z', timeZone: 'America/New_York' },
    ]);
    expect(dayAt(zones, Date.parse('2026-05-10T23:30:00Z'))).toBe('2026-05-11');
    expect(dayAt(zones, Date.parse('2026-06-10T23:30:00Z'))).toBe('2026-06-10');
    expect(dayAt(zones, Date.parse('2025-06-10T23:30:00Z'))).toBe('2025-06-11');
    expect(momentOf('Europe/Berlin', day('2026-03-29'), '02:30')).toBe(Date.parse('2026-03-29T01:30:00Z'));
  });
});

describe('retention', () => {
  it('keeps April, May and June on 13 June, and everything before 1 April is gone (P19)', () => {
    expect(keptFrom(day('2026-06-13'))).toBe('2026-04-01');
    expect(expiryOf(day('2026-04-01'))).toBe('2026-07-01');
    expect(expiryOf(day('2026-03-31'))).toBe('2026-06-01');
    expect(expiryOf(day('2025-12-31'))).toBe('2026-03-01');
  });

  it('says the same from both ends, for every schedule and every day of four years', () => {
    for (const schedule of [
      { months: 1 },
      { months: 2 },
      { months: 3 },
      { weeks: 1 },
      { weeks: 13 },
      { days: 0 },
      { days: 30 },
    ]) {
      for (let today = day('2024-01-01'), n = 0; n < 1_461; n += 3, today = addDays(today, 3)) {
        const first = keptFrom(today, schedule);
        expect(expiryOf(first, schedule) > today).toBe(true);
        expect(expiryOf(addDays(first, -1), schedule) <= today).toBe(true);
      }
    }
  });
});

describe('ISO weeks', () => {
  it('belong to the year of their Thursday', () => {
    expect(isoWeekOf(day('2027-01-01'))).toBe('2026-W53');
    expect(isoWeekOf(day('2027-01-04'))).toBe('2027-W01');
    expect(daysOfWeek(IsoWeek.parse('2026-W48'))?.[0]).toBe('2026-11-23');
    expect(daysOfWeek(IsoWeek.parse('2025-W53'))).toBeUndefined();
  });
  it('give back the week of each of their days', () => {
    for (let one = day('2019-12-20'), n = 0; n < 3_000; n++, one = addDays(one, 1))
      expect(daysOfWeek(isoWeekOf(one))).toContain(one);
  });
});

describe('intervals', () => {
  it('unite, subtract and intersect as sets of moments do', () => {
    fc.assert(
      fc.property(intervals, intervals, (a, b) => {
        expect(covered(union(a))).toEqual(covered(a));
        expect(covered(subtract(a, b))).toEqual(covered(a).filter((moment) => !covered(b).includes(moment)));
        expect(covered(intersect(a, b))).toEqual(covered(a).filter((moment) => covered(b).includes(moment)));
      }),
      { numRuns: 200 },
    );
  });
});

describe('activity', () => {
  it('becomes one where the same thing is seen again within the gap', () => {
    const merged = mergeHeartbeats(
      [
        { key: 'a', ...at(0, 1) },
        { key: 'a', ...at(3, 4) },
        { key: 'b', ...at(3, 4) },
        { key: 'a', ...at(20, 21) },
      ],
      5,
    );
    expect(merged.map((one) => [one.key, one.start, one.end, one.parts.length])).toEqual([
      ['a', 0, 4, 2],
      ['b', 3, 4, 1],
      ['a', 20, 21, 1],
    ]);
  });

  it('shares time out: what ended first has it, and each keeps the longest piece that is left', () => {
    const shared = flood([at(0, 5), at(2, 8), at(0, 60), at(50, 52)]);
    expect(shared.map((one) => [one.start, one.end])).toEqual([
      [0, 5],
      [5, 8],
      [50, 52],
      [8, 50],
    ]);
  });

  it('never counts time twice, invents none, splits and loses no stretch', () => {
    const total = (list: readonly Interval[]) => list.reduce((sum, one) => sum + lengthOf(one), 0);
    fc.assert(
      fc.property(intervals, (list) => {
        const shared = flood(list.map((one, n) => ({ ...one, n, given: one })));
        expect(shared.map((one) => one.n).sort((a, b) => a - b)).toEqual(list.map((_, n) => n));
        expect(total(shared)).toBe(total(union(shared)));
        for (const { start, end, given } of shared) expect(start >= given.start && end <= given.end).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('gathers into blocks of the same work', () => {
    const blocks = sessions(
      [
        { ...at(0, 1), p: 'x' },
        { ...at(2, 3), p: 'x' },
        { ...at(4, 5), p: 'y' },
        { ...at(30, 31), p: 'y' },
      ],
      10,
      (a, b) => a.p === b.p,
    );
    expect(blocks.map((block) => [block.start, block.end, block.parts.length])).toEqual([
      [0, 3, 2],
      [4, 5, 1],
      [30, 31, 1],
    ]);
  });
});
