import { type ActivityEvent, type Day, type DoorAnswer, type DropReason } from '@daybook/contracts';
import { dayAt, dayBounds, zoneAt } from '@daybook/timekeeping';
import type { CapturedEvent } from './parse-events.js';

/** What of a batch may be kept, by the person's days. */
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
    if (at > now + mayBeAhead) {
      drop('from_the_future');
      continue;
    }
    const day = dayOf(at);
    if (day < answer.keptFrom) {
      drop('too_old');
      continue;
    }
    // What is not yet over counts from now: a meeting ahead is remembered under today's consent.
    const when = Math.min(at, now);
    // Taking something back needs no consent of its own.
    const consented = event.op === 'retract' || accepts.some(({ from, to }) => from <= when && when < to);
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

/** Asking the calendar costs more than sealing, so the bounds of each day are asked once, within each zone that the person lived in. */
function dayFinder({ timeZones }: DoorAnswer): (at: number) => Day {
  const begins = timeZones.slice(1).map(({ from }) => Date.parse(from));
  const found: { from: number; to: number; day: Day }[] = [];
  return (at) => {
    const known = found.find(({ from, to }) => from <= at && at < to);
    if (known) return known.day;
    const day = dayAt(timeZones, at);
    const { from, to } = dayBounds(zoneAt(timeZones, at), day);
    found.push({
      from: Math.max(from, ...begins.filter((begin) => begin <= at)),
      to: Math.min(to, ...begins.filter((begin) => begin > at)),
      day,
    });
    return day;
  };
}
