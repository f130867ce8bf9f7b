import type { Tag, Task } from '@daybook/contracts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';

export const tasksQuery = queryOptions({
  queryKey: ['tasks'],
  queryFn: async () => (await api<{ items: Task[] }>('GET', '/v1/tasks')).items,
});
export const tagsQuery = queryOptions({
  queryKey: ['tags'],
  queryFn: async () => (await api<{ items: Tag[] }>('GET', '/v1/tags')).items,
});

/** Every task by its id, archived ones too: old entries still name them. */
export function useTasks(): Map<string, Task> {
  const { data = [] } = useQuery(tasksQuery);
  return new Map(data.map((task) => [task.id, task]));
}
