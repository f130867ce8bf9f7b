import { type ActivityEvent, Alias, Day, DoorAnswer, type DropReason } from '@daybook/contracts';
import { newRef } from '@daybook/testing';
import { dayAt } from '@daybook/timekeeping';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOW, save } from '../ingestion-installation.spec.js';
import { parseEvents } from './parse-events.js';
import { sortEvents } from './sort-events.js';

const MINUTE = 60_000;
const BERLIN = { from: '2020-01-01T00:00:00Z', timeZone: 'Europe/Berlin' };
const ALWAYS = [{ from: '2020-01-01T00:00:00Z' }];
const answerOf = (more: object = {}): DoorAnswer =>
  DoorAnswer.parse({
    state: 'on',
    alias: newRef(Alias),
    accepts: ALWAYS,
    timeZones: [BERLIN],
    keptFrom: '2026-09-01',
    buckets: [],
    ...more,
  });

function sort(events: object[], answer = answerOf(), now = Date.parse(NOW)) {
  const dropped: DropReason[] = [];
  const drop = (reason: DropReason) => dropped.push(reason);
  const source = 'start' in (events[0] ?? {}) ? 'google-calendar' : 'files';
  const days = sortEvents(parseEvents(source, events, drop), answer, now, drop);
  return { days, dropped, counts: Object.fromEntries([...days].map(([day, list]) => [day, list.length])) };
}
const at = (moment: number) => new Date(moment).toISOString();
const meeting = (start: string) => ({ ...save(), start, end: start, invitees: [] });

describe('the person’s days', () => {
  it('are 23 and 25 hours long where clocks change', () => {
    const minutely = (from: string, count: number) =>
      Array.from({ length: count }, (_, n) => save(at(Date.parse(from) + n * 30 * MINUTE)));
    const answer = answerOf({ keptFrom: '2026-01-01' });
    expect(sort(minutely('2026-03-27T23:00:00Z', 48 * 3 - 2), answer).counts).toEqual({
      '2026-03-28': 48,
      '2026-03-29': 46,
      '2026-03-30': 48,
    });
    expect(sort(minutely('2026-10-24T22:00:00Z', 100), answer).counts).toEqual({
      '2026-10-25': 50,
      '2026-10-26': 48,
      '2026-10-27': 2,
    });
  });

  it('are those of the zone the person was in at that moment', () => {
    const timeZones = [BERLIN, { from: '2026-11-20T12:00:00Z', timeZone: 'America/New_York' }];
    const events = ['2026-11-19T23:30:00Z', '2026-11-20T11:59:00Z', '2026-11-21T02:00:00Z'].map((one) => save(one));
    expect(Object.keys(sort(events, answerOf({ timeZones })).counts)).toEqual(['2026-11-20']);
  });

  it('are found as the calendar finds them, whatever the zones and moments', () => {
    const moment = fc.integer({ min: Date.parse('2026-09-15T00:00:00Z'), max: Date.parse(NOW) });
    const zone = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'Australia/Lord_Howe',
    );
    fc.assert(
      fc.property(
        fc.array(moment, { maxLength: 20 }),
        fc.array(fc.tuple(moment, zone), { maxLength: 3 }),
        (moments, moves) => {
          const later = moves.sort(([a], [b]) => a - b).map(([from, timeZone]) => ({ from: at(from), timeZone }));
          const answer = answerOf({ timeZones: [BERLIN, ...later] });
          const { days } = sort(
            moments.map((one) => save(at(one))),
            answer,
          );
          for (const [day, list] of days)
            for (const event of list as Extract<ActivityEvent, { at: unknown }>[])
              expect(dayAt(answer.timeZones, Date.parse(event.at))).toBe(day);
          expect([...days.values()].flat()).toHaveLength(moments.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('what is dropped', () => {
  it('lies more than ten minutes ahead; meetings may lie a year ahead', () => {
    const now = Date.parse(NOW);
    expect(sort([save(at(now + 10 * MINUTE)), save(at(now + 10 * MINUTE + 1))])).toMatchObject({
      counts: { '2026-11-24': 1 },
      dropped: ['from_the_future'],
    });
    expect(sort([meeting('2027-11-24T10:00:00Z'), meeting('2030-01-01T10:00:00Z')])).toMatchObject({
      counts: { '2027-11-24': 1 },
      dropped: ['from_the_future'],
    });
  });

  it('is older than what is kept, in the person’s own zone', () => {
    const answer = answerOf({ keptFrom: Day.parse('2026-09-01') });
    expect(sort([save('2026-08-31T21:59:59Z'), save('2026-08-31T22:00:00Z')], answer)).toMatchObject({
      counts: { '2026-09-01': 1 },
      dropped: ['too_old'],
    });
    expect(sort([save('1970-01-01T00:00:00Z')], answer).dropped).toEqual(['too_old']);
  });

  it('was captured outside consent: before it, in a pause, off the schedule; to the millisecond', () => {
    const accepts = [{ from: '2026-11-24T08:00:00Z', to: '2026-11-24T09:00:00Z' }, { from: '2026-11-24T09:30:00Z' }];
    const times = ['07:59:59.999', '08:00:00', '08:59:59.999', '09:00:00', '09:29:59', '09:30:00'];
    const { counts, dropped } = sort(
      times.map((time) => save(`2026-11-24T${time}Z`)),
      answerOf({ accepts }),
    );
    expect([counts, dropped]).toEqual([{ '2026-11-24': 3 }, Array(3).fill('outside_consent')]);
  });

  it('is never a retract for want of consent: taking back is always allowed', () => {
    const retract = { id: save().id, op: 'retract', at: '2026-11-24T03:00:00Z' };
    expect(sort([retract], answerOf({ accepts: [] })).counts).toEqual({ '2026-11-24': 1 });
  });
});
