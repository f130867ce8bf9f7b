import { Instant, type IsoWeek, type MemberActor, type Timesheet } from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import { isRefusal } from '@daybook/decider';
import { type Decided, type EventStore, handleIn, VersionConflict } from '@daybook/event-store';
import { problems } from '@daybook/service-kit';
import { daysOfWeek } from '@daybook/timekeeping';
import { entriesOfWeek } from '../entry/entry-rows.js';
import { timesheetsProblems } from '../timesheets.problems.js';
import { periodFact, periodRecord } from './period-fact.js';
import { type TimesheetCommand, type TimesheetRefusal, timesheetDecider } from './timesheet.decider.js';
import { type TimesheetEvent, type TimesheetState, weekStream } from './timesheet.js';
import { lockMember, writeRows } from './timesheet-rows.js';

export interface TimesheetsParts {
  database: Database;
  store: EventStore;
  clock: () => Date;
  /** Something waits in the outbox. */
  onFacts: () => void;
}
export interface Decision {
  command: TimesheetCommand;
  /** Version of the week that the person saw; nothing is decided about another one. */
  seen?: number | undefined;
  /** Text of the entry that is added or changed. */
  note?: string | undefined;
}

/** Weeks of members: decided as streams, read as rows that are written in the same transaction. */
export class Timesheets {
  constructor(private readonly parts: TimesheetsParts) {}

  /** The week and the version of exactly these entries. */
  async read(actor: MemberActor, week: IsoWeek): Promise<Timesheet> {
    const days = daysOfWeek(week);
    if (!days) throw noSuchWeek();
    return this.parts.database.transaction(async (tx) => {
      const { rows } = await tx.query<{ state: Timesheet['state']; submitted_at: Date | null; version: number }>(
        'SELECT state, submitted_at, version FROM timesheet WHERE member = $1 AND week = $2',
        [actor.member, week],
      );
      const entries = await entriesOfWeek(tx, actor, week);
      return {
        week,
        from: days[0] as Timesheet['from'],
        to: days[6] as Timesheet['to'],
        state: rows[0]?.state ?? 'open',
        ...(rows[0]?.submitted_at && { submittedAt: Instant.parse(rows[0].submitted_at.toISOString()) }),
        seconds: entries.reduce((sum, entry) => sum + entry.seconds, 0),
        entries,
        version: rows[0]?.version ?? 0,
      };
    }, 'repeatable read');
  }

  submit(actor: MemberActor, week: IsoWeek, seen: number | undefined): Promise<Timesheet> {
    return this.move(actor, week, seen, 'SubmitTimesheet');
  }

  recall(actor: MemberActor, week: IsoWeek, seen: number | undefined): Promise<Timesheet> {
    return this.move(actor, week, seen, 'RecallTimesheet');
  }

  /** Everything in `work` commits, or nothing of it; no other change of the member's weeks runs meanwhile. */
  async change<T>({ member }: MemberActor, work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.parts.database.transaction(async (tx) => {
        await lockMember(tx, member);
        return work(tx);
      });
    } catch (error) {
      if (error instanceof VersionConflict) throw changedMeanwhile();
      throw error;
    }
  }

  /** To be called inside {@link change}. */
  async decide(
    tx: Tx,
    actor: MemberActor,
    week: IsoWeek,
    { command, seen, note }: Decision,
  ): Promise<Decided<TimesheetState, TimesheetEvent>> {
    const decided = await handleIn(
      tx,
      this.parts.store,
      timesheetDecider,
      weekStream(actor.member, week),
      command,
      (_, result) => writeRows(tx, actor, week, result, () => note),
    );
    if (isRefusal(decided)) throw timesheetsProblems[decided.refused as TimesheetRefusal](decided.detail);
    const before = decided.version - decided.events.length;
    // Sent again after it was done: the version that was seen then is one behind now.
    const repeated = decided.events.length === 0 && seen === before - 1;
    if (seen !== undefined && seen !== before && !repeated) throw changedMeanwhile();
    return decided;
  }

  private async move(
    actor: MemberActor,
    week: IsoWeek,
    seen: number | undefined,
    type: 'SubmitTimesheet' | 'RecallTimesheet',
  ): Promise<Timesheet> {
    if (!daysOfWeek(week)) throw noSuchWeek();
    const now = Instant.parse(this.parts.clock().toISOString());
    await this.change(actor, async (tx) => {
      const { events, state } = await this.decide(tx, actor, week, { command: { type, data: { now } }, seen });
      const facts = events.flatMap((event) => periodFact(actor, week, event, state) ?? []);
      await this.parts.store.publish(tx, 'timesheets.periods.v1', facts.map(periodRecord));
    });
    this.parts.onFacts();
    return this.read(actor, week);
  }
}

const changedMeanwhile = () => timesheetsProblems.timesheet_changed('look at the week again, then repeat');
const noSuchWeek = () =>
  problems.invalid(undefined, { errors: [{ path: 'week', message: 'that year has no week 53' }] });
