import type { Day, DayView } from '@daybook/contracts';
import { isoWeekOf } from '@daybook/timekeeping';
import { useMediaQuery } from '@mantine/hooks';
import { onlineManager, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { isProblem } from '../api/client.js';
import { useConsents } from '../consent/consents.js';
import { entriesQuery } from '../entry/entries.js';
import { useMe } from '../me/me.js';
import { useProjects } from '../projects/projects.js';
import { todayIn } from '../time/format.js';
import { weekQuery } from '../week/week-moves.js';
import { draftTitle, whyWords } from './because.js';
import { dayQuery, isExpired, recentEntriesQuery } from './day-query.js';
import {
  draftRows,
  type Edit,
  entryRows,
  groupByProject,
  matchesFilter,
  type Row,
  recentProjects,
  setAside,
  smallBits,
  sureDrafts,
  totalOf,
} from './rows.js';

const NO_ENTRIES: never[] = [];
const NO_DECIDED: DayView['decided'] = [];

/** Everything that the day page shows, from what the server answers and what the person typed. */
export function useDayModel(day: Day, edits: Record<string, Edit>, filter: string) {
  const { timeZone } = useMe();
  const asked = useQuery(dayQuery(day));
  const entries = useQuery(entriesQuery(day));
  const week = useQuery(weekQuery(isoWeekOf(day)));
  const recent = useQuery(recentEntriesQuery(day));
  const consents = useConsents();
  const { byId } = useProjects();
  const online = useSyncExternalStore(
    (changed) => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
  );

  // A vault that was closed meanwhile closes what is on screen too.
  const locked = isProblem(asked.error) && asked.error.status === 423;
  const answer = locked ? undefined : asked.data;
  const view = answer && !isExpired(answer) ? answer : undefined;
  const expired = isExpired(answer) ? answer : undefined;
  const zone = view?.timeZone ?? timeZone;
  const ofDay = entries.data ?? NO_ENTRIES;
  const decided = view?.decided ?? NO_DECIDED;

  const rows = useMemo<Row[]>(
    () => [...(view ? draftRows(view, edits) : []), ...entryRows(ofDay)],
    [view, edits, ofDay],
  );
  const groups = useMemo(() => {
    const text = (row: Row): string =>
      [
        row.project ? byId.get(row.project)?.name : 'no project',
        row.kind === 'entry'
          ? row.entry.note
          : `${draftTitle(row.evidence)} ${whyWords(row.draft.because, row.evidence)
              .map((word) => word.text)
              .join('')}`,
      ].join(' ');
    return groupByProject(filter.trim() ? rows.filter((row) => matchesFilter(text(row), filter.trim())) : rows);
  }, [rows, filter, byId]);
  const order = useMemo(() => groups.flatMap((group) => group.rows), [groups]);
  const today = todayIn(timeZone);

  return {
    today,
    zone,
    view,
    expired,
    locked,
    rows,
    groups,
    order,
    decided,
    entries: ofDay,
    consents: consents.all,
    on: consents.on,
    week: week.data,
    submitted: week.data !== undefined && week.data.state !== 'open' && week.data.state !== 'rejected',
    aside: useMemo(() => setAside(decided, ofDay), [decided, ofDay]),
    bits: useMemo(() => (view ? smallBits(view) : []), [view]),
    recent: useMemo(() => recentProjects([...(recent.data ?? NO_ENTRIES), ...ofDay]), [recent.data, ofDay]),
    sure: useMemo(() => sureDrafts(rows), [rows]),
    drafts: rows.filter((row) => row.kind === 'draft').length,
    seconds: totalOf(rows),
    /** First read, nothing to show yet. */
    loading: (asked.isPending && asked.fetchStatus !== 'paused') || entries.isPending || consents.loading,
    offline: !online || (isProblem(asked.error, 'offline') && !asked.isFetching),
    error: locked ? undefined : (asked.error ?? entries.error),
    again: () => Promise.all([asked.refetch(), entries.refetch()]),
  };
}
export type DayModel = ReturnType<typeof useDayModel>;

/** This minute, while the page shows today. */
export function useNow(on: boolean): number | undefined {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, [on]);
  return on ? now : undefined;
}

/** Where the detail stands: beside the list, over it, or below it. */
export function useLayout(): 'wide' | 'drawer' | 'phone' {
  const wide = useMediaQuery('(min-width: 1200px)', true, { getInitialValueInEffect: false });
  const phone = useMediaQuery('(max-width: 720px)', false, { getInitialValueInEffect: false });
  return phone ? 'phone' : wide ? 'wide' : 'drawer';
}
