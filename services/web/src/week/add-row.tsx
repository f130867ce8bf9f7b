import type { Day, IsoWeek, Project } from '@daybook/contracts';
import { addDays, daysOfWeek, isoWeekOf } from '@daybook/timekeeping';
import { Select } from '@mantine/core';
import { IconCopy, IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast, toastProblem } from '../kit/toast.js';
import { clientsQuery, type useProjects } from '../projects/projects.js';
import { weekQuery } from './week-moves.js';
import { weekNumber } from './week-words.js';

/** More rows to type into: one project, or those of the week before. Rows without time are not kept. */
export function AddRow({
  week,
  projects,
  rows,
  onAdd,
}: {
  week: IsoWeek;
  projects: ReturnType<typeof useProjects>;
  rows: Project['id'][];
  onAdd: (projects: [Project['id'], ...Project['id'][]]) => void;
}) {
  const cache = useQueryClient();
  const { data: clients = [] } = useQuery(clientsQuery);
  const [added, setAdded] = useState(0);
  const before = isoWeekOf(addDays(daysOfWeek(week)?.[0] as Day, -7));
  const open = projects.open.filter((project) => !rows.includes(project.id));

  const copy = async () => {
    try {
      const { entries } = await cache.fetchQuery(weekQuery(before));
      const known = new Set(open.map((project) => project.id));
      const [first, ...more] = [...new Set(entries.map((entry) => entry.project))].filter((project) =>
        known.has(project),
      );
      if (first) onAdd([first, ...more]);
      else toast(`Week ${weekNumber(before)} has no other projects`);
    } catch (error) {
      toastProblem(error);
    }
  };
  const data = open.map((project) => ({
    value: project.id as string,
    label: [clients.find((client) => client.id === project.client)?.name, project.name].filter(Boolean).join(' · '),
  }));
  const add = (project: string) => {
    setAdded(added + 1);
    onAdd([project as Project['id']]);
  };
  if (open.length === 0) return null;
  return (
    <div className="addrow row">
      <Select
        key={added}
        aria-label="Add project row"
        placeholder="Add project row"
        leftSection={<IconPlus aria-hidden />}
        data={data}
        searchable
        selectFirstOptionOnChange
        nothingFoundMessage="No project is called that"
        onChange={(project) => project && add(project)}
        onKeyDown={({ key, currentTarget: { value, ariaActiveDescendantElement: chosen } }) => {
          // Typed and entered faster than the list could choose.
          const text = value.trim().toLocaleLowerCase();
          const match = data.find(({ label }) => text && label.toLocaleLowerCase().includes(text));
          if (key === 'Enter' && !chosen && match) add(match.value);
        }}
      />
      <button type="button" className="btn ghost" onClick={() => void copy()}>
        <IconCopy aria-hidden /> Copy rows from week {weekNumber(before)}
      </button>
    </div>
  );
}
