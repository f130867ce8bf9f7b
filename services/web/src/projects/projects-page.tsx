import './projects.css';
import { useDocumentTitle } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNote } from '../kit/problem-note.js';
import { useMe } from '../me/me.js';
import { openNameForm } from './name-form.js';
import { NamedList } from './named-list.js';
import { openProjectForm } from './project-form.js';
import { ProjectGroupCard } from './project-group.js';
import { groupsOf } from './project-groups.js';
import { clientsQuery, projectsQuery } from './projects.js';
import { tagsQuery } from './tasks.js';

/** What time is booked on. Everyone reads it; owners and managers change it. */
export function ProjectsPage() {
  useDocumentTitle('Projects · Daybook');
  const { role } = useMe();
  const mayChange = role !== 'member';
  const projects = useQuery(projectsQuery);
  const clients = useQuery(clientsQuery);
  const tags = useQuery(tagsQuery);
  const [archived, setArchived] = useState(false);
  const error = projects.error ?? clients.error;
  const groups = groupsOf(clients.data ?? [], projects.data ?? [], archived);
  const empty = projects.data?.length === 0 && clients.data?.length === 0;
  return (
    <>
      <header className="head">
        <h1>Projects</h1>
        <span className="grow" />
        {!empty && (
          <label className="row">
            <input
              type="checkbox"
              className="pj-switch"
              checked={archived}
              onChange={(event) => setArchived(event.target.checked)}
            />
            Show archived
          </label>
        )}
        {mayChange && (
          <>
            <button
              type="button"
              className="btn"
              onClick={() => openNameForm({ kind: 'clients', title: 'New client' })}
            >
              New client
            </button>
            <button type="button" className="btn pri" onClick={() => openProjectForm({})}>
              <IconPlus aria-hidden /> New project
            </button>
          </>
        )}
      </header>
      <div className="pagebody pj-page">
        {error ? (
          <ProblemNote error={error} retry={() => void Promise.all([projects.refetch(), clients.refetch()])} />
        ) : projects.data && clients.data ? (
          <>
            {!mayChange && (
              <p className="t2">Owners and managers of your organisation change projects; you book time on them.</p>
            )}
            {empty && <NoProjects mayChange={mayChange} />}
            {groups.map((group) => (
              <ProjectGroupCard
                key={group.client?.id ?? 'none'}
                group={group}
                archived={archived}
                mayChange={mayChange}
              />
            ))}
            {!empty && groups.length === 0 && <p className="t2">Everything here is archived.</p>}
            {!empty && (
              <section className="card col g12" aria-labelledby="tags">
                <h2 id="tags">Tags</h2>
                <p className="t2">Words that your organisation agrees on across projects.</p>
                <NamedList kind="tags" one="tag" items={tags.data ?? []} archived={archived} mayChange={mayChange} />
              </section>
            )}
          </>
        ) : (
          <ProjectsSkeleton />
        )}
      </div>
    </>
  );
}

function NoProjects({ mayChange }: { mayChange: boolean }) {
  return (
    <section className="col g12 pj-empty" aria-label="No projects yet">
      <h2 className="h1">No projects yet</h2>
      <p className="t2">
        A project is what you book time on: a customer’s order, a product, your own studio. It gives your hours a name,
        a colour in your day, and a row in your week. Rules put what you worked on to the right one.
      </p>
      {!mayChange && <p>Ask an owner or manager of your organisation to add one.</p>}
    </section>
  );
}

function ProjectsSkeleton() {
  return (
    <div className="card col g12" aria-busy="true">
      <p className="vh" role="status">
        Loading projects
      </p>
      {['one', 'two', 'three', 'four'].map((row) => (
        <span key={row} className="sk pj-sk" />
      ))}
    </div>
  );
}
