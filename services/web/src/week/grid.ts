import type { Day, Entry, Project } from '@daybook/contracts';

export interface Cell {
  day: Day;
  entries: Entry[];
  seconds: number;
}
export interface Row {
  project: Project['id'];
  cells: Cell[];
  seconds: number;
}
export interface Grid {
  rows: Row[];
  /** Sum of each day, Monday first. */
  days: number[];
  seconds: number;
  billable: number;
}

/**
 * A week's entries as projects by days. `extra` are rows to show without time too; each row has its place
 * whether it has time or not, so that none jumps while somebody types.
 *
 *   entries: Mon Acme 2:00 · Mon Acme 0:30 · Wed Brill 1:00
 *   rows:    Acme   2:30  –    –   …
 *            Brill  –     –    1:00 …
 */
export function gridOf(
  days: readonly Day[],
  entries: readonly Entry[],
  order: (a: Project['id'], b: Project['id']) => number,
  extra: readonly Project['id'][] = [],
): Grid {
  const projects = [...new Set([...entries.map((entry) => entry.project), ...extra])].sort(order);
  const rows = projects.map((project): Row => {
    const own = entries.filter((entry) => entry.project === project);
    const cells = days.map((day): Cell => {
      const ofDay = own.filter((entry) => entry.day === day);
      return { day, entries: ofDay, seconds: sum(ofDay) };
    });
    return { project, cells, seconds: sum(own) };
  });
  return {
    rows,
    days: days.map((day) => sum(entries.filter((entry) => entry.day === day))),
    seconds: sum(entries),
    billable: sum(entries.filter((entry) => entry.billable)),
  };
}

export const sum = (entries: readonly Pick<Entry, 'seconds'>[]): number =>
  entries.reduce((total, entry) => total + entry.seconds, 0);

/** What typing a duration into a cell does. Times of day and several entries are changed on their own, never by a sum. */
export type Typing =
  | { kind: 'add' }
  | { kind: 'change'; entry: Entry }
  | { kind: 'none'; why: 'several entries' | 'an entry with times of day' };
export function typingInto({ entries }: Cell): Typing {
  const [entry, ...more] = entries;
  if (!entry) return { kind: 'add' };
  if (more.length > 0) return { kind: 'none', why: 'several entries' };
  return entry.start ? { kind: 'none', why: 'an entry with times of day' } : { kind: 'change', entry };
}
