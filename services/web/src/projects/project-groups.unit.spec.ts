import type { Client, Project } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { groupsOf, typedClient } from './project-groups.js';

const client = (name: string, archived = false): Client => ({ id: name as Client['id'], name, archived });
const project = (name: string, of?: string, archived = false): Project => ({
  id: name as Project['id'],
  name,
  ...(of && { client: of as Client['id'] }),
  colour: 'mf',
  initials: 'XX',
  billable: true,
  archived,
});
const shape = (...args: Parameters<typeof groupsOf>) =>
  groupsOf(...args).map((group) => [group.client?.name, ...group.projects.map((one) => one.name)]);

describe('projects by client', () => {
  const clients = [client('Zenith'), client('Acme'), client('Old', true)];
  const projects = [
    project('api', 'Acme'),
    project('old', 'Acme', true),
    project('inner'),
    project('past', 'Old', true),
  ];

  it('orders clients by name and puts projects without one last', () => {
    expect(shape(clients, projects, false)).toEqual([['Acme', 'api'], ['Zenith'], [undefined, 'inner']]);
  });

  it('shows archived clients and projects when wanted', () => {
    expect(shape(clients, projects, true)).toEqual([
      ['Acme', 'api', 'old'],
      ['Old', 'past'],
      ['Zenith'],
      [undefined, 'inner'],
    ]);
  });

  it('keeps an open project on screen whose client is archived', () => {
    expect(shape(clients, [project('late', 'Old')], false)).toContainEqual(['Old', 'late']);
  });
});

describe('a typed client', () => {
  it('is the one there is in any case, a new name, or none', () => {
    const acme = client('Acme');
    expect(typedClient(' acme ', [acme])).toEqual({ client: acme });
    expect(typedClient('Brill', [acme])).toEqual({ fresh: 'Brill' });
    expect(typedClient('  ', [acme])).toEqual({});
  });
});
