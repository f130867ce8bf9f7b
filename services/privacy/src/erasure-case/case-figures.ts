import { DEADLINES, STORE_NAMES } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { type Sample, sample } from '@daybook/service-kit';

type Open = 'unreadable' | 'erased';
interface CaseRow {
  state: Open;
  cases: string;
  oldest: string;
  late_erased: string;
  late_purged: string;
}

/** Open erasure cases for who operates the installation: how many, how old, which deadlines are missed, who has not answered. Nobody's references. */
export async function caseFigures(database: Database, now: Date): Promise<Sample[]> {
  const [cases, missing, duration, unheard] = await Promise.all([
    database.query<CaseRow>(
      `SELECT state, count(*) AS cases, extract(epoch FROM $1 - min(ordered_at)) AS oldest,
              count(*) FILTER (WHERE state = 'unreadable' AND (deadlines->>'erased')::timestamptz < $1) AS late_erased,
              count(*) FILTER (WHERE (deadlines->>'purged')::timestamptz < $1) AS late_purged
       FROM erasure_case WHERE state <> 'purged' GROUP BY state`,
      [now],
    ),
    database.query<{ store: string; state: string; cases: string }>(
      `SELECT s.store, s.state, count(*) AS cases FROM erasure_case c JOIN erasure_case_store s USING (case_ref)
       WHERE c.state = 'unreadable' AND s.state <> 'erased' GROUP BY s.store, s.state`,
    ),
    // None of a day ago can be purged yet, so the index of open cases holds them all.
    database.query<{ median: string | null; p95: string | null; worst: string | null }>(
      `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median, percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS p95, max(seconds) AS worst
       FROM (SELECT extract(epoch FROM erased_at - ordered_at)::float8 AS seconds FROM erasure_case
             WHERE state <> 'purged' AND ordered_at > $1 AND erased_at IS NOT NULL) AS answered`,
      [new Date(now.getTime() - 86_400_000)],
    ),
    // Unreadable is promised once the event is durable in the log: until then it waits in the outbox.
    database.query<{ cases: string }>(
      `SELECT count(DISTINCT key) AS cases FROM outbox WHERE topic = 'privacy.deletions.v1' AND queued_at < now() - $1 * interval '1 second'`,
      [DEADLINES.unreadable],
    ),
  ]);
  const of = (state: Open) => cases.rows.find((row) => row.state === state);
  const late = (column: 'late_erased' | 'late_purged') => cases.rows.reduce((sum, row) => sum + Number(row[column]), 0);
  const states = (['unreadable', 'erased'] as const).flatMap((state) => [
    sample('daybook_erasure_cases', { state }, Number(of(state)?.cases ?? 0)),
    sample('daybook_erasure_oldest_seconds', { state }, Math.max(0, Number(of(state)?.oldest ?? 0))),
  ]);
  const answers = STORE_NAMES.flatMap((store) =>
    ['waiting', 'failed'].map((answer) => {
      const row = missing.rows.find((one) => one.store === store && one.state === answer);
      return sample('daybook_erasure_answers_missing', { store, answer }, Number(row?.cases ?? 0));
    }),
  );
  return [
    ...states,
    ...answers,
    sample('daybook_erasure_overdue', { deadline: 'unreadable' }, Number(unheard.rows[0]?.cases)),
    sample('daybook_erasure_overdue', { deadline: 'erased' }, late('late_erased')),
    sample('daybook_erasure_overdue', { deadline: 'purged' }, late('late_purged')),
    ...Object.entries(duration.rows[0] ?? {}).map(([of, seconds]) =>
      sample('daybook_erasure_duration_seconds', { of }, Number(seconds ?? 0)),
    ),
  ];
}
