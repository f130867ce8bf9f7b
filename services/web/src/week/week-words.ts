import type { Day, IsoWeek, Timesheet } from '@daybook/contracts';
import { duration, shortDay } from '../time/format.js';
import type { Change } from './changes.js';

export const weekNumber = (week: IsoWeek): number => Number(week.slice(6));

const part = (day: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(new Date(`${day}T12:00:00Z`));

/** `16 – 22 November`, `30 November – 6 December`, with the year when it is not this one. */
export function weekDates(from: Day, to: Day, year = new Date().getUTCFullYear()): string {
  const until = part(to, { day: 'numeric', month: 'long' });
  const since = part(
    from,
    from.slice(0, 7) === to.slice(0, 7) ? { day: 'numeric' } : { day: 'numeric', month: 'long' },
  );
  return `${since} – ${until}${Number(to.slice(0, 4)) === year ? '' : ` ${to.slice(0, 4)}`}`;
}

export const weekdayName = (day: Day, length: 'short' | 'long' = 'short'): string => part(day, { weekday: length });
export const dayOfMonth = (day: Day): string => String(Number(day.slice(8)));

export const STATE_WORDS: Record<Timesheet['state'], { name: string; tag: string; readOnly?: string }> = {
  open: { name: 'Not submitted', tag: '' },
  submitted: { name: 'Submitted', tag: 'blue', readOnly: 'This week is submitted. Recall it to change it.' },
  approved: { name: 'Approved', tag: 'ok', readOnly: 'This week is approved.' },
  rejected: { name: 'Sent back', tag: 'warn' },
  locked: { name: 'Locked', tag: '', readOnly: 'This week is locked.' },
};

/** One line for one change. */
export function changeWords(change: Change, projectName: (project: string) => string): string {
  if (change.kind === 'state') return `The week is now: ${STATE_WORDS[change.state].name.toLowerCase()}`;
  const { entry } = change;
  const where = `${shortDay(entry.day)}, ${projectName(entry.project)}`;
  if (change.kind === 'added') return `${where}: ${duration(entry.seconds)} was added`;
  if (change.kind === 'removed') return `${where}: ${duration(entry.seconds)} was removed`;
  const { before } = change;
  if (before.seconds !== entry.seconds && before.day === entry.day && before.project === entry.project)
    return `${where}: ${duration(before.seconds)} became ${duration(entry.seconds)}`;
  if (before.day !== entry.day || before.project !== entry.project)
    return `${shortDay(before.day)}, ${projectName(before.project)}: ${duration(before.seconds)} moved to ${where}`;
  return `${where}: note, times or task changed`;
}
