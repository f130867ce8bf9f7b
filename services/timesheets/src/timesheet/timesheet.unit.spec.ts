import { randomBytes } from 'node:crypto';
import { Day, EntryRef, Instant, ProjectRef } from '@daybook/contracts';
import { given, isRefusal, replay } from '@daybook/decider';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTRIES_PER_WEEK, type TimesheetCommand, timesheetDecider } from './timesheet.decider.js';
import type { EntryFact, TimesheetEvent } from './timesheet.js';

const ref = () => randomBytes(16).toString('base64url');
const now = Instant.parse('2026-11-24T10:00:00Z');
const entry = (change: Partial<EntryFact> = {}): EntryFact => ({
  id: EntryRef.parse(ref()),
  day: Day.parse('2026-11-24'),
  seconds: 3_600,
  project: ProjectRef.parse(ref()),
  billable: true,
  ...change,
});
const added = (fact: EntryFact): TimesheetEvent => ({ type: 'EntryAdded', data: { entry: fact } });
const submitted: TimesheetEvent = { type: 'TimesheetSubmitted', data: { submittedAt: now } };

describe('a time sheet', () => {
  it('takes an entry, and the same entry again changes nothing', () => {
    const one = entry();
    expect(given(timesheetDecider).when({ type: 'AddEntry', data: { entry: one } })).toEqual([added(one)]);
    expect(given(timesheetDecider, added(one)).when({ type: 'AddEntry', data: { entry: one } })).toEqual([]);
    expect(
      given(timesheetDecider, added(one)).when({ type: 'AddEntry', data: { entry: { ...one, seconds: 60 } } }),
    ).toMatchObject({ refused: 'entry_exists' });
  });

  it('changes nothing once it is submitted, until it is recalled', () => {
    const one = entry();
    for (const command of [
      { type: 'AddEntry', data: { entry: entry() } },
      { type: 'ChangeEntry', data: { entry: { ...one, seconds: 1 }, noteChanged: false } },
      { type: 'RemoveEntry', data: { id: one.id } },
    ] as TimesheetCommand[])
      expect(given(timesheetDecider, added(one), submitted).when(command)).toMatchObject({
        refused: 'timesheet_submitted',
      });
    expect(
      given(timesheetDecider, added(one), submitted, { type: 'TimesheetRecalled', data: { recalledAt: now } }).when({
        type: 'RemoveEntry',
        data: { id: one.id },
      }),
    ).toEqual([{ type: 'EntryRemoved', data: { id: one.id } }]);
  });

  it('is not submitted empty, and submitting or recalling twice is doing it once', () => {
    expect(given(timesheetDecider).when({ type: 'SubmitTimesheet', data: { now } })).toMatchObject({
      refused: 'timesheet_empty',
    });
    expect(given(timesheetDecider, added(entry()), submitted).when({ type: 'SubmitTimesheet', data: { now } })).toEqual(
      [],
    );
    expect(given(timesheetDecider, added(entry())).when({ type: 'RecallTimesheet', data: { now } })).toEqual([]);
  });

  it('says that a note was changed without saying what it is', () => {
    const one = entry();
    const change = (noteChanged: boolean) =>
      given(timesheetDecider, added(one)).when({ type: 'ChangeEntry', data: { entry: one, noteChanged } });
    expect(change(false)).toEqual([]);
    expect(change(true)).toEqual([{ type: 'EntryChanged', data: { entry: one } }]);
  });

  it('has an end to how much it takes', () => {
    const full = Array.from({ length: ENTRIES_PER_WEEK }, () => added(entry()));
    expect(given(timesheetDecider, ...full).when({ type: 'AddEntry', data: { entry: entry() } })).toMatchObject({
      refused: 'timesheet_full',
    });
  });

  const times = (day: string, start: string | undefined, end: string | undefined, seconds: number) =>
    given(timesheetDecider).when({
      type: 'AddEntry',
      data: {
        entry: {
          ...entry({ day: Day.parse(day), seconds }),
          ...(start && { start: Instant.parse(start) }),
          ...(end && { end: Instant.parse(end) }),
        },
      },
    });
  it.each<[string, string, string, string, number]>([
    ['an hour', '2026-11-24', '2026-11-24T09:00:00+01:00', '2026-11-24T10:00:00+01:00', 3_600],
    ['a day of 25 hours', '2026-10-25', '2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00', 90_000],
    ['a day of 23 hours', '2026-03-29', '2026-03-29T00:00:00+01:00', '2026-03-30T00:00:00+02:00', 82_800],
    ['the hour that comes twice', '2026-10-25', '2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00', 3_600],
    ['a night, on the day it began', '2026-11-24', '2026-11-24T23:00:00+01:00', '2026-11-25T01:00:00+01:00', 7_200],
  ])('takes %s', (_, day, start, end, seconds) => {
    expect(times(day, start, end, seconds)).toHaveLength(1);
  });
  it.each<[string, string | undefined, string | undefined, number, string]>([
    ['an end before the start', '2026-11-24T10:00:00+01:00', '2026-11-24T09:00:00+01:00', 3_600, 'before the start'],
    ['seconds that differ', '2026-11-24T09:00:00+01:00', '2026-11-24T10:00:00+01:00', 60, '3600 seconds'],
    ['a start alone', '2026-11-24T09:00:00+01:00', undefined, 60, 'together'],
    ['an end alone', undefined, '2026-11-24T09:00:00+01:00', 60, 'together'],
    ['a start on another day', '2026-11-23T23:30:00Z', '2026-11-24T00:30:00Z', 3_600, 'offset of your own time zone'],
  ])('refuses %s', (_, start, end, seconds, detail) => {
    expect(times('2026-11-24', start, end, seconds)).toMatchObject({
      refused: 'time_mismatch',
      detail: expect.stringContaining(detail),
    });
  });

  it('keeps its sum over any sequence of commands', () => {
    const ids = Array.from({ length: 4 }, () => EntryRef.parse(ref()));
    const project = ProjectRef.parse(ref());
    const id = fc.constantFrom(...ids);
    const fact = fc
      .record({ id, seconds: fc.integer({ min: 1, max: 90_000 }) })
      .map((part) => entry({ ...part, project }));
    const command: fc.Arbitrary<TimesheetCommand> = fc.oneof(
      fact.map((one): TimesheetCommand => ({ type: 'AddEntry', data: { entry: one } })),
      fact.map((one): TimesheetCommand => ({ type: 'ChangeEntry', data: { entry: one, noteChanged: false } })),
      id.map((one): TimesheetCommand => ({ type: 'RemoveEntry', data: { id: one } })),
      fc.constant<TimesheetCommand>({ type: 'SubmitTimesheet', data: { now } }),
      fc.constant<TimesheetCommand>({ type: 'RecallTimesheet', data: { now } }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const history: TimesheetEvent[] = [];
        const expected = new Map<string, number>();
        let open = true;
        for (const one of commands) {
          const decision = given(timesheetDecider, ...history).when(one);
          if (isRefusal(decision)) continue;
          if (one.type === 'SubmitTimesheet') open = false;
          if (one.type === 'RecallTimesheet') open = true;
          if (decision.length) expect(open || one.type === 'SubmitTimesheet').toBe(true);
          if (decision.length && (one.type === 'AddEntry' || one.type === 'ChangeEntry'))
            expected.set(one.data.entry.id, one.data.entry.seconds);
          if (decision.length && one.type === 'RemoveEntry') expected.delete(one.data.id);
          history.push(...decision);
        }
        const state = replay(timesheetDecider, history);
        expect([...state.entries.values()].reduce((sum, one) => sum + one.seconds, 0)).toBe(
          [...expected.values()].reduce((sum, seconds) => sum + seconds, 0),
        );
      }),
    );
  });
});
