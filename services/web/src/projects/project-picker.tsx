import { Select } from '@mantine/core';
import { useClients, useProjects } from './projects.js';

/** Which project? By name or client; archived ones are not offered. */
export function ProjectPicker({
  value,
  onChange,
  label = 'Project',
  autoFocus = false,
  error,
}: {
  value: string | undefined;
  onChange: (project: string) => void;
  label?: string;
  autoFocus?: boolean;
  error?: string;
}) {
  const { open } = useProjects();
  const { byId } = useClients();
  const data = open.map((project) => ({
    value: project.id,
    label: [project.client && byId.get(project.client)?.name, project.name].filter(Boolean).join(' · '),
  }));
  return (
    <Select
      label={label}
      data={data}
      value={value ?? null}
      onChange={(picked) => picked && onChange(picked)}
      searchable
      data-autofocus={autoFocus || undefined}
      error={error}
      nothingFoundMessage="No project is called that"
    />
  );
}
