import type { Instant, Purpose, Session, SessionRef } from '@daybook/contracts';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { browserName } from '../settings/browser-name.js';
import { shortDay } from '../time/format.js';

/** One time that something was opened: by whom there is no question, since only a session of the person can. */
export interface Opening {
  at: Instant;
  purpose: Purpose;
  day: string;
  session: SessionRef;
}
interface OpeningPage {
  items: Opening[];
  next?: string;
}

export const openingsQuery = infiniteQueryOptions({
  queryKey: ['openings'],
  queryFn: ({ pageParam }) =>
    api<OpeningPage>('GET', `/v1/privacy/openings${pageParam ? `?cursor=${encodeURIComponent(pageParam)}` : ''}`),
  initialPageParam: '',
  getNextPageParam: (page) => page.next,
  staleTime: 0,
});

/** Why something was opened, in words. */
export function purposeWords({ purpose, day }: Pick<Opening, 'purpose' | 'day'>): string {
  switch (purpose) {
    case 'day-view':
      return `Day review, ${shortDay(day)}`;
    case 'rules':
      return 'Rules';
    case 'forget-item':
      return `Forgetting something of ${shortDay(day)}`;
    case 'export':
      return `Export, ${shortDay(day)}`;
  }
}

/** `this browser`, `Firefox on Linux`, or one that is no longer signed in. */
export function browserWords(session: SessionRef, sessions: readonly Session[]): string {
  const found = sessions.find((one) => one.id === session);
  if (!found) return 'a browser that has signed out since';
  return found.current ? 'this browser' : browserName(found.browser);
}

/**
 * The same opening several times in a row, within one minute, is one line with a count: a page reads its day more than once.
 *
 *   input:  [day 16:42:03] [day 16:42:01] [rules 16:42] [day 16:41]
 *   output: [day 16:42 ×2]                [rules 16:42] [day 16:41]
 */
export function inRuns(openings: readonly Opening[]): (Opening & { times: number })[] {
  const runs: (Opening & { times: number })[] = [];
  for (const opening of openings) {
    const last = runs.at(-1);
    const same =
      last &&
      last.purpose === opening.purpose &&
      last.day === opening.day &&
      last.session === opening.session &&
      minute(last.at) === minute(opening.at);
    if (same) last.times += 1;
    else runs.push({ ...opening, times: 1 });
  }
  return runs;
}

const minute = (at: string): number => Math.floor(Date.parse(at) / 60_000);
