import { randomBytes } from 'node:crypto';
import {
  type Day,
  type Entry,
  type EntryChange,
  EntryRef,
  Instant,
  type IsoWeek,
  type MemberActor,
  type NewEntry,
  type PeriodFact,
  type Timesheet,
} from '@daybook/contracts';
import type { Database, Queryable, Tx } from '@daybook/database';
import { isRefusal, type Refusal } from '@daybook/decider';
import { jsonRecord } from '@daybook/event-log';
import { type Decided, type EventStore, handleIn, VersionConflict } from '@daybook/event-store';
import { problems } from '@daybook/service-kit';
import { daysOfWeek, isoWeekOf } from '@daybook/timekeeping';
import type { Projects } from '../project/projects.js';
import { type TimesheetCommand, type TimesheetRefusal, timesheetDecider } from '../timesheet/timesheet.decider.js';
import type { EntryFact, TimesheetEvent, TimesheetState } from '../timesheet/timesheet.js';
import { timesheetsProblems } from '../timesheets.problems.js';

export interface EntriesParts {
  database: Database;
  store: EventStore;
  projects: Projects;
  clock: () => Date;
  /** Something waits in the outbox. */
  onFacts: () => void;
}
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
const PAGE = 500;
const ATTEMPTS = 6;

/** Entries and weeks of one member: decided as streams, read as rows that are written in the same transaction. */
export class Entries {
  constructor(private readonly parts: EntriesParts) {}

  async add(actor: MemberActor, body: NewEntry): Promise<Entry> {
    const project = await this.parts.projects.bookable(actor, body.project);
    const id = body.id ?? EntryRef.parse(randomBytes(16).toString('base64url'));
    const fact: EntryFact = {
      id,
      day: body.day,
      seconds: body.seconds,
      project: body.project,
      billable: body.billable ?? project.billable,
      ...(body.start && { start: body.start }),
      ...(body.end && { end: body.end }),
      ...(body.task && { task: body.task }),
    };
    await this.change(async (tx) => {
      const elsewhere = (
        await tx.query<{ week: string }>('SELECT week FROM entry WHERE member = $1 AND id = $2', [actor.member, id])
      ).rows[0];
      if (elsewhere && elsewhere.week !== isoWeekOf(body.day))
        throw timesheetsProblems.entry_exists('use a new id, or change that entry');
      await this.decide(
        tx,
        actor,
        isoWeekOf(body.day),
        { type: 'AddEntry', data: { entry: fact } },
        new Map([[id, body.note]]),
      );
    });
    return this.get(actor, id);
  }

  async update(actor: MemberActor, id: EntryRef, change: EntryChange): Promise<Entry> {
    if (change.project) await this.parts.projects.bookable(actor, change.project);
    await this.change(async (tx) => {
      const before = await this.find(tx, actor, id);
      const { start, end, task, note } = {
        start: before.start,
        end: before.end,
        task: before.task,
        note: before.note,
        ...change,
      };
      const fact: EntryFact = {
        id,
        day: change.day ?? before.day,
        seconds: change.seconds ?? before.seconds,
        project: change.project ?? before.project,
        billable: change.billable ?? before.billable,
        ...(start && { start }),
        ...(end && { end }),
        ...(task && { task }),
      };
      const [from, to] = [isoWeekOf(before.day), isoWeekOf(fact.day)];
      const notes = new Map([[id, note ?? undefined]]);
      if (from === to) await this.decide(tx, actor, to, { type: 'ChangeEntry', data: { entry: fact } }, notes);
      else {
        await this.decide(tx, actor, from, { type: 'RemoveEntry', data: { id } });
        await this.decide(tx, actor, to, { type: 'AddEntry', data: { entry: fact } }, notes);
      }
      await tx.query('UPDATE entry SET note = $3 WHERE member = $1 AND id = $2', [actor.member, id, note ?? null]);
    });
    return this.get(actor, id);
  }

