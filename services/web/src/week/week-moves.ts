import type { Day, Entry, IsoWeek, ProjectRef, TaskRef, Timesheet } from '@daybook/contracts';
import { type QueryClient, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, isProblem } from '../api/client.js';
import { type Change, changesBetween } from './changes.js';

export const weekQuery = (week: IsoWeek) =>
  queryOptions({ queryKey: ['week', week], queryFn: () => api<Timesheet>('GET', `/v1/timesheets/${week}`) });

/** What a manager gets of a week, and all that they get. */
export interface ManagerView {
  week: IsoWeek;
  state: Timesheet['state'];
  minutes: number;
  rows: { day: Day; project: ProjectRef; task?: TaskRef; note?: string; minutes: number }[];
}
/** The sheet is read first: should it change before the view is read, submitting it is refused. */
export const managerViewQuery = (week: IsoWeek) =>
  queryOptions({
    queryKey: ['week', week, 'manager-view'],
    queryFn: async () => {
      const sheet = await api<Timesheet>('GET', `/v1/timesheets/${week}`);
      return { sheet, view: await api<ManagerView>('GET', `/v1/timesheets/${week}/manager-view`) };
    },
  });

/** The week is no longer what was on screen; nothing was submitted or recalled. */
export class WeekChanged extends Error {
  constructor(readonly changes: Change[]) {
    super('The week changed meanwhile');
  }
}

/** Submits or recalls exactly the week that was seen. */
export function useMoveWeek(week: IsoWeek) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ to, seen }: { to: 'submit' | 'recall'; seen: Timesheet }) => move(cache, week, to, seen),
    onSettled: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: ['week', week] }),
        cache.invalidateQueries({ queryKey: ['entries'] }),
      ]),
  });
}

async function move(cache: QueryClient, week: IsoWeek, to: 'submit' | 'recall', seen: Timesheet): Promise<Timesheet> {
  const post = (version: number) =>
    api<Timesheet>('POST', `/v1/timesheets/${week}/${to}`, { headers: { 'if-match': `"${version}"` } });
  try {
    return await post(seen.version);
  } catch (error) {
    if (!isProblem(error, 'timesheet_changed')) throw error;
    const now = await cache.fetchQuery({ ...weekQuery(week), staleTime: 0 });
    const changes = changesBetween(seen, now);
    // Only the version was older than the screen: what was typed here a moment ago has arrived since.
    if (changes.length === 0) return post(now.version);
    throw new WeekChanged(changes);
  }
}

/** Waits for what is still on its way to the server, so that a submitted week holds everything on screen. */
export async function changesArrived(cache: QueryClient): Promise<void> {
  while (cache.isMutating() > 0)
    await new Promise<void>((done) => {
      const stop = cache.getMutationCache().subscribe(() => {
        stop();
        done();
      });
    });
}

/** Shows a change before the server has answered; the answer then replaces it. */
export async function showAtOnce(cache: QueryClient, week: IsoWeek, change: (entries: Entry[]) => Entry[]) {
  await cache.cancelQueries({ queryKey: ['week', week], exact: true });
  cache.setQueryData(weekQuery(week).queryKey, (sheet) => {
    if (!sheet) return sheet;
    const entries = change(sheet.entries);
    return { ...sheet, entries, seconds: entries.reduce((sum, entry) => sum + entry.seconds, 0) };
  });
}
