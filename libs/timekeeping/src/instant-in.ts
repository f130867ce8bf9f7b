import { Temporal } from 'temporal-polyfill';

/** RFC 3339 with the zone's offset at that moment, in whole seconds. */
export function instantIn(zone: string, at: number): string {
  const { offsetMs, offset } = stretchAt(zone, at);
  return `${new Date(at + offsetMs).toISOString().slice(0, 19)}${offset}`;
}

/** Time between two changes of a zone's clocks. */
interface Stretch {
  from: number;
  to: number;
  offsetMs: number;
  offset: string;
}
/** The last one asked for, by zone: the calendar is slow to ask, and a day lies in one stretch or two. */
const stretches = new Map<string, Stretch>();

function stretchAt(zone: string, at: number): Stretch {
  const known = stretches.get(zone);
  if (known && known.from <= at && at < known.to) return known;
  const moment = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const stretch = {
    // The moment itself may be the change: what came before it is asked from a millisecond on.
    from:
      moment.add({ milliseconds: 1 }).getTimeZoneTransition('previous')?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    to: moment.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: moment.offsetNanoseconds / 1_000_000,
    offset: moment.toString({ timeZoneName: 'never' }).slice(-6),
  };
  stretches.set(zone, stretch);
  return stretch;
}
