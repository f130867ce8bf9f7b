import type { Consent, ConsentSchedule, Source } from '@daybook/contracts';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';

export const consentsQuery = queryOptions({
  queryKey: ['consents'],
  queryFn: async () => (await api<{ items: Consent[] }>('GET', '/v1/privacy/consents')).items,
});

export interface ConsentWish {
  source: Source;
  change: Partial<Pick<Consent, 'until' | 'includesPastSince'>> & {
    state: Consent['state'];
    /** null takes the schedule away; absent leaves it. */
    schedule?: ConsentSchedule | null;
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
  const again = useReadAgain();
  return useMutation({
    mutationFn: (wishes: ConsentWish[]) =>
      Promise.all(
        wishes.map(({ source, change }) => api<Consent>('PUT', `/v1/privacy/consents/${source}`, { body: change })),
      ),
    onSettled: again,
  });
}

/** Switches every source off at once; answers when nothing more can be accepted (P5). */
export function useStopEverything() {
  const again = useReadAgain();
  return useMutation({
    mutationFn: () => api<{ items: Consent[] }>('PUT', '/v1/privacy/consents', { body: { state: 'off' } }),
    onSettled: again,
  });
}

function useReadAgain() {
  const cache = useQueryClient();
  return () =>
    Promise.all([cache.invalidateQueries({ queryKey: ['consents'] }), cache.invalidateQueries({ queryKey: ['day'] })]);
}
