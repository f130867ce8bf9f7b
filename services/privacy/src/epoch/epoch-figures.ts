import type { Database } from '@daybook/database';
import { type Sample, sample } from '@daybook/service-kit';

/** How old the current generation of keys is, and how many older ones are still to be destroyed. */
export async function epochFigures(database: Database, now: Date): Promise<Sample[]> {
  const { rows } = await database.query<{ age: string | null; retiring: string }>(
    `SELECT extract(epoch FROM $1 - max(made_at) FILTER (WHERE state = 'current')) AS age,
            count(*) FILTER (WHERE state IN ('retiring', 'destroying')) AS retiring FROM epoch`,
    [now],
  );
  const [figures] = rows;
  return [
    sample('daybook_key_epoch_age_seconds', {}, Math.max(0, Number(figures?.age ?? 0))),
    sample('daybook_key_epochs_retiring', {}, Number(figures?.retiring)),
  ];
}
