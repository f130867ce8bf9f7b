import { type ActivityEvent, BATCH_LIMITS, type Day, type DoorAnswer, type DropReason } from '@daybook/contracts';
import { dayAt, dayBounds, zoneAt } from '@daybook/timekeeping';
import type { CapturedEvent } from './parse-events.js';

/** What of a batch may be kept, by the person's days in order of capture. */
export function sortEvents(
  captured: readonly CapturedEvent[],
  answer: DoorAnswer,
  now: number,
  drop: (reason: DropReason) => void,
): Map<Day, ActivityEvent[]> {
  const accepts = answer.accepts.map(({ from, to }) => ({
    from: Date.parse(from),
    to: to ? Date.parse(to) : Number.POSITIVE_INFINITY,
  }));
  const dayOf = dayFinder(answer);
  const days = new Map<Day, ActivityEvent[]>();
  for (const { event, at, mayBeAhead } of captured) {
    if (!mayBeAhead && at > now + BATCH_LIMITS.aheadSeconds * 1_000) {
      drop('from_the_future');
      continue;
    }
    const day = dayOf(at);
    if (day < answer.keptFrom) {
      drop('too_old');
      continue;
    }
    // What is not yet over counts from now: a meeting ahead is remembered under today's consent.
    const consented =
      accepts.some(({ from, to }) => from <= Math.min(at, now) && Math.min(at, now) < to) ||
      (event.op === 'retract' && accepts.length > 0);
    if (!consented) {
      drop('outside_consent');
      continue;
    }
    const list = days.get(day);
    if (list) list.push(event);
    else days.set(day, [event]);
  }
  return days;
}

/** Asking the calendar costs more than sealing, so each day's bounds are asked once. */
function dayFinder({ timeZones }: DoorAnswer): (at: number) => Day {
  const found: { from: number; to: number; day: Day }[] = [];
  return (at) => {
    const known = timeZones.length === 1 && found.find(({ from, to }) => from <= at && at < to);
    if (known) return known.day;
    const day = dayAt(timeZones, at);
    found.push({ ...dayBounds(zoneAt(timeZones, at), day), day });
    return day;
  };
}
