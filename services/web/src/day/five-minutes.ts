import type { Day, Instant } from '@daybook/contracts';
import { dayBounds, instantIn, momentOf } from '@daybook/timekeeping';

export const STEP = 5 * 60_000;

/** The nearest full five minutes on the clock. */
export const snap = (at: number): number => Math.round(at / STEP) * STEP;

/** One step earlier or later: `09:17` becomes `09:20` or `09:15`, `09:15` becomes `09:20` or `09:10`. */
export const step = (at: number, direction: 1 | -1): number =>
  direction === 1 ? (Math.floor(at / STEP) + 1) * STEP : (Math.ceil(at / STEP) - 1) * STEP;

/** Epoch milliseconds as an instant of that zone. */
export const instantOf = (zone: string, at: number): Instant => instantIn(zone, at) as Instant;

/** A clock time as people write it: `9:15`, `09.15`, `915`, `9`; undefined when it is none. */
export function parseClock(text: string): string | undefined {
  const parts = /^(\d{1,2})(?:[:.h ]?([0-5]\d))?$/.exec(text.trim());
  if (!parts || Number(parts[1]) > 24) return undefined;
  const clock = `${(parts[1] as string).padStart(2, '0')}:${parts[2] ?? '00'}`;
  return clock === '24:00' ? '00:00' : clock > '23:59' ? undefined : clock;
}

/** `HH:MM` on that day; as an end, midnight is the one that follows. Undefined when nothing of that kind is written. */
export function timeOn(zone: string, day: Day, text: string, end = false): number | undefined {
  const time = parseClock(text);
  if (time === undefined) return undefined;
  return end && time === '00:00' ? dayBounds(zone, day).to : momentOf(zone, day, time);
}
