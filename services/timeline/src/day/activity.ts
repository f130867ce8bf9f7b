import { type ActivityItem, Instant } from '@daybook/contracts';
import { type Heartbeat, instantIn, mergeHeartbeats } from '@daybook/timekeeping';
import type { FoldedEvent } from './fold.js';

/** The same file or page seen again within this time is one item. */
const MERGE_GAP = 5 * 60_000;
/** A visit without a known length. */
const VISIT = 60_000;

/** An item of the day with what it was made of. */
export interface DayItem extends ActivityItem {
  from: number;
  to: number;
  events: FoldedEvent[];
}
interface Seen extends Heartbeat {
  folded: FoldedEvent;
}

/** Events of one day as the person would tell them: merged, in order, with times in their own zone. */
export function activityItems(events: readonly FoldedEvent[], zone: string): DayItem[] {
  const seen = events
    .map((folded): Seen => ({ ...extent(folded), key: keyOf(folded), folded }))
    .sort((a, b) => a.start - b.start || (a.folded.event.id < b.folded.event.id ? -1 : 1));
  return mergeHeartbeats(seen, MERGE_GAP).map(({ start, end, parts }) => {
    const last = parts.at(-1) as Seen;
    return {
      id: `${last.folded.source}-${(parts[0] as Seen).folded.event.id}`,
      source: last.folded.source,
      start: Instant.parse(instantIn(zone, start)),
      ...(end > start && { end: Instant.parse(instantIn(zone, end)) }),
      count: parts.length,
      ...described(last.folded),
      from: start,
      to: end,
      events: parts.map((part) => part.folded),
    };
  });
}

function extent({ event }: FoldedEvent): { start: number; end: number } {
  if ('start' in event) return { start: Date.parse(event.start), end: Date.parse(event.end) };
  if ('hour' in event) return { start: Date.parse(event.hour), end: Date.parse(event.hour) };
  const at = Date.parse(event.at);
  if ('address' in event) return { start: at, end: at + (event.seconds === undefined ? VISIT : event.seconds * 1_000) };
  return { start: at, end: at };
}

function keyOf({ source, event }: FoldedEvent): string {
  if ('path' in event) return `${source} ${event.path}`;
  if ('address' in event) return `${source} ${event.address}`;
  return `${source} ${event.id}`;
}

function described({ event }: FoldedEvent): Pick<ActivityItem, 'title' | 'detail'> {
  if ('path' in event) return { title: event.name, detail: { path: event.path } };
  if ('address' in event)
    return { title: event.title || event.address, detail: { address: event.address, browser: event.browser } };
  if ('subject' in event) return { title: event.subject, detail: { from: event.from, to: event.to } };
  if ('invitees' in event)
    return {
      title: event.name,
      detail: { invitees: event.invitees, ...(event.location && { location: event.location }) },
    };
  if ('card' in event) return { title: event.card, detail: { board: event.board, kind: event.kind } };
  return { title: event.channel, detail: { count: event.count } };
}
