import type { EntryRef, Instant } from '@daybook/contracts';
import { type Command, type Decider, type Refusal, refuse } from '@daybook/decider';
import { type EntryFact, evolve, initialState, type TimesheetEvent, type TimesheetState } from './timesheet.js';

export type TimesheetCommand =
  | Command<'AddEntry', { entry: EntryFact }>
  | Command<'ChangeEntry', { entry: EntryFact; noteChanged: boolean }>
  | Command<'RemoveEntry', { id: EntryRef }>
  | Command<'SubmitTimesheet', { now: Instant }>
  | Command<'RecallTimesheet', { now: Instant }>;
export type TimesheetRefusal =
  | 'timesheet_submitted'
  | 'timesheet_empty'
  | 'timesheet_full'
  | 'entry_exists'
  | 'entry_unknown'
  | 'time_mismatch';

/** Entries of one week at most: what a person can still look through, and a stream that stays quick to read. */
export const ENTRIES_PER_WEEK = 1_000;

/** Nothing changes once it is submitted; start, end, seconds and day agree; doing the same again is doing it once. */
export const timesheetDecider: Decider<TimesheetState, TimesheetCommand, TimesheetEvent, TimesheetRefusal> = {
  initialState,
  evolve,
  decide: (command, state): readonly TimesheetEvent[] | Refusal<TimesheetRefusal> => {
    switch (command.type) {
      case 'SubmitTimesheet':
        if (state.status === 'submitted') return [];
        if (!state.entries.size) return refuse('timesheet_empty', 'add an entry first');
        return [{ type: 'TimesheetSubmitted', data: { submittedAt: command.data.now } }];
      case 'RecallTimesheet':
        if (state.status === 'open') return [];
        return [{ type: 'TimesheetRecalled', data: { recalledAt: command.data.now } }];
      case 'AddEntry':
        return add(command.data.entry, state);
      case 'ChangeEntry': {
        const { entry, noteChanged } = command.data;
        const known = state.entries.get(entry.id);
        if (!known) return unknown();
        if (state.status === 'submitted') return submitted();
        return (
          timeMismatch(entry) ?? (same(known, entry) && !noteChanged ? [] : [{ type: 'EntryChanged', data: { entry } }])
        );
      }
      case 'RemoveEntry':
        if (!state.entries.has(command.data.id)) return unknown();
        if (state.status === 'submitted') return submitted();
        return [{ type: 'EntryRemoved', data: { id: command.data.id } }];
    }
  },
};

function add(entry: EntryFact, state: TimesheetState): readonly TimesheetEvent[] | Refusal<TimesheetRefusal> {
  const known = state.entries.get(entry.id);
  if (known) return same(known, entry) ? [] : refuse('entry_exists', 'use a new id, or change that entry');
  if (state.status === 'submitted') return submitted();
  if (state.entries.size >= ENTRIES_PER_WEEK)
    return refuse('timesheet_full', `a week has at most ${ENTRIES_PER_WEEK} entries; make some of them one`);
  return timeMismatch(entry) ?? [{ type: 'EntryAdded', data: { entry } }];
}

const unknown = () => refuse<TimesheetRefusal>('entry_unknown', 'it is not in this week');
const submitted = () => refuse<TimesheetRefusal>('timesheet_submitted', 'recall the week first');

/** Two entries may overlap (a call while a build runs is both); one entry must agree with itself. */
function timeMismatch({ day, start, end, seconds }: EntryFact): Refusal<TimesheetRefusal> | undefined {
  const mismatch = (detail: string) => refuse<TimesheetRefusal>('time_mismatch', detail);
  if ((start === undefined) !== (end === undefined)) return mismatch('give start and end together, or neither');
  if (start === undefined || end === undefined) return undefined;
  if (start.slice(0, day.length) !== day)
    return mismatch('the start is on another day: write it with the offset of your own time zone');
  const between = Math.round((Date.parse(end) - Date.parse(start)) / 1_000);
  if (between < 0) return mismatch('the end is before the start');
  return between === seconds ? undefined : mismatch(`from start to end there are ${between} seconds`);
}

const same = (a: EntryFact, b: EntryFact): boolean =>
  (['day', 'start', 'end', 'seconds', 'project', 'task', 'billable'] as const).every((field) => a[field] === b[field]);
