import type { ErasureCase, ErasureRequest } from '@daybook/contracts';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';

/** How soon to ask again: every second until every store has answered, then now and then. */
const askAgain = (cases: readonly ErasureCase[] = []): number | false => {
  if (cases.some((one) => one.state === 'unreadable')) return 1_000;
  return cases.some((one) => one.state === 'erased') && 60_000;
};

export const erasuresQuery = queryOptions({
  queryKey: ['erasures'],
  queryFn: async () => (await api<{ items: ErasureCase[] }>('GET', '/v1/privacy/erasures')).items,
  staleTime: 0,
  refetchInterval: ({ state }) => askAgain(state.data),
});

export const erasureQuery = (caseRef: string) =>
  queryOptions({
    queryKey: ['erasures', caseRef],
    queryFn: () => api<ErasureCase>('GET', `/v1/privacy/erasures/${encodeURIComponent(caseRef)}`),
    staleTime: 0,
    refetchInterval: ({ state: { data } }) => askAgain(data && [data]),
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
