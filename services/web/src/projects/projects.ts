import type { Client, Project } from '@daybook/contracts';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: async () => (await api<{ items: Project[] }>('GET', '/v1/projects')).items,
});
export const clientsQuery = queryOptions({
  queryKey: ['clients'],
  queryFn: async () => (await api<{ items: Client[] }>('GET', '/v1/clients')).items,
});

/** Every project by its id, archived ones too: old entries still name them. */
export function useProjects(): { all: Project[]; open: Project[]; byId: Map<string, Project>; loading: boolean } {
  const { data = [], isLoading } = useQuery(projectsQuery);
  return {
    all: data,
    open: data.filter((project) => !project.archived),
    byId: new Map(data.map((project) => [project.id, project])),
    loading: isLoading,
  };
}
export function useClients(): { all: Client[]; byId: Map<string, Client> } {
  const { data = [] } = useQuery(clientsQuery);
  return { all: data, byId: new Map(data.map((client) => [client.id, client])) };
}

export function useCreateProject() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (project: { name: string; client?: string; colour?: Project['colour']; billable?: boolean }) =>
      api<Project>('POST', '/v1/projects', { body: project }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['projects'] }),
  });
}
