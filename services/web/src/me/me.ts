import type { Me } from '@daybook/contracts';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => api<Me>('GET', '/v1/me') });

/** Whoever is signed in; pages inside the shell always have one. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data;
