import { type Day, type Entry, EntryRef, type IsoWeek, type MemberActor } from '@daybook/contracts';
import type { Queryable } from '@daybook/database';
import { problems } from '@daybook/service-kit';
import type { EntryCursor } from './entry-cursor.js';

interface EntryRow {
  id: string;
  day: string;
  start_at: string | null;
  end_at: string | null;
  seconds: number;
  project: string;
  task: string | null;
  billable: boolean;
  note: string | null;
  state: Entry['state'];
}

const ENTRY = `SELECT e.id, e.day, e.start_at, e.end_at, e.seconds, e.project, e.task, e.billable, e.note, coalesce(t.state, 'open') AS state
  FROM entry e LEFT JOIN timesheet t ON t.member = e.member AND t.week = e.week WHERE e.member = $1`;
/** By the moment, not by the text: the same hour is written twice where clocks go back. */
const ORDER = `e.day, coalesce(e.start_at::timestamptz, 'infinity'), e.id`;

export async function findEntry(db: Queryable, actor: MemberActor, id: EntryRef): Promise<Entry | undefined> {
  const { rows } = await db.query<EntryRow>(`${ENTRY} AND e.id = $2`, [actor.member, id]);
  return rows.map(toEntry)[0];
}

/** Another member's entry is none: 404. */
export async function theEntry(db: Queryable, actor: MemberActor, id: EntryRef): Promise<Entry> {
  const entry = await findEntry(db, actor, id);
  if (!entry) throw problems.not_found('there is no such entry');
  return entry;
}

export async function entriesOfWeek(db: Queryable, actor: MemberActor, week: IsoWeek): Promise<Entry[]> {
  const { rows } = await db.query<EntryRow>(`${ENTRY} AND e.week = $2 ORDER BY ${ORDER}`, [actor.member, week]);
  return rows.map(toEntry);
}

/** The next entries of these days after the cursor's, in order. */
export async function entriesAfter(
  db: Queryable,
  actor: MemberActor,
  [from, to]: [Day, Day],
  after: EntryCursor | undefined,
  limit: number,
): Promise<Entry[]> {
  const { rows } = await db.query<EntryRow>(
    `${ENTRY} AND e.day BETWEEN greatest($2::date, $4::date) AND $3
       AND ($4::date IS NULL OR (${ORDER}) > ($4::date, coalesce($5::timestamptz, 'infinity'), $6))
     ORDER BY ${ORDER} LIMIT $7`,
    [actor.member, from, to, after?.day ?? null, after?.start ?? null, after?.id ?? null, limit],
  );
  return rows.map(toEntry);
}

const toEntry = (row: EntryRow): Entry => ({
  id: EntryRef.parse(row.id),
  day: row.day as Day,
  ...(row.start_at && { start: row.start_at as NonNullable<Entry['start']> }),
  ...(row.end_at && { end: row.end_at as NonNullable<Entry['end']> }),
  seconds: row.seconds,
  project: row.project as Entry['project'],
  ...(row.task && { task: row.task as NonNullable<Entry['task']> }),
  ...(row.note && { note: row.note }),
  billable: row.billable,
  state: row.state,
});
