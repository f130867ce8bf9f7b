import type { Session } from '@daybook/contracts';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.js';

/** Browsers in which the person is signed in. */
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async () => (await api<{ items: Session[] }>('GET', '/v1/me/sessions')).items,
});
