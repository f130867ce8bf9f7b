import type { Project } from '@daybook/contracts';
import { NamedList } from './named-list.js';
import { useTasks } from './tasks.js';

/** Parts of a project that time can be told apart by; folded away until somebody wants them. */
export function ProjectTasks({
  project,
  archived,
  mayChange,
}: {
  project: Project;
  archived: boolean;
  mayChange: boolean;
}) {
  const tasks = [...useTasks().values()].filter((task) => task.project === project.id);
  const open = tasks.filter((task) => !task.archived).length;
  if (tasks.length === 0 && !mayChange) return null;
  return (
    <details className="pj-tasks">
      <summary>
        {open === 0 ? 'No tasks' : open === 1 ? '1 task' : `${open} tasks`}
        <span className="vh"> of {project.name}</span>
      </summary>
      <NamedList
        kind="tasks"
        one={`task of ${project.name}`}
        items={tasks}
        archived={archived}
        mayChange={mayChange && !project.archived}
        of={{ project: project.id }}
      />
    </details>
  );
}
