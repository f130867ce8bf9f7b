import type { ConsentSchedule, TimeZoneHistory } from '@daybook/contracts';
import { addDays, dayAt, type Interval, intersect, momentOf, subtract, weekday, zoneAt } from '@daybook/timekeeping';
import type { ConsentStream } from './consent.js';
import type { ConsentedInterval } from './consent-reader.js';

const FOR_EVER = 8_640_000_000_000_000;
const DAY = 86_400_000;
/** Schedules are laid out over what retention keeps, and a little ahead for clocks that differ. */
const BACK = 100 * DAY;
const AHEAD = 2 * DAY;

/**
 * Capture times that a consent covers.
 *
 *   past consent:  [─────────)
 *   on since:                [──────────────────────────>
 *   schedule:      ▏ ▇▇▇ ▏ ▇▇▇ ▏ ▇▇▇ ▏      (each day, own zone)
 *   pauses:                        [──)
 *   covered:       [─────────) [─)  [) [─)  …
 */
export function consentedTime(state: ConsentStream, zones: TimeZoneHistory, now: number): ConsentedInterval[] {
  if (state.status !== 'given') return [];
  const since = Date.parse(state.since);
  const pauses = state.pauses.map((pause) => ({
    start: Date.parse(pause.from),
    end: pause.until ? Date.parse(pause.until) : FOR_EVER,
  }));
  const covered = state.stretches.flatMap((stretch, n): Interval[] => {
    const next = state.stretches[n + 1];
    const whole = { start: Date.parse(stretch.from), end: next ? Date.parse(next.from) : FOR_EVER };
    return stretch.schedule
      ? intersect(
          [whole],
          scheduled(stretch.schedule, zones, Math.max(whole.start, now - BACK), Math.min(whole.end, now + AHEAD)),
        )
      : [whole];
  });
  const present = subtract(covered, pauses).map((one) => ({ ...one, past: false, recordedAt: since }));
  if (!state.past) return present;
  const past = {
    start: Date.parse(state.past.from),
    end: Math.max(since, Date.parse(state.past.recordedAt)),
    past: true,
    recordedAt: Date.parse(state.past.recordedAt),
  };
  return past.end > past.start ? [past, ...present] : present;
}

/** The schedule's hours on every day between, in the zone of each day. */
function scheduled(schedule: ConsentSchedule, zones: TimeZoneHistory, from: number, to: number): Interval[] {
  const hours: Interval[] = [];
  for (
    let day = addDays(dayAt(zones, from), -1), last = addDays(dayAt(zones, to), 1);
    day <= last;
    day = addDays(day, 1)
  ) {
    if (!schedule.days.includes(weekday(day))) continue;
    const zone = zoneAt(zones, Date.parse(`${day}T12:00:00Z`));
    const start = momentOf(zone, day, schedule.from);
    const end = momentOf(zone, schedule.to <= schedule.from ? addDays(day, 1) : day, schedule.to);
    hours.push({ start, end });
  }
  return hours;
}
