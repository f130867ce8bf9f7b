import { type ActivityEvent, Instant, Retract, WebEvent } from '@daybook/contracts';
import type { AgentHome, BrowserProfile } from '../home/agent-state.js';
import { eventId } from '../watch/save-event.js';
import { browserName, type Visit, visitsSince } from './history.js';

/** A page that is still open gets longer: the last half hour is read again. */
const OVERLAP_MS = 30 * 60_000;

/** A visit as an event. The longer it was looked at, the higher its revision, so that the last reading wins. */
export function visitEvent(
  key: string,
  profile: BrowserProfile,
  { at, seconds, address, title }: Visit,
): WebEvent | undefined {
  const parsed = WebEvent.safeParse({
    id: eventId(key, 'web', address, at),
    rev: seconds,
    at: Instant.parse(new Date(at).toISOString()),
    seconds,
    address,
    title,
    browser: browserName(profile),
  });
  return parsed.success ? parsed.data : undefined;
}

/**
 * What is new in a profile since it was last read: visits, longer visits, and retracts of what the person deleted in the browser. The
 * cursor moves only when the caller has kept them.
 */
export function newVisits(
  home: AgentHome,
  profile: BrowserProfile,
  startAt: number,
): { events: ActivityEvent[]; done: () => void } {
  const state = home.read();
  const known = state.histories[profile.file] ?? { until: startAt, recent: [] };
  const from = Math.max(startAt, known.until - OVERLAP_MS);
  const visits = visitsSince(profile, from).flatMap((visit) => visitEvent(state.key, profile, visit) ?? []);
  const before = new Map(known.recent.map((one) => [one.id, one]));
  const ids = new Set(visits.map((visit) => visit.id));
  const fresh = visits.filter((visit) => (before.get(visit.id)?.rev ?? -1) < visit.rev);
  const gone = known.recent
    .filter((one) => one.at >= from && !ids.has(one.id))
    .map((one) => Retract.parse({ id: one.id, rev: one.rev + 1, op: 'retract', at: new Date(one.at).toISOString() }));
  const until = visits.reduce((latest, visit) => Math.max(latest, Date.parse(visit.at)), known.until);
  return {
    events: [...fresh, ...gone],
    done: () => {
      home.update((next) => {
        next.histories[profile.file] = {
          until,
          recent: visits
            .filter((visit) => Date.parse(visit.at) >= until - OVERLAP_MS)
            .map((visit) => ({ id: visit.id, at: Date.parse(visit.at), rev: visit.rev })),
        };
      });
    },
  };
}
