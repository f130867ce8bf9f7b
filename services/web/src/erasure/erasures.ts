import type { ErasureCase, ErasureRequest } from '@daybook/contracts';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';

export const erasuresQuery = queryOptions({
  queryKey: ['erasures'],
  queryFn: async () => (await api<{ items: ErasureCase[] }>('GET', '/v1/privacy/erasures')).items,
});

/** A case, asked again every second until every store has answered, then now and then. */
export const erasureQuery = (caseRef: string) =>
  queryOptions({
    queryKey: ['erasures', caseRef],
    queryFn: () => api<ErasureCase>('GET', `/v1/privacy/erasures/${encodeURIComponent(caseRef)}`),
    refetchInterval: ({ state: { data } }) => {
      if (!data || data.state === 'purged') return false;
      return data.state === 'unreadable' ? 1_000 : 60_000;
    },
  });

export function useErase() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (request: ErasureRequest) => api<ErasureCase>('POST', '/v1/privacy/erasures', { body: request }),
    onSuccess: (opened) => {
      cache.setQueryData(erasureQuery(opened.caseRef).queryKey, opened);
      // What is on screen or kept in this tab is part of what was to be forgotten.
      cache.removeQueries({ queryKey: ['day'] });
      cache.removeQueries({ queryKey: ['rules'] });
      return cache.invalidateQueries({ queryKey: erasuresQuery.queryKey, exact: true });
    },
  });
}