  async remove(actor: MemberActor, id: EntryRef): Promise<void> {
    await this.change(async (tx) => {
      const { day } = await this.find(tx, actor, id);
      await this.decide(tx, actor, isoWeekOf(day), { type: 'RemoveEntry', data: { id } });
    });
  }

  async get(actor: MemberActor, id: EntryRef): Promise<Entry> {
    return this.find(this.parts.database, actor, id);
  }

  /** By day and start; `cursor` is the `next` of the page before. */
  async list(actor: MemberActor, from: Day, to: Day, cursor?: string): Promise<{ items: Entry[]; next?: string }> {
    const after = cursor === undefined ? 0 : Number(cursor);
    const { rows } = await this.parts.database.query<EntryRow>(
      `${SELECT} AND e.day BETWEEN $2 AND $3 ORDER BY e.day, e.start_at NULLS LAST, e.id LIMIT $4 OFFSET $5`,
      [actor.member, from, to, PAGE + 1, after],
    );
    return { items: rows.slice(0, PAGE).map(toEntry), ...(rows.length > PAGE && { next: String(after + PAGE) }) };
  }

  async week(actor: MemberActor, week: IsoWeek): Promise<Timesheet> {
    const days = weekDays(week);
    const [sheet, entries] = await Promise.all([
      this.parts.database.query<{ state: Timesheet['state']; submitted_at: Date | null; version: number }>(
        'SELECT state, submitted_at, version FROM timesheet WHERE member = $1 AND week = $2',
        [actor.member, week],
      ),
      this.list(actor, days[0] as Day, days[6] as Day),
    ]);
    const row = sheet.rows[0];
    return {
      week,
      from: days[0] as Day,
      to: days[6] as Day,
      state: row?.state ?? 'open',
      ...(row?.submitted_at && { submittedAt: Instant.parse(row.submitted_at.toISOString()) }),
      seconds: entries.items.reduce((sum, entry) => sum + entry.seconds, 0),
      entries: entries.items,
      version: row?.version ?? 0,
    };
  }

  /** Submit or recall. `expected` is the version that the person saw; another one is refused, so that nothing unseen is submitted. */
  async move(
    actor: MemberActor,
    week: IsoWeek,
    command: 'SubmitTimesheet' | 'RecallTimesheet',
    expected: number | undefined,
  ): Promise<Timesheet> {
    weekDays(week);
    const now = Instant.parse(this.parts.clock().toISOString());
    await this.change(async (tx) => {
      const { rows } = await tx.query<{ version: number }>(
        'SELECT version FROM timesheet WHERE member = $1 AND week = $2',
        [actor.member, week],
      );
      if (expected !== undefined && expected !== (rows[0]?.version ?? 0))
        throw timesheetsProblems.timesheet_changed('look at the week again, then repeat');
      const decided = await this.decide(tx, actor, week, { type: command, data: { now } });
      const type = command === 'SubmitTimesheet' ? 'TimesheetSubmitted' : 'TimesheetRecalled';
      const fact: PeriodFact = {
        type,
        org: actor.org,
        member: actor.member,
        week,
        at: now,
        ...(type === 'TimesheetSubmitted' && { minutesByProject: minutes(decided.state) }),
      };
      if (decided.events.length)
        await this.parts.store.publish(tx, 'timesheets.periods.v1', [
          jsonRecord('timesheets.periods.v1', actor.member, fact),
        ]);
    });
    this.parts.onFacts();
    return this.week(actor, week);
  }

