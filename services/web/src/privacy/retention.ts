import type { Day, Instant } from '@daybook/contracts';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.js';

export interface Retention {
  schedule: { months: number };
  keptFrom: Day;
  nextDeletion: { at: Instant; days: [Day, Day] };
}

export const retentionQuery = queryOptions({
  queryKey: ['retention'],
  queryFn: () => api<Retention>('GET', '/v1/privacy/retention'),
});

const NAME = new Intl.DateTimeFormat('en-GB', { month: 'long', timeZone: 'UTC' });

/** The months that are kept, oldest first: the first is the next to go, the last is the one that runs. */
export function keptMonths({ keptFrom, schedule }: Pick<Retention, 'keptFrom' | 'schedule'>): string[] {
  const [year = 0, month = 1] = keptFrom.split('-').map(Number);
  return Array.from({ length: schedule.months }, (_, n) => NAME.format(new Date(Date.UTC(year, month - 1 + n, 1))));
}
