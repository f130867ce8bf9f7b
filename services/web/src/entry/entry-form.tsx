import type { Day, Entry } from '@daybook/contracts';
import { modals } from '@mantine/modals';

export interface EntryFormOptions {
  day: Day;
  /** An entry to change; a new one without. */
  entry?: Entry;
  project?: string;
}

/** Opens the form for one time entry, by hand: from and to, or a duration. */
export function openEntryForm({ day, entry }: EntryFormOptions): void {
  modals.open({ title: entry ? 'Change entry' : 'Add time', children: <p>{day}</p> });
}
