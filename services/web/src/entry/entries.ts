import type { Entry, EntryChange, NewEntry } from '@daybook/contracts';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';

export const entriesQuery = (day: string) =>
  queryOptions({
    queryKey: ['entries', day],
    queryFn: async () => (await api<{ items: Entry[] }>('GET', `/v1/entries?day=${day}`)).items,
  });

const CHANGES = ['entry-changes'];

/** Everything that changes time entries, and what is read again afterwards. */
export function useEntryChanges() {
  const cache = useQueryClient();
  /** After the last of several that are on their way: an answer from between them would take away what is already on screen. */
  const again = () => {
    if (cache.isMutating({ mutationKey: CHANGES }) > 1) return;
    // Nobody waits for the reading, so that the next change is not counted beside one that is done.
    void cache.invalidateQueries({ queryKey: ['entries'] });
    void cache.invalidateQueries({ queryKey: ['week'] });
  };
  return {
    add: useMutation({
      mutationKey: CHANGES,
      mutationFn: (entry: NewEntry) => api<Entry>('POST', '/v1/entries', { body: entry }),
      onSettled: again,
    }),
    change: useMutation({
      mutationKey: CHANGES,
      mutationFn: ({ id, change }: { id: string; change: EntryChange }) =>
        api<Entry>('PATCH', `/v1/entries/${id}`, { body: change }),
      onSettled: again,
    }),
    remove: useMutation({
      mutationKey: CHANGES,
      mutationFn: (id: string) => api('DELETE', `/v1/entries/${id}`),
      onSettled: again,
    }),
  };
}
