import type { ActivityItem, Day, DayView, Entry, NewEntry } from '@daybook/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api } from '../api/client.js';
import { entriesQuery } from '../entry/entries.js';
import { toast, toastProblem } from '../kit/toast.js';
import { counted, duration } from '../time/format.js';
import { type DayAnswer, dayQuery } from './day-query.js';
import { acceptDraft, entryOf, HalfAccepted, ignoreDraft, putAway, takeBack } from './decide.js';
import type { DraftRow } from './rows.js';

/** Everything the person does with drafts and entries of one day; each has its way back. */
export function useReview(day: Day) {
  const cache = useQueryClient();
  const [unfinished, setUnfinished] = useState<HalfAccepted[]>([]);
  const undos = useRef<(() => void)[]>([]);

  const again = () =>
    Promise.all([
      cache.invalidateQueries({ queryKey: ['day', day] }),
      cache.invalidateQueries({ queryKey: ['entries'] }),
      cache.invalidateQueries({ queryKey: ['week'] }),
    ]);
  const failed = (error: unknown) => {
    if (error instanceof HalfAccepted) setUnfinished((known) => [...known, error]);
    else toastProblem(error);
  };
  /** A line with Undo; the key goes further back. The same undo happens once. */
  const offerUndo = (message: string, undo: () => Promise<unknown>) => {
    const once = () => {
      hide();
      undos.current = undos.current.filter((one) => one !== once);
      undo()
        .then(() => toast('Undone'))
        .catch(toastProblem)
        .finally(again);
    };
    const hide = toast(message, once);
    undos.current.push(once);
  };
  /** Shows the outcome before the server has answered; what was refused comes back with the next read. */
  const foresee = async (rows: readonly DraftRow[], entries: readonly NewEntry[]) => {
    await Promise.all([
      cache.cancelQueries({ queryKey: ['day', day] }),
      cache.cancelQueries({ queryKey: ['entries'] }),
    ]);
    const away = new Set(rows.map((row) => row.draft.id));
    cache.setQueryData<DayAnswer>(dayQuery(day).queryKey, (view) =>
      view && 'drafts' in view ? { ...view, drafts: view.drafts.filter((draft) => !away.has(draft.id)) } : view,
    );
    cache.setQueryData<Entry[]>(entriesQuery(day).queryKey, (known = []) => [
      ...known,
      ...entries.map((entry) => ({ billable: true, state: 'open', ...entry }) as Entry),
    ]);
  };

  const accept = async (rows: readonly DraftRow[]) => {
    const taken = rows.map((row) => ({ row, entry: entryOf(day, row) }));
    await foresee(
      rows,
      taken.map(({ entry }) => entry),
    );
    const done: typeof taken = [];
    try {
      // One after the other: they change the same week.
      for (const one of taken) {
        await acceptDraft(day, one.row, one.entry);
        done.push(one);
      }
    } catch (error) {
      failed(error);
    }
    if (done.length) {
      const seconds = done.reduce((sum, { row }) => sum + row.seconds, 0);
      offerUndo(`Accepted ${counted(done.length, 'draft')}, ${duration(seconds)}`, async () => {
        for (const { row, entry } of done) await takeBack(day, row.draft.id, entry.id);
      });
    }
    await again();
  };
  const ignore = async (row: DraftRow) => {
    await foresee([row], []);
    await ignoreDraft(day, row)
      .then(() => offerUndo('Ignored. Its traces stay until they are deleted', () => takeBack(day, row.draft.id)))
      .catch(failed);
    await again();
  };
  return {
    accept,
    ignore,
    unfinished,
    /** Tries again to put the draft of an added entry away. */
    finish: async (half: HalfAccepted) => {
      setUnfinished((known) => known.filter((one) => one !== half));
      await putAway(day, half.row, half.entry)
        .then(() => toast('The draft is put away'))
        .catch(failed);
      await again();
    },
    /** Takes the added entry away again, so that the draft stands as before. */
    giveUp: async (half: HalfAccepted) => {
      setUnfinished((known) => known.filter((one) => one !== half));
      await takeBack(day, half.row.draft.id, half.entry).catch((error: unknown) => {
        setUnfinished((known) => [...known, half]);
        toastProblem(error);
      });
      await again();
    },
    bringBack: async ({ id }: DayView['decided'][number]) => {
      await takeBack(day, id).catch(toastProblem);
      await again();
    },
    removeEntry: async (entry: Entry) => {
      const { state: _, ...body } = entry;
      await api('DELETE', `/v1/entries/${entry.id}`)
        .then(() => offerUndo('Entry deleted', () => api('POST', '/v1/entries', { body })))
        .catch(toastProblem);
      await again();
    },
    forget: async (item: ActivityItem) => {
      await api('DELETE', `/v1/days/${day}/activity/${encodeURIComponent(item.id)}`)
        .then(() => toast(`Forgotten for good: ${item.title}`))
        .catch(toastProblem);
      await again();
    },
    offerUndo,
    undo: () => {
      const last = undos.current.at(-1);
      if (last) last();
      else toast('There is nothing to undo');
    },
  };
}
export type Review = ReturnType<typeof useReview>;
