import { type Day, type Entry, type EntryChange, EntryRef, type MemberActor, type NewEntry } from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import { isoWeekOf } from '@daybook/timekeeping';
import { newId } from '../new-id.js';
import { bookable } from '../project/bookable.js';
import type { EntryFact } from '../timesheet/timesheet.js';
import type { Timesheets } from '../timesheet/timesheets.js';
import { timesheetsProblems } from '../timesheets.problems.js';
import type { EntryCursor } from './entry-cursor.js';
import { entriesAfter, findEntry, theEntry } from './entry-rows.js';

const PAGE = 500;

/** A member's own entries. Each lives in the stream of its week; a change of day may move it to another. */
export class Entries {
  constructor(
    private readonly database: Database,
    private readonly timesheets: Timesheets,
  ) {}

  async add(actor: MemberActor, body: NewEntry, key?: string): Promise<Entry> {
    const id = EntryRef.parse(body.id ?? newId('entry', actor.member, key));
    return this.timesheets.change(actor, async (tx) => {
      const known = await findEntry(tx, actor, id);
      const week = isoWeekOf(body.day);
      if (known && (isoWeekOf(known.day) !== week || known.note !== (body.note || undefined))) throw taken();
      // What was taken once is not asked again: sending twice must not depend on what was archived since.
      const { billable } = known ?? (await bookable(tx, actor, body));
      const entry = fact({ billable, ...body, id });
      await this.timesheets.decide(tx, actor, week, {
        command: { type: 'AddEntry', data: { entry } },
        note: body.note,
      });
      return theEntry(tx, actor, id);
    });
  }

  async change(actor: MemberActor, id: EntryRef, change: EntryChange, seen: number | undefined): Promise<Entry> {
    return this.timesheets.change(actor, async (tx) => {
      const before = await theEntry(tx, actor, id);
      const after = { ...before, ...change, id };
      if (after.project !== before.project || (after.task ?? undefined) !== before.task)
        await bookable(tx, actor, after);
      const noteChanged = (after.note || undefined) !== before.note;
      await this.book(tx, actor, before.day, fact(after), { seen, noteChanged, note: after.note ?? undefined });
      return theEntry(tx, actor, id);
    });
  }

  async remove(actor: MemberActor, id: EntryRef, seen: number | undefined): Promise<void> {
    await this.timesheets.change(actor, async (tx) => {
      const { day } = await theEntry(tx, actor, id);
      await this.timesheets.decide(tx, actor, isoWeekOf(day), { command: { type: 'RemoveEntry', data: { id } }, seen });
    });
  }

  /** By day and start; `next` is where the page after this one goes on. */
  async page(
    actor: MemberActor,
    days: [Day, Day],
    after: EntryCursor | undefined,
  ): Promise<{ items: Entry[]; next?: EntryCursor }> {
    const found = await entriesAfter(this.database, actor, days, after, PAGE + 1);
    const items = found.slice(0, PAGE);
    const last = items.at(-1);
    return { items, ...(found.length > PAGE && last && { next: last }) };
  }

  /** In its own week, or out of one and into the other. */
  private async book(
    tx: Tx,
    actor: MemberActor,
    dayBefore: Day,
    entry: EntryFact,
    { seen, noteChanged, note }: { seen: number | undefined; noteChanged: boolean; note: string | undefined },
  ): Promise<void> {
    const [from, to] = [isoWeekOf(dayBefore), isoWeekOf(entry.day)];
    if (from === to) {
      const command = { type: 'ChangeEntry', data: { entry, noteChanged } } as const;
      await this.timesheets.decide(tx, actor, to, { command, seen, note });
      return;
    }
    await this.timesheets.decide(tx, actor, from, { command: { type: 'RemoveEntry', data: { id: entry.id } }, seen });
    await this.timesheets.decide(tx, actor, to, { command: { type: 'AddEntry', data: { entry } }, note });
  }
}

const taken = () => timesheetsProblems.entry_exists('use a new id, or change that entry');

const fact = ({ id, day, start, end, seconds, project, task, billable = false }: Loose<EntryFact>): EntryFact => ({
  id,
  day,
  seconds,
  project,
  billable,
  ...(start && { start }),
  ...(end && { end }),
  ...(task && { task }),
});
/** What may be left out may be null too: a change takes it away so. */
type Loose<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | null : T[K] };
