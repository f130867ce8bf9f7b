import type { Day, EntryRef, Instant, IsoWeek, MemberRef, ProjectRef, TaskRef } from '@daybook/contracts';
import type { Event } from '@daybook/decider';

/** An entry as the stream knows it: references and numbers, no text. */
export interface EntryFact {
  id: EntryRef;
  day: Day;
  start?: Instant;
  end?: Instant;
  seconds: number;
  project: ProjectRef;
  task?: TaskRef;
  billable: boolean;
}
export type TimesheetEvent =
  | Event<'EntryAdded', { entry: EntryFact }>
  /** The same fact as before says that its note was changed: the text itself is in a row. */
  | Event<'EntryChanged', { entry: EntryFact }>
  | Event<'EntryRemoved', { id: EntryRef }>
  | Event<'TimesheetSubmitted', { submittedAt: Instant }>
  | Event<'TimesheetRecalled', { recalledAt: Instant }>;

/** One member's week. */
export interface TimesheetState {
  status: 'open' | 'submitted';
  entries: ReadonlyMap<EntryRef, EntryFact>;
  submittedAt?: Instant;
}

export const weekStream = (member: MemberRef, week: IsoWeek): string => `week:${member}:${week}`;

export const initialState = (): TimesheetState => ({ status: 'open', entries: new Map() });

export function evolve(state: TimesheetState, event: TimesheetEvent): TimesheetState {
  switch (event.type) {
    case 'EntryAdded':
    case 'EntryChanged':
      return { ...state, entries: new Map(state.entries).set(event.data.entry.id, event.data.entry) };
    case 'EntryRemoved': {
      const entries = new Map(state.entries);
      entries.delete(event.data.id);
      return { ...state, entries };
    }
    case 'TimesheetSubmitted':
      return { ...state, status: 'submitted', submittedAt: event.data.submittedAt };
    case 'TimesheetRecalled':
      return { status: 'open', entries: state.entries };
  }
}
