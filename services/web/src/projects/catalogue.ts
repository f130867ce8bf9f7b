import type { Client, Project, ProjectChange } from '@daybook/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { api, isProblem, newId } from '../api/client.js';
import { problemText } from '../kit/problem-note.js';
import { toast, toastProblem } from '../kit/toast.js';

export type Kind = 'clients' | 'projects' | 'tasks' | 'tags';
/** What all four have in common. */
export interface Named {
  id: string;
  name: string;
  archived: boolean;
}
type Wish = { kind: Kind; id?: string; body: object };

/** Adds and changes clients, projects, tasks and tags; their lists are read again afterwards. */
export function useCatalogue() {
  const cache = useQueryClient();
  const write = useMutation({
    mutationFn: ({ kind, id, body }: Wish) =>
      id
        ? api<Named>('PATCH', `/v1/${kind}/${id}`, { body })
        : api<Named>('POST', `/v1/${kind}`, { body: { id: newId(), ...body } }),
    onSettled: (_, __, { kind }) => cache.invalidateQueries({ queryKey: [kind] }),
  });
  const change = (kind: Kind, id: string, body: z.infer<typeof ProjectChange>) => write.mutateAsync({ kind, id, body });
  const archive = async (kind: Kind, item: Named, archived = !item.archived) => {
    try {
      await change(kind, item.id, { archived });
      keepFocus();
      toast(`${item.name} ${archived ? 'archived' : 'restored'}`, () => void archive(kind, item, !archived));
    } catch (error) {
      toastProblem(kindly(error));
    }
  };
  return {
    add: (kind: Kind, body: object) => write.mutateAsync({ kind, body }),
    change,
    archive,
    addClient: (name: string) => write.mutateAsync({ kind: 'clients', body: { name } }) as Promise<Client>,
    addProject: (body: Partial<Project>) => write.mutateAsync({ kind: 'projects', body }) as Promise<Project>,
  };
}

/** The button of a row that went away had the focus: the page has it then, not nobody. */
const keepFocus = (): void =>
  void requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.getElementById('page')?.focus();
  });

/** Who may not change projects is told whom to ask. */
export const kindly = (error: unknown): unknown =>
  isProblem(error, 'role_required') ? Object.assign(error, { detail: ASK }) : error;
const ASK = 'Only an owner or manager of your organisation changes these. Ask one of them; nothing was changed.';
export const kindText = (error: unknown): string => problemText(kindly(error));
