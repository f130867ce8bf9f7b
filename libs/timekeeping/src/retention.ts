import type { Day } from '@daybook/contracts';
import { Temporal } from 'temporal-polyfill';

/** How long tracked data is kept (P19, P20). The default is three months: this one and the two before it. */
export type RetentionSchedule = { months: number } | { weeks: number } | { days: number };
export const DEFAULT_RETENTION: RetentionSchedule = { months: 3 };

/**
 * The day at whose first instant a day is forgotten.
 *
 *   {months: 3}:  April ──── May ──── June ──── | 1 July: all of April goes
 */
export function expiryOf(day: Day, schedule: RetentionSchedule = DEFAULT_RETENTION): Day {
  const date = Temporal.PlainDate.from(day);
  if ('months' in schedule) return date.with({ day: 1 }).add({ months: schedule.months }).toString() as Day;
  if ('weeks' in schedule)
    return date
      .subtract({ days: date.dayOfWeek - 1 })
      .add({ days: 7 * schedule.weeks })
      .toString() as Day;
  return date.add({ days: schedule.days + 1 }).toString() as Day;
}

/** The first day that is still kept on that date. On 13 June, by default: 1 April. */
export function keptFrom(today: Day, schedule: RetentionSchedule = DEFAULT_RETENTION): Day {
  const date = Temporal.PlainDate.from(today);
  if ('months' in schedule)
    return date
      .with({ day: 1 })
      .subtract({ months: schedule.months - 1 })
      .toString() as Day;
  if ('weeks' in schedule)
    return date.subtract({ days: date.dayOfWeek - 1 + 7 * (schedule.weeks - 1) }).toString() as Day;
  return date.subtract({ days: schedule.days }).toString() as Day;
}
