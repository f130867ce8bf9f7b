import type { Project, ProjectRef } from '@daybook/contracts';
import { useState } from 'react';
import { ProjectMark } from '../projects/project-mark.js';
import { ProjectName } from '../projects/project-name.js';
import { ProjectPicker } from '../projects/project-picker.js';
import { useProjects } from '../projects/projects.js';

/** The projects a draft is likely on, by digit, and the way to every other one. */
export function ProjectChoice({
  chosen,
  suggested,
  asks,
  singleKeys,
  onChoose,
}: {
  chosen: ProjectRef | undefined;
  suggested: readonly ProjectRef[];
  asks: boolean;
  singleKeys: boolean;
  onChoose: (project: ProjectRef) => void;
}) {
  const { byId, open } = useProjects();
  const [other, setOther] = useState(false);
  const shown = chosen && !suggested.includes(chosen) ? [...suggested, chosen] : suggested;
  const projects = shown.map((id) => byId.get(id)).filter((one): one is Project => one !== undefined);
  const picking = other || open.length === 0;
  return (
    <div className="sect">
      <h3>
        {asks ? 'Which project?' : 'Project'}
        {!picking && (
          <button type="button" className="link push" onClick={() => setOther(true)}>
            other project {singleKeys && <kbd>p</kbd>}
          </button>
        )}
      </h3>
      {asks && <p className="s t2 asks">No rule knows this work. Choose once; Daybook can remember it as a rule.</p>}
      <ol className="pick" aria-label="Suggested projects">
        {projects.map((project, n) => (
          <li key={project.id}>
            <button
              type="button"
              className={project.id === chosen ? 'on' : ''}
              aria-pressed={project.id === chosen}
              onClick={() => onChoose(project.id)}
            >
              {singleKeys && n < 5 ? <kbd aria-hidden>{n + 1}</kbd> : <span />}
              <ProjectMark project={project} />
              <ProjectName project={project} />
            </button>
          </li>
        ))}
      </ol>
      {picking && (
        <ProjectPicker
          label="Pick or create a project"
          value={undefined}
          onChange={(project) => {
            setOther(false);
            onChoose(project as ProjectRef);
          }}
        />
      )}
    </div>
  );
}
