import {
  type BatchContent,
  type Broker,
  type BrokerDirectory,
  type BrokerGrant,
  type Day,
  type DayView,
  type ExpiredDay,
  Instant,
  type Purpose,
  type Rule,
  type Source,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { openBatch, openBlob, sealedKeyOf } from '@daybook/sealing';
import { dayBounds, zoneAt } from '@daybook/timekeeping';
import { type Decision, decidedBlocks } from '../decision/decision.js';
import { type DraftBlock, draftBlocks } from '../draft/drafts.js';
import { activityItems, type DayItem } from './activity.js';
import { foldEvents } from './fold.js';
import { readSealedDay, type SealedRow } from './sealed-day.js';

/** A day, opened for its person: what the questions of the day page are answered from. */
export interface OpenedDay {
  day: Day;
  zone: string;
  directory: BrokerDirectory;
  batches: { row: SealedRow; content: BatchContent }[];
  items: DayItem[];
  decisions: Decision[];
  drafts: DraftBlock[];
  lastSeen: Map<string, Date>;
}

/** Opens and folds one day. One read of the database, two calls of the broker, nothing kept. */
export class DayReader {
  constructor(
    private readonly database: Database,
    private readonly broker: Broker,
    /** Keys draft ids. */
    private readonly macKey: Uint8Array,
  ) {}

  async view(grant: BrokerGrant, day: Day): Promise<DayView | ExpiredDay> {
    const opened = await this.open(grant, 'day-view', day);
    if ('expired' in opened) return opened;
    const { zone, directory, items, decisions, drafts, lastSeen } = opened;
    return {
      day,
      timeZone: zone as DayView['timeZone'],
      deletesOn: directory.deletesOn,
      sources: directory.sources
        .filter((one): one is typeof one & { source: Source } => one.source !== 'memory')
        .map(({ source, state, alias }) => {
          const seen = lastSeen.get(alias);
          return { source, state, ...(seen && { lastSeen: Instant.parse(seen.toISOString()) }) };
        }),
      activity: items.map(({ events: _, ...item }) => item),
      drafts: drafts.map(({ from: _, to: __, ...draft }) => draft),
      decided: decidedBlocks(decisions, zone),
    };
  }

  async open(grant: BrokerGrant, purpose: Purpose, day: Day): Promise<OpenedDay | ExpiredDay> {
    const directory = await this.broker.directory(grant, day);
    if (day < directory.keptFrom) return { day, expired: true, deletedOn: directory.deletesOn };
    const zone = zoneOf(directory, day);
    const sealed = await readSealedDay(this.database, directory, day);
    const rows = [...sealed.batches, ...sealed.decisions, ...sealed.rules];
    const keys = await this.broker.open(
      grant,
      purpose,
      day,
      rows.map((row) => sealedKeyOf(row.sealed)),
    );
    const keyOf = new Map(rows.map((row, n) => [row, keys[n]]));
    // What the broker refuses (retired, closed, expired, another vault) is not there for this person.
    const opened = <T>(list: SealedRow[], open: (row: SealedRow, key: Uint8Array) => T): T[] =>
      list.flatMap((row) => {
        const key = keyOf.get(row);
        return key ? [open(row, key)] : [];
      });
    const batches = opened(sealed.batches, (row, key) => ({ row, content: openBatch(row.sealed, key) }));
    const decisions = opened(sealed.decisions, (row, key) => parsed<Decision>(row, key));
    const rules = opened(sealed.rules, (row, key) => parsed<Rule[]>(row, key)).flat();
    const items = activityItems(foldEvents(batches.map((one) => one.content)), zone);
    const decided = decisions.map(({ from, to }) => ({ start: from, end: to }));
    const drafts = draftBlocks({ items, rules, decided, day, zone, macKey: this.macKey });
    return { day, zone, directory, batches, items, decisions, drafts, lastSeen: sealed.lastSeen };
  }
}

const parsed = <T>({ sealed }: SealedRow, key: Uint8Array): T => JSON.parse(openBlob(sealed, key).toString()) as T;

/** Whoever travels lives a day by the zone of its noon. */
function zoneOf({ timeZones }: BrokerDirectory, day: Day): string {
  const { from, to } = dayBounds(timeZones.at(-1)?.timeZone as string, day);
  return zoneAt(timeZones, (from + to) / 2);
}
