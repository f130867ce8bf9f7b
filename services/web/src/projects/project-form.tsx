import { type Client, PROJECT_COLOURS, type Project } from '@daybook/contracts';
import { modals } from '@mantine/modals';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { kindText, useCatalogue } from './catalogue.js';
import { COLOUR_NAMES, typedClient } from './project-groups.js';
import { clientsQuery, useProjects } from './projects.js';

interface ProjectFormOptions {
  /** A project to change; a new one without. */
  project?: Project;
  client?: Client;
}

export function openProjectForm(options: ProjectFormOptions): void {
  const id = modals.open({
    title: options.project ? 'Change project' : 'New project',
    children: <ProjectForm {...options} onDone={() => modals.close(id)} />,
  });
}

function ProjectForm({ project, client, onDone }: ProjectFormOptions & { onDone: () => void }) {
  const { all } = useProjects();
  const { data: clients = [] } = useQuery(clientsQuery);
  const { addClient, addProject, change } = useCatalogue();
  const listId = useId();
  const [name, setName] = useState(project?.name ?? '');
  const [clientText, setClientText] = useState(
    client?.name ?? clients.find((one) => one.id === project?.client)?.name ?? '',
  );
  const [colour, setColour] = useState<Project['colour']>(
    project?.colour ?? (PROJECT_COLOURS[all.length % PROJECT_COLOURS.length] as Project['colour']),
  );
  const [billable, setBillable] = useState(project?.billable ?? true);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const wanted = typedClient(clientText, clients);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const of = wanted.fresh ? await addClient(wanted.fresh) : wanted.client;
      const body = { name: name.trim(), colour, billable };
      if (project) await change('projects', project.id, { ...body, client: of?.id ?? null });
      else await addProject({ ...body, ...(of && { client: of.id }) });
      onDone();
    } catch (error) {
      setProblem(kindText(error));
      setBusy(false);
    }
  };
  return (
    <form className="col g12" onSubmit={(event) => void submit(event)}>
      <label>
        <span className="lbl">Name</span>
        <input
          className="field"
          data-autofocus
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
        />
      </label>
      <label>
        <span className="lbl">
          Client <span className="t3">if there is one</span>
        </span>
        <input
          className="field"
          list={listId}
          maxLength={120}
          value={clientText}
          onChange={(event) => setClientText(event.target.value)}
        />
        <datalist id={listId}>
          {clients
            .filter((one) => !one.archived)
            .map((one) => (
              <option key={one.id} value={one.name} />
            ))}
        </datalist>
        <span className="s t3" aria-live="polite">
          {wanted.fresh ? `“${wanted.fresh}” becomes a new client` : ' '}
        </span>
      </label>
      <fieldset className="colours">
        <legend className="lbl">Colour</legend>
        {PROJECT_COLOURS.map((one) => (
          <label key={one} className={`colour p-${one}`}>
            <input type="radio" name="colour" value={one} checked={colour === one} onChange={() => setColour(one)} />
            <span className="mark" aria-hidden />
            {COLOUR_NAMES[one]}
          </label>
        ))}
      </fieldset>
      <label className="row billable">
        <input type="checkbox" checked={billable} onChange={(event) => setBillable(event.target.checked)} />
        Billable
      </label>
      {problem && (
        <p className="err" role="alert">
          {problem}
        </p>
      )}
      <div className="row">
        <button type="button" className="btn push" onClick={onDone}>
          Cancel
        </button>
        <button type="submit" className="btn pri" disabled={busy || !name.trim()}>
          {project ? 'Save' : 'Add project'}
        </button>
      </div>
    </form>
  );
}
