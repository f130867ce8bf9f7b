import type { Day, TimeZoneHistory } from '@daybook/contracts';
import { Temporal } from 'temporal-polyfill';

/** The zone in force at a moment (epoch milliseconds): the last one that began, or the first for all time before it. */
export function zoneAt(zones: TimeZoneHistory, at: number): string {
  let zone = zones[0]?.timeZone as string;
  for (const entry of zones) if (Date.parse(entry.from) <= at) zone = entry.timeZone;
  return zone;
}

/** The calendar day of a moment, in the person's zone at that moment. */
export const dayAt = (zones: TimeZoneHistory, at: number): Day =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zoneAt(zones, at)).toPlainDate().toString() as Day;

/**
 * First instant of a day and of the next, in epoch milliseconds. 23 or 25 hours apart where clocks change; where midnight does not
 * exist the day begins at the first instant that does.
 *
 *   |00:00 ─────────────── 24:00|          |00:00 ── 02:00 03:00 ──── 24:00|
 *   from                       to          from   (no such hour)          to
 */
export function dayBounds(zone: string, day: Day): { from: number; to: number } {
  const date = Temporal.PlainDate.from(day);
  const start = (one: Temporal.PlainDate) => one.toZonedDateTime({ timeZone: zone }).epochMilliseconds;
  return { from: start(date), to: start(date.add({ days: 1 })) };
}

/** Moment of a wall-clock time (`HH:MM`, or `24:00`) on a day; a time that does not exist moves on with the clocks. */
export function momentOf(zone: string, day: Day, time: string): number {
  if (time === '24:00') return dayBounds(zone, day).to;
  return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
}

/** May lead out of the years that people can write. */
export const addDays = (day: Day, days: number): Day => Temporal.PlainDate.from(day).add({ days }).toString() as Day;
/** 1 = Monday. */
export const weekday = (day: Day): number => Temporal.PlainDate.from(day).dayOfWeek;
