import type { Client, Project } from '@daybook/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, useId, useState } from 'react';
import { api } from '../api/client.js';
import { ProblemNote } from '../kit/problem-note.js';
import { clientsQuery, useClients, useCreateProject } from './projects.js';

/** A project, right where one is missing: a name, and a client if there is one. Not a form of its own, because it stands inside others. */
export function NewProject({
  name: suggested = '',
  onCreated,
  onCancel,
}: {
  name?: string;
  onCreated: (project: Project) => void;
  onCancel: () => void;
}) {
  const id = useId();
  const cache = useQueryClient();
  const { all } = useClients();
  const create = useCreateProject();
  const [name, setName] = useState(suggested);
  const [client, setClient] = useState('');
  const [error, setError] = useState<unknown>();

  const save = async () => {
    setError(undefined);
    try {
      const known = all.find((one) => one.name.toLocaleLowerCase() === client.trim().toLocaleLowerCase());
      const of =
        client.trim() && (known ?? (await api<Client>('POST', '/v1/clients', { body: { name: client.trim() } })));
      if (of && !known) await cache.invalidateQueries({ queryKey: clientsQuery.queryKey });
      onCreated(await create.mutateAsync({ name: name.trim(), ...(of && { client: of.id }) }));
    } catch (problem) {
      setError(problem);
    }
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && name.trim()) void save();
    if (event.key === 'Escape') onCancel();
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <fieldset className="newproject col g12">
      <legend className="h3">New project</legend>
      <div>
        <label className="lbl" htmlFor={`${id}-name`}>
          Name
        </label>
        <input
          id={`${id}-name`}
          className="field"
          value={name}
          maxLength={120}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={keys}
          // biome-ignore lint/a11y/noAutofocus: it opens where the person asked for it
          autoFocus
        />
      </div>
      <div>
        <label className="lbl" htmlFor={`${id}-client`}>
          Client, if there is one
        </label>
        <input
          id={`${id}-client`}
          className="field"
          value={client}
          maxLength={120}
          list={`${id}-clients`}
          onChange={(event) => setClient(event.target.value)}
          onKeyDown={keys}
        />
        <datalist id={`${id}-clients`}>
          {all
            .filter((one) => !one.archived)
            .map((one) => (
              <option key={one.id} value={one.name} />
            ))}
        </datalist>
      </div>
      <ProblemNote error={error} />
      <div className="row">
        <button
          type="button"
          className="btn sm"
          disabled={!name.trim() || create.isPending}
          onClick={() => void save()}
        >
          Create project
        </button>
        <button type="button" className="btn sm ghost" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </fieldset>
  );
}
