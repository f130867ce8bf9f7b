import type { Day, DayView, Entry, ExpiredDay } from '@daybook/contracts';
import { addDays } from '@daybook/timekeeping';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.js';

export type DayAnswer = DayView | ExpiredDay;
export const isExpired = (answer: DayAnswer | undefined): answer is ExpiredDay =>
  answer !== undefined && 'expired' in answer;

/** The day, opened for its person. */
export const dayQuery = (day: Day) =>
  queryOptions({
    queryKey: ['day', day],
    queryFn: () => api<DayAnswer>('GET', `/v1/days/${day}`),
  });

/** Entries of the two weeks before, for the projects used last. */
export const recentEntriesQuery = (day: Day) =>
  queryOptions({
    queryKey: ['entries', 'recent', day],
    queryFn: async () =>
      (await api<{ items: Entry[] }>('GET', `/v1/entries?from=${addDays(day, -14)}&to=${day}`)).items,
    staleTime: 60_000,
  });
