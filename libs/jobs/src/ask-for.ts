import type { JobName } from '@daybook/contracts';
import type { Queryable } from '@daybook/database';

/** Asks for work by a moment; who asked for earlier is served. In the transaction of what makes the work necessary. */
export async function askFor(tx: Queryable, name: JobName, by: Date): Promise<void> {
  await tx.query(
    'INSERT INTO job (name, due_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET due_at = least(job.due_at, excluded.due_at)',
    [name, by],
  );
}
