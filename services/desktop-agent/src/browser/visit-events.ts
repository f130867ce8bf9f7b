import { type ActivityEvent, Retract, WebEvent } from '@daybook/contracts';
import type { BrowserProfile, Progress } from '../home/agent-home.js';
import { eventId, momentOf } from '../watch/save-event.js';
import { browserName, type Reading, type Visit } from './history.js';

/** Looked at again: pages still open get longer, and what the person deletes in the browser is taken back. */
const LOOK_BACK_MS = 24 * 60 * 60_000;

type History = Progress['histories'][string];

/** A visit as an event. It gets longer, and its title may come later: each raises its revision, so that the last reading wins. */
export function visitEvent(
  key: string,
  profile: BrowserProfile,
  { at, seconds, address, title }: Visit,
): WebEvent | undefined {
  const parsed = WebEvent.safeParse({
    id: eventId(key, 'web', address, at),
    rev: 2 * (seconds ?? 0) + (title ? 1 : 0),
    at: momentOf(at),
    ...(seconds !== undefined && { seconds }),
    address,
    title,
    browser: browserName(profile),
  });
  return parsed.success ? parsed.data : undefined;
}

/** From when on a history is to be read. */
export const readFrom = (known: History | undefined, consentedFrom: number): number =>
  Math.max(consentedFrom, known ? known.until - LOOK_BACK_MS : consentedFrom);

/**
 * What is new since the last reading: visits, longer visits, and retracts of what the person deleted in the browser; and what to know
 * at the next.
 *
 *   known:   a  b     c(2 s)
 *   now:     a        c(9 s)  d
 *   events:     -b    c(9 s)  d
 */
export function newVisits(
  { key, profile, known, from }: { key: string; profile: BrowserProfile; known: History | undefined; from: number },
  { visits, moreAfter }: Reading,
  covered: (at: number) => boolean,
): { events: ActivityEvent[]; next: History } {
  const before = new Map(known?.recent.map((one) => [one.id, one]));
  const events = visits.filter(({ at }) => covered(at)).flatMap((visit) => visitEvent(key, profile, visit) ?? []);
  const ids = new Set(visits.flatMap((visit) => visitEvent(key, profile, visit)?.id ?? []));
  const readUntil = moreAfter ?? Number.POSITIVE_INFINITY;
  const gone = [...before.values()].filter(({ id, at }) => at >= from && at < readUntil && !ids.has(id));
  const until = visits.reduce((latest, { at }) => Math.max(latest, at), known?.until ?? from);
  const recent = new Map(before);
  for (const { id, at, rev } of events) recent.set(id, { id, at: Date.parse(at), rev });
  for (const { id } of gone) recent.delete(id);
  return {
    events: [
      ...events.filter(({ id, rev }) => (before.get(id)?.rev ?? -1) < rev),
      ...gone.map(({ id, at, rev }) =>
        Retract.parse({ id, rev: rev + 1, op: 'retract', at: new Date(at).toISOString() }),
      ),
    ],
    next: { until, recent: [...recent.values()].filter(({ at }) => at >= until - LOOK_BACK_MS) },
  };
}
