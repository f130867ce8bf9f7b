import { JOBS, type JobOwner } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { type Sample, sample } from '@daybook/service-kit';

/** How late each job of a service is, for who operates it; 0 for one whose time has not come. */
export async function jobFigures(service: JobOwner, database: Database, now: Date): Promise<Sample[]> {
  const { rows } = await database.query<{ name: string; late: string }>(
    'SELECT name, extract(epoch FROM $1::timestamptz - due_at) AS late FROM job',
    [now],
  );
  const late = new Map(rows.map((row) => [row.name, Math.max(0, Number(row.late))]));
  return Object.entries(JOBS)
    .filter(([, owner]) => owner === service)
    .map(([work]) => sample('daybook_jobs_late_seconds', { work }, late.get(work) ?? 0));
}
