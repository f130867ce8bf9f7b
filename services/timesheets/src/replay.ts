import type { MemberRef, ProjectRef } from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import { carryOutDeletions } from '@daybook/erasure';
import { carryOutbox, type EventStore, PostgresEventStore, streamsOf } from '@daybook/event-store';
import { entryStore } from './entry-store.js';
import { type ProjectEvent, projectRecord, projectStream } from './project/project-fact.js';
import { periodFact, periodRecord } from './timesheet/period-fact.js';
import { orgOf, rebuildMember, weeksOf } from './timesheet/rebuild-member.js';
import { evolve, initialState, type TimesheetEvent, weekStream } from './timesheet/timesheet.js';
import { lockMember } from './timesheet/timesheet-rows.js';
import type { TimesheetsDeps } from './timesheets.service.js';

type Deps = Pick<TimesheetsDeps, 'database' | 'log' | 'receiptSigner' | 'clock'>;
const store: EventStore = new PostgresEventStore();

/** The command `replay`. */
export async function replayTimesheets(deps: Deps): Promise<string> {
  await deletionsFirst(deps);
  return `entries and time sheets are as their streams say; ${await rebuildTimesheets(deps.database)} rows were not`;
}

/** The command `publish`. */
export async function publishTimesheets(deps: Deps): Promise<string> {
  await deletionsFirst(deps);
  const facts = await queueFacts(deps.database);
  await carryOutbox(deps.database, deps.log);
  return `${facts} facts of projects and time sheets were published again`;
}

const deletionsFirst = ({ receiptSigner, ...parts }: Deps) =>
  carryOutDeletions({ ...parts, service: 'timesheets', stores: [entryStore], signer: receiptSigner });

/** Writes every row of `entry` and `timesheet` again from the streams of weeks, a member at a time; returns how many were wrong. */
export async function rebuildTimesheets(database: Database): Promise<number> {
  let wrong = 0;
  for (const member of await members(database))
    wrong += await database.transaction((tx) => rebuildMember(tx, store, member));
  return wrong;
}

/**
 * Queues every fact of the streams again, as it was first said and in the order of its stream. What is said of a project or of a member
 * meanwhile waits, so that the last thing said is the last thing that happened.
 */
export async function queueFacts(database: Database): Promise<number> {
  let facts = 0;
  for (const stream of await streamsOf(database, projectStream('')))
    facts += await database.transaction((tx) => queueProject(tx, stream.slice(projectStream('').length) as ProjectRef));
  for (const member of await members(database)) facts += await database.transaction((tx) => queueWeeks(tx, member));
  return facts;
}

/** Those with a stream, and those who only have rows. */
async function members(database: Database): Promise<MemberRef[]> {
  const { rows } = await database.query<{ member: MemberRef }>(
    `SELECT split_part(stream, ':', 2) AS member FROM stream_event WHERE position = 1 AND starts_with(stream, 'week:')
     UNION SELECT member FROM timesheet UNION SELECT member FROM entry ORDER BY 1`,
  );
  return rows.map(({ member }) => member);
}

async function queueProject(tx: Tx, project: ProjectRef): Promise<number> {
  await tx.query('SELECT 1 FROM project WHERE id = $1 FOR SHARE', [project]);
  const { events } = await store.read<ProjectEvent>(tx, projectStream(project));
  const records = events.map((event) => projectRecord(project, event));
  await store.publish(tx, 'timesheets.projects.v1', records);
  return records.length;
}

async function queueWeeks(tx: Tx, member: MemberRef): Promise<number> {
  await lockMember(tx, member);
  let facts = 0;
  for (const week of await weeksOf(tx, member)) {
    const { events } = await store.read<TimesheetEvent>(tx, weekStream(member, week));
    const org = await orgOf(tx, events);
    if (!org) continue;
    let state = initialState();
    const records = events.flatMap((event) => {
      state = evolve(state, event);
      const fact = periodFact({ member, org }, week, event, state);
      return fact ? [periodRecord(fact)] : [];
    });
    await store.publish(tx, 'timesheets.periods.v1', records);
    facts += records.length;
  }
  return facts;
}
