import type { Database } from '@daybook/database';

/** What was committed and not yet published: how many facts, and seconds since the oldest of them was committed (0 when there is none). */
export async function outboxBacklog(database: Database): Promise<{ rows: number; oldestSeconds: number }> {
  const { rows } = await database.query<{ rows: string; oldest: string }>(
    `SELECT count(*) AS rows, coalesce(extract(epoch FROM clock_timestamp() - min(queued_at)), 0) AS oldest FROM outbox`,
  );
  return { rows: Number(rows[0]?.rows), oldestSeconds: Number(rows[0]?.oldest) };
}
