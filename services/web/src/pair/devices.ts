import type { Device } from '@daybook/contracts';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { meQuery } from '../me/me.js';

/** Computers that are paired now. */
export const devicesQuery = queryOptions({
  queryKey: ['devices'],
  queryFn: async () => (await api<{ items: Device[] }>('GET', '/v1/me/devices')).items,
});

export function useRevokeDevice() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api('DELETE', `/v1/me/devices/${id}`),
    onSettled: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: devicesQuery.queryKey }),
        cache.invalidateQueries({ queryKey: meQuery.queryKey }),
      ]),
  });
}
