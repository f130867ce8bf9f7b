import type { EntryRef, IsoWeek, MemberRef, OrgRef } from '@daybook/contracts';
import type { Tx } from '@daybook/database';
import { replay } from '@daybook/decider';
import type { EventStore } from '@daybook/event-store';
import { projectStream } from '../project/project-fact.js';
import { timesheetDecider } from './timesheet.decider.js';
import { type TimesheetEvent, weekStream } from './timesheet.js';
import { lockMember, writeRows } from './timesheet-rows.js';

/**
 * Writes a member's rows again from the streams of their weeks; whoever reads meanwhile sees the old ones to the end. A note is in no
 * stream: it stays with its row, and is lost with it. Returns how many rows were not as the streams say.
 */
export async function rebuildMember(tx: Tx, store: EventStore, member: MemberRef): Promise<number> {
  await lockMember(tx, member);
  const before = await rowsOf(tx, member);
  await tx.query('DELETE FROM entry WHERE member = $1', [member]);
  await tx.query('DELETE FROM timesheet WHERE member = $1', [member]);
  for (const week of await weeksOf(tx, member)) {
    const { events, version } = await store.read<TimesheetEvent>(tx, weekStream(member, week));
    const state = replay(timesheetDecider, events);
    const added: TimesheetEvent[] = [...state.entries.values()].map((entry) => ({
      type: 'EntryAdded',
      data: { entry },
    }));
    const org = (await orgOf(tx, events)) ?? before.org;
    if (!org) continue;
    await writeRows(tx, { member, org }, week, { events: added, state, version }, (id) => before.notes.get(id));
  }
  const after = await rowsOf(tx, member);
  return symmetricDifference(before.rows, after.rows);
}

/** Weeks of a member that have a stream, in order. */
export async function weeksOf(tx: Tx, member: MemberRef): Promise<IsoWeek[]> {
  const prefix = weekStream(member, '' as IsoWeek);
  const { rows } = await tx.query<{ week: IsoWeek }>(
    'SELECT substr(stream, length($1) + 1) AS week FROM stream_event WHERE position = 1 AND starts_with(stream, $1) ORDER BY 1',
    [prefix],
  );
  return rows.map(({ week }) => week);
}

/** A week begins with an entry, an entry has a project, and a project is of one organisation. */
export async function orgOf(tx: Tx, events: readonly TimesheetEvent[]): Promise<OrgRef | undefined> {
  const first = events.find((event) => event.type === 'EntryAdded');
  const project = first?.type === 'EntryAdded' ? first.data.entry.project : '';
  const { rows } = await tx.query<{ org: OrgRef }>(
    `SELECT data->>'org' AS org FROM stream_event WHERE stream = $1 AND position = 1`,
    [projectStream(project)],
  );
  return rows[0]?.org;
}

interface Before {
  rows: Set<string>;
  notes: Map<EntryRef, string | null>;
  org: OrgRef | undefined;
}
async function rowsOf(tx: Tx, member: MemberRef): Promise<Before> {
  const { rows } = await tx.query<{ row: string; org: OrgRef; id: EntryRef | null; note: string | null }>(
    `SELECT to_jsonb(e)::text AS row, e.org, e.id, e.note FROM entry e WHERE member = $1
     UNION ALL SELECT to_jsonb(t)::text, t.org, NULL, NULL FROM timesheet t WHERE member = $1`,
    [member],
  );
  const notes = rows.flatMap(({ id, note }): [EntryRef, string | null][] => (id ? [[id, note]] : []));
  return { rows: new Set(rows.map(({ row }) => row)), notes: new Map(notes), org: rows[0]?.org };
}

/** Rows that differ count on both sides, so that none that is wrong counts as none. */
function symmetricDifference(before: ReadonlySet<string>, after: ReadonlySet<string>): number {
  return Math.max(
    [...before].filter((row) => !after.has(row)).length,
    [...after].filter((row) => !before.has(row)).length,
  );
}