  /** Runs again when somebody else changed the same week at the same time. */
  private async change(work: (tx: Tx) => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.parts.database.transaction(work);
      } catch (error) {
        if (!(error instanceof VersionConflict) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async decide(
    tx: Tx,
    actor: MemberActor,
    week: IsoWeek,
    command: TimesheetCommand,
    notes: Map<EntryRef, string | undefined> = new Map(),
  ): Promise<Decided<TimesheetState, TimesheetEvent>> {
    const decided = await handleIn(
      tx,
      this.parts.store,
      timesheetDecider,
      `week:${actor.member}:${week}`,
      command,
      (_, result) => project(tx, actor, week, result, notes),
    );
    if (isRefusal(decided)) throw refusal(decided as Refusal<TimesheetRefusal>);
    return decided;
  }

  private async find(db: Queryable, actor: MemberActor, id: EntryRef): Promise<Entry> {
    const { rows } = await db.query<EntryRow>(`${SELECT} AND e.id = $2`, [actor.member, id]);
    if (!rows[0]) throw problems.not_found('there is no such entry');
    return toEntry(rows[0]);
  }
}

const SELECT = `SELECT e.id, e.day, e.start_at, e.end_at, e.seconds, e.project, e.task, e.billable, e.note, coalesce(t.state, 'open') AS state
  FROM entry e LEFT JOIN timesheet t ON t.member = e.member AND t.week = e.week WHERE e.member = $1`;

/** The rows of what was decided, in the same transaction. */
async function project(
  tx: Tx,
  actor: MemberActor,
  week: IsoWeek,
  { events, state, version }: Decided<TimesheetState, TimesheetEvent>,
  notes: Map<EntryRef, string | undefined>,
): Promise<void> {
  const removed = events.flatMap((event) => (event.type === 'EntryRemoved' ? [event.data.id] : []));
  const kept = events.flatMap((event) =>
    event.type === 'EntryAdded' || event.type === 'EntryChanged' ? [event.data.entry] : [],
  );
  if (removed.length) await tx.query('DELETE FROM entry WHERE member = $1 AND id = ANY($2)', [actor.member, removed]);
  for (const fact of kept) {
    await tx.query(
      `INSERT INTO entry (member, id, org, week, day, start_at, end_at, seconds, project, task, billable, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
       ON CONFLICT (member, id) DO UPDATE SET week = excluded.week, day = excluded.day, start_at = excluded.start_at, end_at = excluded.end_at, seconds = excluded.seconds,
         project = excluded.project, task = excluded.task, billable = excluded.billable, note = excluded.note`,
      [
        actor.member,
        fact.id,
        actor.org,
        week,
        fact.day,
        fact.start ?? null,
        fact.end ?? null,
        fact.seconds,
        fact.project,
        fact.task ?? null,
        fact.billable,
        notes.get(fact.id) ?? null,
      ],
    );
  }
  await tx.query(
    `INSERT INTO timesheet (member, week, org, state, submitted_at, version) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (member, week) DO UPDATE SET state = excluded.state, submitted_at = excluded.submitted_at, version = excluded.version`,
    [actor.member, week, actor.org, state.status, state.submittedAt ?? null, version],
  );
}

const refusal = ({ refused, detail }: Refusal<TimesheetRefusal>) => timesheetsProblems[refused](detail);

const toEntry = (row: EntryRow): Entry => ({
  id: EntryRef.parse(row.id),
  day: row.day as Day,
  ...(row.start_at && { start: row.start_at as Instant }),
  ...(row.end_at && { end: row.end_at as Instant }),
  seconds: row.seconds,
  project: row.project as Entry['project'],
  ...(row.task && { task: row.task as NonNullable<Entry['task']> }),
  ...(row.note && { note: row.note }),
  billable: row.billable,
  state: row.state,
});

function weekDays(week: IsoWeek): Day[] {
  const days = daysOfWeek(week);
  if (!days)
    throw problems.invalid('that year has no week 53', {
      errors: [{ path: 'week', message: 'that year has no week 53' }],
    });
  return days;
}

function minutes({ entries }: TimesheetState): NonNullable<PeriodFact['minutesByProject']> {
  const sums = new Map<string, { project: EntryFact['project']; day: Day; seconds: number }>();
  for (const { project: of, day, seconds } of entries.values()) {
    const key = `${of} ${day}`;
    sums.set(key, { project: of, day, seconds: (sums.get(key)?.seconds ?? 0) + seconds });
  }
  return [...sums.values()].map(({ project: of, day, seconds }) => ({
    project: of,
    day,
    minutes: Math.round(seconds / 60),
  }));
}
