import type { Entry, EntryChange, NewEntry } from '@daybook/contracts';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';

export const entriesQuery = (day: string) =>
  queryOptions({
    queryKey: ['entries', day],
    queryFn: async () => (await api<{ items: Entry[] }>('GET', `/v1/entries?day=${day}`)).items,
  });

/** Everything that changes time entries, and what is read again afterwards. */
export function useEntryChanges() {
  const cache = useQueryClient();
  const again = () =>
    Promise.all([cache.invalidateQueries({ queryKey: ['entries'] }), cache.invalidateQueries({ queryKey: ['week'] })]);
  return {
    add: useMutation({
      mutationFn: (entry: NewEntry) => api<Entry>('POST', '/v1/entries', { body: entry }),
      onSettled: again,
    }),
    change: useMutation({
      mutationFn: ({ id, change }: { id: string; change: EntryChange }) =>
        api<Entry>('PATCH', `/v1/entries/${id}`, { body: change }),
      onSettled: again,
    }),
    remove: useMutation({
      mutationFn: (id: string) => api('DELETE', `/v1/entries/${id}`),
      onSettled: again,
    }),
  };
}
