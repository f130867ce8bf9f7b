import type { Day, IsoWeek } from '@daybook/contracts';
import { Temporal } from 'temporal-polyfill';

/** The ISO week of a day: it belongs to the year that holds its Thursday. */
export function isoWeekOf(day: Day): IsoWeek {
  const date = Temporal.PlainDate.from(day);
  return `${date.yearOfWeek}-W${String(date.weekOfYear).padStart(2, '0')}` as IsoWeek;
}

/** Monday to Sunday; undefined for a week 53 that the year does not have. */
export function daysOfWeek(week: IsoWeek): Day[] | undefined {
  const year = Number(week.slice(0, 4));
  const fourth = Temporal.PlainDate.from({ year, month: 1, day: 4 });
  const monday = fourth.subtract({ days: fourth.dayOfWeek - 1 }).add({ weeks: Number(week.slice(6)) - 1 });
  if (monday.add({ days: 3 }).year !== year) return undefined;
  return Array.from({ length: 7 }, (_, n) => monday.add({ days: n }).toString() as Day);
}
