import type { Project } from '@daybook/contracts';
import { IconArchive, IconArchiveOff, IconPencil, IconPlus } from '@tabler/icons-react';
import { useCatalogue } from './catalogue.js';
import { openNameForm } from './name-form.js';
import { openProjectForm } from './project-form.js';
import type { ProjectGroup } from './project-groups.js';
import { ProjectMark } from './project-mark.js';
import { ProjectTasks } from './project-tasks.js';

/** One client and its projects. */
export function ProjectGroupCard({
  group: { client, projects },
  archived,
  mayChange,
}: {
  group: ProjectGroup;
  archived: boolean;
  mayChange: boolean;
}) {
  const { archive } = useCatalogue();
  const name = client?.name ?? 'Without a client';
  return (
    <section className="card pj-group" aria-label={name}>
      <div className="row pj-client">
        <h2>{name}</h2>
        {client?.archived && <span className="tag">Archived</span>}
        {mayChange && client && (
          <span className="row g4 push">
            <button
              type="button"
              className="btn icon ghost"
              aria-label={`New project of ${name}`}
              onClick={() => openProjectForm({ client })}
            >
              <IconPlus aria-hidden />
            </button>
            <button
              type="button"
              className="btn icon ghost"
              aria-label={`Rename client ${name}`}
              onClick={() => openNameForm({ kind: 'clients', title: 'Rename client', item: client })}
            >
              <IconPencil aria-hidden />
            </button>
            <button
              type="button"
              className="btn icon ghost"
              aria-label={`${client.archived ? 'Restore' : 'Archive'} client ${name}`}
              onClick={() => void archive('clients', client)}
            >
              {client.archived ? <IconArchiveOff aria-hidden /> : <IconArchive aria-hidden />}
            </button>
          </span>
        )}
      </div>
      {projects.length === 0 && <p className="t2 pj-none">No open projects.</p>}
      <ul>
        {projects.map((project) => (
          <ProjectRow key={project.id} project={project} archived={archived} mayChange={mayChange} />
        ))}
      </ul>
    </section>
  );
}

function ProjectRow({ project, archived, mayChange }: { project: Project; archived: boolean; mayChange: boolean }) {
  const { archive } = useCatalogue();
  return (
    <li className={`pj p-${project.colour}`}>
      <div className="row">
        <ProjectMark project={project} />
        <span className="m clip">{project.name}</span>
        {!project.billable && <span className="tag line">Not billable</span>}
        {project.archived && <span className="tag">Archived</span>}
        {mayChange && (
          <span className="row g4 push">
            <button
              type="button"
              className="btn icon ghost"
              aria-label={`Change ${project.name}`}
              onClick={() => openProjectForm({ project })}
            >
              <IconPencil aria-hidden />
            </button>
            <button
              type="button"
              className="btn icon ghost"
              aria-label={`${project.archived ? 'Restore' : 'Archive'} ${project.name}`}
              onClick={() => void archive('projects', project)}
            >
              {project.archived ? <IconArchiveOff aria-hidden /> : <IconArchive aria-hidden />}
            </button>
          </span>
        )}
      </div>
      <ProjectTasks project={project} archived={archived} mayChange={mayChange} />
    </li>
  );
}
