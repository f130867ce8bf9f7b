import type { PeriodFact } from '@daybook/contracts';
import type { TimesheetState } from './timesheet.js';

/** What others learn of a submitted week: minutes per day and project. No times, no ids of entries, in no order of typing. */
export function minutesByProject({ entries }: TimesheetState): NonNullable<PeriodFact['minutesByProject']> {
  const sums = new Map<
    string,
    Pick<NonNullable<PeriodFact['minutesByProject']>[number], 'project' | 'day'> & { seconds: number }
  >();
  for (const { project, day, seconds } of entries.values()) {
    const key = `${day} ${project}`;
    sums.set(key, { project, day, seconds: (sums.get(key)?.seconds ?? 0) + seconds });
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { project, day, seconds }]) => ({ project, day, minutes: Math.round(seconds / 60) }));
}
