import type { Me, MeChange } from '@daybook/contracts';
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '../api/client.js';

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => api<Me>('GET', '/v1/me') });

/** Whoever is signed in; pages inside the shell always have one. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data;

/** Whether single keys do something; on unless the person switched them off. */
export const useSingleKeys = (): boolean => useMe().settings.singleKeys !== false;

export function useChangeMe() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (change: z.input<typeof MeChange>) => api<Me>('PATCH', '/v1/me', { body: change }),
    onSuccess: (me) => cache.setQueryData(meQuery.queryKey, me),
  });
}
