import type { Client, Project } from '@daybook/contracts';

export interface ProjectGroup {
  /** Absent: projects without a client. */
  client?: Client;
  projects: Project[];
}

/** Projects by client, clients by name, those without one last. Archived ones only when wanted; a client that has nothing to show stays if it is in use itself. */
export function groupsOf(clients: readonly Client[], projects: readonly Project[], archived: boolean): ProjectGroup[] {
  const shown = projects.filter((project) => archived || !project.archived);
  const of = (client?: string) => shown.filter((project) => project.client === client);
  const known = new Set<string>(clients.map((client) => client.id));
  const groups = [...clients]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((client): ProjectGroup => ({ client, projects: of(client.id) }))
    .filter(({ client, projects: own }) => own.length > 0 || archived || !client?.archived);
  const rest = shown.filter((project) => !project.client || !known.has(project.client));
  return rest.length > 0 ? [...groups, { projects: rest }] : groups;
}

/** The client that was typed: one there is, by any case; a new name; or none. */
export function typedClient(text: string, clients: readonly Client[]): { client?: Client; fresh?: string } {
  const name = text.trim();
  if (!name) return {};
  const client = clients.find((one) => one.name.toLocaleLowerCase() === name.toLocaleLowerCase());
  return client ? { client } : { fresh: name };
}

export const COLOUR_NAMES: Record<Project['colour'], string> = {
  mf: 'Blue',
  qc: 'Orange',
  hm: 'Plum',
  pc: 'Olive',
  tb: 'Teal',
  op: 'Slate',
};
