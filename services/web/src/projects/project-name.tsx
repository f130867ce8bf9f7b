import type { Project } from '@daybook/contracts';
import { useClients } from './projects.js';

/** Client and project, as they are written everywhere: the client strong, the project after it. */
export function ProjectName({ project }: { project: Project | undefined }) {
  const { byId } = useClients();
  if (!project) return <span className="m">No project yet</span>;
  const client = project.client && byId.get(project.client)?.name;
  return (
    <span className="clip">
      <span className="m">{client ?? project.name}</span>
      {client && <span className="t2"> {project.name}</span>}
    </span>
  );
}
