import { Select } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../me/me.js';
import { NewProject } from './new-project.js';
import { useClients, useProjects } from './projects.js';

const CREATE = 'create';

/** Which project? By name or client; archived ones are not offered. Who may, makes a missing one right here. */
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
  const mayCreate = useMe().role !== 'member';
  const [search, setSearch] = useState('');
  const [creating, setCreating] = useState<string>();
  const named = open
    .map((project) => ({
      value: project.id as string,
      label: [project.client && byId.get(project.client)?.name, project.name].filter(Boolean).join(' · '),
    }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const known = named.some((option) => option.label.toLocaleLowerCase() === search.trim().toLocaleLowerCase());
  const offer = search.trim() && !known ? `Create project “${search.trim()}”` : 'Create a project…';

  if (creating !== undefined)
    return (
      <NewProject
        name={creating}
        onCreated={(project) => {
          setCreating(undefined);
          onChange(project.id);
        }}
        onCancel={() => setCreating(undefined)}
      />
    );
  return (
    <Select
      label={label}
      placeholder="Name or client"
      data={[...named, ...(mayCreate ? [{ value: CREATE, label: offer }] : [])]}
      value={value ?? null}
      onChange={(picked) => {
        if (picked === CREATE) setCreating(known ? '' : search.trim());
        else if (picked) onChange(picked);
      }}
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options, search: typed }) =>
        options.filter(
          (option) =>
            'value' in option &&
            (option.value === CREATE || option.label.toLocaleLowerCase().includes(typed.trim().toLocaleLowerCase())),
        )
      }
      searchable
      selectFirstOptionOnChange
      allowDeselect={false}
      data-autofocus={autoFocus || undefined}
      error={error}
      nothingFoundMessage="No project is called that"
    />
  );
}
