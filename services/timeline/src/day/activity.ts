import type { ActivityItem, Instant } from '@daybook/contracts';
import { type Heartbeat, instantIn, mergeHeartbeats } from '@daybook/timekeeping';
import type { FoldedEvent } from './fold.js';

/** The same file or page seen again within this time is one item. */
const MERGE_GAP = 5 * 60_000;
/** A visit without a known length. */
const VISIT = 60_000;

/** An event with its extent in epoch milliseconds; a save is a moment. */
export interface SeenEvent extends FoldedEvent, Heartbeat {}
/** An item of the day with what it was made of. */
export interface DayItem extends ActivityItem {
  events: SeenEvent[];
}

/** Events of one day as the person would tell them: merged, in order, with times in their own zone. */
export function activityItems(events: readonly FoldedEvent[], zone: string): DayItem[] {
  const seen = events
    .map((folded): SeenEvent => ({ ...folded, ...extentOf(folded), key: keyOf(folded) }))
    .sort((a, b) => a.start - b.start || (a.event.id < b.event.id ? -1 : 1));
  return mergeHeartbeats(seen, MERGE_GAP).map(({ start, end, parts }) => {
    const [first, last] = [parts[0] as SeenEvent, parts.at(-1) as SeenEvent];
    return {
      id: `${first.source}-${first.event.id}`,
      source: first.source,
      start: instantIn(zone, start) as Instant,
      ...(end > start && { end: instantIn(zone, end) as Instant }),
      count: parts.length,
      ...described(last),
      events: parts,
    };
  });
}

function extentOf({ event }: FoldedEvent): { start: number; end: number } {
  if ('start' in event) return { start: Date.parse(event.start), end: Date.parse(event.end) };
  const at = Date.parse('hour' in event ? event.hour : event.at);
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
