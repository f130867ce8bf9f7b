import type { ErasureScope, IsoWeek, MemberRef, OrgRef } from '@daybook/contracts';
import type { Queryable, Tx } from '@daybook/database';
import type { ErasableStore } from '@daybook/erasure';
import { PostgresEventStore } from '@daybook/event-store';
import { projectStream } from './project/project-fact.js';
import { rebuildMember } from './timesheet/rebuild-member.js';
import { weekStream } from './timesheet/timesheet.js';

type MemberScope = Extract<ErasureScope, { kind: 'member' }>;
type OrganisationScope = Extract<ErasureScope, { kind: 'organisation' }>;

/**
 * Time sheets are not activity: erasing a source, days or everything tracked leaves them. A member who leaves takes what was not
 * submitted; an organisation that cancels takes all.
 */
export const entryStore: ErasableStore = {
  name: 'timesheets.entries',
  erase: async (scope: ErasureScope, tx: Tx) => {
    if (scope.kind === 'member') return eraseUnsubmitted(scope, tx);
    if (scope.kind === 'organisation') return eraseOrganisation(scope, tx);
    return 0;
  },
  remaining: async (scope: ErasureScope, db: Queryable) => {
    if (scope.kind === 'member') return unsubmitted(scope, db);
    if (scope.kind === 'organisation') return ofOrganisation(scope, db);
    return 0;
  },
};

const events = new PostgresEventStore();

async function eraseUnsubmitted({ member }: MemberScope, tx: Tx): Promise<number> {
  // What is being written now is waited for, so that it goes too; and what is deleted is what the streams say, not rows that may be wrong.
  await rebuildMember(tx, events, member);
  const { rows } = await tx.query<{ week: IsoWeek }>(
    `SELECT week FROM timesheet WHERE member = $1 AND state = 'open'`,
    [member],
  );
  const streams = await events.erase(
    tx,
    rows.map(({ week }) => weekStream(member, week)),
  );
  const entries = await tx.query(
    `DELETE FROM entry e USING timesheet t WHERE e.member = $1 AND t.member = e.member AND t.week = e.week AND t.state = 'open'`,
    [member],
  );
  const weeks = await tx.query(`DELETE FROM timesheet WHERE member = $1 AND state = 'open'`, [member]);
  return streams + (entries.rowCount ?? 0) + (weeks.rowCount ?? 0);
}

/** Open weeks, and whatever else of the member belongs to no submitted week. */
async function unsubmitted({ member }: MemberScope, db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `WITH submitted AS (SELECT week FROM timesheet WHERE member = $1 AND state <> 'open')
     SELECT ((SELECT count(*) FROM timesheet WHERE member = $1 AND state = 'open')
       + (SELECT count(*) FROM entry WHERE member = $1 AND week NOT IN (SELECT week FROM submitted))
       + (SELECT count(*) FROM stream_event WHERE starts_with(stream, $2) AND stream NOT IN (SELECT $2 || week FROM submitted)))::int AS count`,
    [member, weekStream(member, '' as IsoWeek)],
  );
  return rows[0]?.count ?? 0;
}

async function eraseOrganisation({ org }: OrganisationScope, tx: Tx): Promise<number> {
  for (const member of await membersOf(org, tx)) await rebuildMember(tx, events, member);
  const weeks = await tx.query<{ member: MemberRef; week: IsoWeek }>(
    'DELETE FROM timesheet WHERE org = $1 RETURNING member, week',
    [org],
  );
  const projects = await tx.query<{ id: string }>('DELETE FROM project WHERE org = $1 RETURNING id', [org]);
  const streams = await events.erase(tx, [
    ...weeks.rows.map(({ member, week }) => weekStream(member, week)),
    ...projects.rows.map(({ id }) => projectStream(id)),
  ]);
  const entries = await tx.query('DELETE FROM entry WHERE org = $1', [org]);
  const items = await tx.query('DELETE FROM catalogue_item WHERE org = $1', [org]);
  return [weeks, projects, entries, items].reduce((sum, { rowCount }) => sum + (rowCount ?? 0), streams);
}

/** Whoever booked time on one of its projects. */
async function membersOf(org: OrgRef, tx: Tx): Promise<MemberRef[]> {
  const { rows } = await tx.query<{ member: MemberRef }>(
    `SELECT DISTINCT split_part(w.stream, ':', 2) AS member FROM stream_event w
     JOIN stream_event p ON p.stream = $2 || (w.data->'entry'->>'project') AND p.position = 1 AND p.data->>'org' = $1
     WHERE w.position = 1 AND starts_with(w.stream, 'week:') ORDER BY 1`,
    [org, projectStream('')],
  );
  return rows.map(({ member }) => member);
}

async function ofOrganisation({ org }: OrganisationScope, db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `SELECT ((SELECT count(*) FROM entry WHERE org = $1) + (SELECT count(*) FROM timesheet WHERE org = $1)
       + (SELECT count(*) FROM project WHERE org = $1) + (SELECT count(*) FROM catalogue_item WHERE org = $1)
       + (SELECT count(*) FROM stream_event WHERE starts_with(stream, $2) AND data->>'org' = $1))::int AS count`,
    [org, projectStream('')],
  );
  return rows[0]?.count ?? 0;
}
