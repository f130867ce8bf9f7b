import { Day, IsoWeek, ProjectRef, TaskRef, Timesheet } from '@daybook/contracts';
import { z } from 'zod';

/** Everything that a manager gets of a submitted week, and all that they get (P15): no times of day, no ids of entries, nothing of how it came to be. */
export const ManagerView = z
  .object({
    week: IsoWeek,
    state: Timesheet.shape.state,
    minutes: z.int(),
    rows: z.array(
      z.object({
        day: Day,
        project: ProjectRef,
        task: TaskRef.optional(),
        note: z.string().optional(),
        minutes: z.int(),
      }),
    ),
  })
  .meta({ id: 'ManagerView' });
export type ManagerView = z.infer<typeof ManagerView>;

/** Sums per day, project, task and note; in an order that tells nothing of when they were typed. */
export function managerView({ week, state, entries }: Timesheet): ManagerView {
  const sums = new Map<string, { row: Omit<ManagerView['rows'][number], 'minutes'>; seconds: number }>();
  for (const { day, project, task, note, seconds } of entries) {
    const row = { day, project, ...(task && { task }), ...(note && { note }) };
    const key = JSON.stringify(row);
    sums.set(key, { row, seconds: (sums.get(key)?.seconds ?? 0) + seconds });
  }
  const rows = [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { row, seconds }]) => ({ ...row, minutes: Math.round(seconds / 60) }));
  return { week, state, minutes: rows.reduce((sum, row) => sum + row.minutes, 0), rows };
}
