import type { Project } from '@daybook/contracts';

/** Colour is never alone: the initials always ride along. A draft's mark is striped. */
export function ProjectMark({ project, draft = false }: { project: Project | undefined; draft?: boolean }) {
  if (!project) return <span className="mark p-no none">?</span>;
  return (
    <span className={`mark p-${project.colour} ${draft ? 'draft' : ''}`} aria-hidden>
      {project.initials}
    </span>
  );
}
