import type { Entry, IsoWeek, NewEntry, Project } from '@daybook/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { newId } from '../api/client.js';
import { useEntryChanges } from '../entry/entries.js';
import { toast, toastProblem } from '../kit/toast.js';
import { duration, shortDay } from '../time/format.js';
import { type Cell, typingInto } from './grid.js';
import { showAtOnce } from './week-moves.js';

/** Changes a week by what was typed into a cell or taken out of it. Each change is on its way and on screen at once. */
export function useTypedTime(week: IsoWeek) {
  const cache = useQueryClient();
  const { add, change, remove } = useEntryChanges();

  const put = async (entry: Entry) => {
    add.mutate(asNew(entry), { onError: toastProblem });
    await showAtOnce(cache, week, (entries) => [...entries, entry]);
  };
  const takeOut = async (entry: Entry) => {
    remove.mutate(entry.id, {
      onSuccess: () =>
        toast(`${duration(entry.seconds)} on ${shortDay(entry.day)} removed`, () =>
          // A new id: the old one was removed for good.
          put({ ...entry, id: newId() as Entry['id'] }),
        ),
      onError: toastProblem,
    });
    await showAtOnce(cache, week, (entries) => entries.filter((one) => one.id !== entry.id));
  };
  const set = async (project: Project, cell: Cell, seconds: number) => {
    const typing = typingInto(cell);
    if (typing.kind === 'none' || seconds === cell.seconds) return;
    if (typing.kind === 'add') {
      const { id, billable } = project;
      const entry: Entry = { id: newId() as Entry['id'], day: cell.day, seconds, project: id, billable, state: 'open' };
      return put(entry);
    }
    const { entry } = typing;
    if (seconds === 0) return takeOut(entry);
    change.mutate({ id: entry.id, change: { seconds } }, { onError: toastProblem });
    await showAtOnce(cache, week, (entries) => entries.map((one) => (one.id === entry.id ? { ...one, seconds } : one)));
  };
  return { set, takeOut };
}

const asNew = ({ state, ...entry }: Entry): NewEntry => entry;
