import type { MemberActor, ProjectRef, TaskRef } from '@daybook/contracts';
import type { Tx } from '@daybook/database';
import { timesheetsProblems } from '../timesheets.problems.js';

/** Whether time can be booked on this project and task; both stay so until the commit. */
export async function bookable(
  tx: Tx,
  { org }: MemberActor,
  { project, task }: { project: ProjectRef; task?: TaskRef | null | undefined },
): Promise<{ billable: boolean }> {
  const { rows } = await tx.query<{ billable: boolean; archived: boolean; task_archived: boolean | null }>(
    `SELECT p.billable, p.archived, t.archived AS task_archived
     FROM project p LEFT JOIN catalogue_item t ON t.kind = 'task' AND t.org = p.org AND t.project = p.id AND t.id = $3
     WHERE p.id = $1 AND p.org = $2 FOR SHARE OF p`,
    [project, org, task ?? null],
  );
  const found = rows[0];
  if (!found) throw timesheetsProblems.project_unknown('choose one of your organisation’s projects');
  if (found.archived) throw timesheetsProblems.project_archived('restore it, or choose another');
  if (task && found.task_archived === null)
    throw timesheetsProblems.task_unknown('choose a task of that project, or none');
  if (task && found.task_archived) throw timesheetsProblems.task_archived('restore it, or choose another');
  return found;
}
