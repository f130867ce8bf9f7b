import type { EntryRef, Instant } from '@daybook/contracts';
import { type Command, type Decider, type Refusal, refuse } from '@daybook/decider';
import { type EntryFact, evolve, initialState, type TimesheetEvent, type TimesheetState } from './timesheet.js';

export type TimesheetCommand =
  | Command<'AddEntry', { entry: EntryFact }>
  | Command<'ChangeEntry', { entry: EntryFact }>
  | Command<'RemoveEntry', { id: EntryRef }>
  | Command<'SubmitTimesheet', { now: Instant }>
  | Command<'RecallTimesheet', { now: Instant }>;
export type TimesheetRefusal =
  | 'timesheet_submitted'
  | 'timesheet_not_submitted'
  | 'timesheet_empty'
  | 'entry_exists'
  | 'unknown_entry'
  | 'time_mismatch';

/** Nothing changes once it is submitted; start, end and seconds agree; the same entry twice is one entry. */
export const timesheetDecider: Decider<TimesheetState, TimesheetCommand, TimesheetEvent, TimesheetRefusal> = {
  initialState,
  evolve,
  decide: (command, state): readonly TimesheetEvent[] | Refusal<TimesheetRefusal> => {
    if (command.type === 'SubmitTimesheet') {
      if (state.status === 'submitted') return [];
      return state.entries.size
        ? [{ type: 'TimesheetSubmitted', data: { submittedAt: command.data.now } }]
        : refuse('timesheet_empty', 'add an entry first');
    }
    if (command.type === 'RecallTimesheet')
      return state.status === 'submitted'
        ? [{ type: 'TimesheetRecalled', data: { recalledAt: command.data.now } }]
        : refuse('timesheet_not_submitted', 'there is nothing to recall');
    if (command.type === 'AddEntry') {
      const known = state.entries.get(command.data.entry.id);
      if (known)
        return same(known, command.data.entry) ? [] : refuse('entry_exists', 'use a new id, or change that entry');
    }
    if (state.status === 'submitted') return refuse('timesheet_submitted', 'recall the week first');
    if (command.type === 'RemoveEntry')
      return state.entries.has(command.data.id)
        ? [{ type: 'EntryRemoved', data: { id: command.data.id } }]
        : refuse('unknown_entry', 'it is not in this week');
    const { entry } = command.data;
    const mismatch = mismatched(entry);
    if (mismatch) return refuse('time_mismatch', mismatch);
    if (command.type === 'AddEntry') return [{ type: 'EntryAdded', data: { entry } }];
    const known = state.entries.get(entry.id);
    if (!known) return refuse('unknown_entry', 'it is not in this week');
    return same(known, entry) ? [] : [{ type: 'EntryChanged', data: { entry } }];
  },
};

function mismatched({ start, end, seconds }: EntryFact): string | undefined {
  if ((start === undefined) !== (end === undefined)) return 'give start and end together, or neither';
  if (start === undefined || end === undefined) return undefined;
  const between = Math.round((Date.parse(end) - Date.parse(start)) / 1_000);
  if (between < 0) return 'the end is before the start';
  return between === seconds ? undefined : `from start to end there are ${between} seconds`;
}

const same = (a: EntryFact, b: EntryFact): boolean =>
  (['day', 'start', 'end', 'seconds', 'project', 'task', 'billable'] as const).every((field) => a[field] === b[field]);
