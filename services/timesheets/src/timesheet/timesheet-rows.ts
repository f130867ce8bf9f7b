import type { EntryRef, IsoWeek, MemberActor } from '@daybook/contracts';
import type { Tx } from '@daybook/database';
import type { Decided } from '@daybook/event-store';
import type { TimesheetEvent, TimesheetState } from './timesheet.js';

/** The rows of what was decided, in the same transaction. No event holds a note: `noteOf` has those of entries that were added or changed. */
export async function writeRows(
  tx: Tx,
  { member, org }: Pick<MemberActor, 'member' | 'org'>,
  week: IsoWeek,
  { events, state, version }: Decided<TimesheetState, TimesheetEvent>,
  noteOf: (entry: EntryRef) => string | null | undefined,
): Promise<void> {
  const entries = events.flatMap((event) =>
    event.type === 'EntryAdded' || event.type === 'EntryChanged' ? [event.data.entry] : [],
  );
  const removed = events.flatMap((event) => (event.type === 'EntryRemoved' ? [event.data.id] : []));
  if (removed.length)
    await tx.query('DELETE FROM entry WHERE member = $1 AND week = $2 AND id = ANY($3)', [member, week, removed]);
  if (entries.length)
    await tx.query(
      `INSERT INTO entry (member, id, org, week, day, start_at, end_at, seconds, project, task, billable, note)
       SELECT $1, id, $2, $3, day, start, "end", seconds, project, task, billable, note
       FROM jsonb_to_recordset($4) AS e (id text, day date, start text, "end" text, seconds int, project text, task text, billable boolean, note text)
       ON CONFLICT (member, id) DO UPDATE SET week = excluded.week, day = excluded.day, start_at = excluded.start_at, end_at = excluded.end_at,
         seconds = excluded.seconds, project = excluded.project, task = excluded.task, billable = excluded.billable, note = excluded.note`,
      [member, org, week, JSON.stringify(entries.map((entry) => ({ ...entry, note: noteOf(entry.id) })))],
    );
  await tx.query(
    `INSERT INTO timesheet (member, week, org, state, submitted_at, version) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (member, week) DO UPDATE SET state = excluded.state, submitted_at = excluded.submitted_at, version = excluded.version`,
    [member, week, org, state.status, state.submittedAt ?? null, version],
  );
}

/** One change of a member's weeks at a time: an entry that moves touches two streams, and what is read stays true until the commit. */
export async function lockMember(tx: Tx, member: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [member]);
}
