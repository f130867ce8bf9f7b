import type { Consent, Source } from '@daybook/contracts';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';

export const consentsQuery = queryOptions({
  queryKey: ['consents'],
  queryFn: async () => (await api<{ items: Consent[] }>('GET', '/v1/privacy/consents')).items,
});

export interface ConsentWish {
  source: Source;
  change: Partial<Pick<Consent, 'until' | 'schedule' | 'includesPastSince'>> & {
    state: Consent['state'];
    version?: number;
  };
}

/** Sources in the state the person left them, and the one way to change them. */
export function useConsents() {
  const { data = [], isLoading, error } = useQuery(consentsQuery);
  return {
    all: data,
    on: data.filter((consent) => consent.state === 'on'),
    paused: data.filter((consent) => consent.state === 'paused'),
    loading: isLoading,
    error,
  };
}

export function useChangeConsents() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (wishes: ConsentWish[]) =>
      Promise.all(
        wishes.map(({ source, change }) => api<Consent>('PUT', `/v1/privacy/consents/${source}`, { body: change })),
      ),
    onSettled: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: ['consents'] }),
        cache.invalidateQueries({ queryKey: ['day'] }),
      ]),
  });
}
