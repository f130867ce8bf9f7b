import {
  type Alias,
  type BatchContent,
  type Broker,
  type BrokerDirectory,
  type BrokerGrant,
  type Day,
  type DayView,
  type Draft,
  type ExpiredDay,
  Instant,
  type Purpose,
  type Rule,
  type Source,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { openBatch, openBlob, sealedKeyOf } from '@daybook/sealing';
import { dayBounds, zoneAt } from '@daybook/timekeeping';
import type { Decision } from '../decision/decisions.js';
import { draftBlocks } from '../draft/drafts.js';
import { activityItems, type DayItem } from './activity.js';
import { foldEvents } from './fold.js';

export interface BatchRow {
  alias: Alias;
  batch_id: string;
  key_id: string;
  sealed: Buffer;
}

/** A day, opened for its person: what the questions of the day page are answered from. */
export interface OpenedDay {
  day: Day;
  zone: string;
  directory: BrokerDirectory;
  batches: { row: BatchRow; content: BatchContent }[];
  items: DayItem[];
  decisions: Decision[];
  rules: Rule[];
  drafts: Draft[];
  lastSeen: Map<string, Date>;
}

/** Opens and folds one day. Three reads of the database, two calls of the broker, nothing kept. */
export class DayReader {
  constructor(
    private readonly database: Database,
    private readonly broker: Broker,
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
      activity: items.map(({ events: _events, from: _from, to: _to, ...item }) => item),
      drafts,
      decided: decisions.map(({ draft, decision, start, end, seconds, items: evidence }) => ({
        id: draft,
        decision,
        start,
        end,
        seconds,
        evidence,
      })),
    };
  }

  async open(grant: BrokerGrant, purpose: Purpose, day: Day): Promise<OpenedDay | ExpiredDay> {
    const directory = await this.broker.directory(grant, day);
    if (day < directory.keptFrom) return { day, expired: true, deletedOn: directory.deletesOn };
    const zone = zoneAt(
      directory.timeZones,
      dayBounds(directory.timeZones.at(-1)?.timeZone as string, day).from + 43_200_000,
    );
    const aliases = directory.sources.map((one) => one.alias);
    const [batchRows, decisionRows, ruleRows, seenRows] = await Promise.all([
      this.database.query<BatchRow>({
        name: 'day-batches',
        text: 'SELECT alias, batch_id, key_id, sealed FROM batch WHERE alias = ANY($1) AND day = $2 ORDER BY batch_id',
        values: [aliases, day],
      }),
      this.database.query<{ sealed: Buffer }>({
        name: 'day-decisions',
        text: 'SELECT sealed FROM decision WHERE alias = ANY($1) AND day = $2 ORDER BY draft',
        values: [aliases, day],
      }),
      this.database.query<{ sealed: Buffer }>({
        name: 'rules',
        text: 'SELECT sealed FROM rules WHERE alias = $1',
        values: [directory.rules.alias],
      }),
      this.database.query<{ alias: string; at: Date }>({
        name: 'seen',
        text: 'SELECT alias, at FROM alias_seen WHERE alias = ANY($1)',
        values: [aliases],
      }),
    ]);
    const sealed = [...batchRows.rows, ...decisionRows.rows, ...ruleRows.rows].map((row) => row.sealed);
    const keys = await this.broker.open(grant, purpose, day, sealed.map(sealedKeyOf));
    const [firstDecision, firstRules] = [batchRows.rows.length, batchRows.rows.length + decisionRows.rows.length];
    const batches = batchRows.rows.flatMap((row, n) => {
      const key = keys[n];
      return key ? [{ row, content: openBatch(row.sealed, key) }] : [];
    });
    const blob = <T>(row: { sealed: Buffer }, at: number): T[] => {
      const key = keys[at];
      return key ? [JSON.parse(openBlob(row.sealed, key).toString()) as T] : [];
    };
    const decisions = mergeDecisions(decisionRows.rows.flatMap((row, n) => blob<Decision>(row, firstDecision + n)));
    const rules = ruleRows.rows.flatMap((row, n) => blob<Rule[]>(row, firstRules + n)).flat();
    const items = activityItems(foldEvents(batches.map((one) => one.content)), zone);
    return {
      day,
      zone,
      directory,
      batches,
      items,
      decisions,
      rules,
      drafts: draftBlocks(undecided(items, decisions), rules, zone, this.macKey),
      lastSeen: new Map(seenRows.rows.map((row) => [row.alias, row.at])),
    };
  }
}

/** A draft over several sources has a part per source, so that erasing one takes only its part. */
function mergeDecisions(parts: readonly Decision[]): Decision[] {
  const whole = new Map<string, Decision>();
  for (const part of parts) {
    const known = whole.get(part.draft);
    whole.set(
      part.draft,
      known ? { ...known, items: [...known.items, ...part.items], events: [...known.events, ...part.events] } : part,
    );
  }
  return [...whole.values()];
}

/** Events of decided drafts are drafted no more; what came later to the same item still is. */
function undecided(items: readonly DayItem[], decisions: readonly Decision[]): DayItem[] {
  const decided = new Set(decisions.flatMap((one) => one.events));
  return items.flatMap((item) => {
    const events = item.events.filter(({ source, event }) => !decided.has(`${source} ${event.id}`));
    return events.length ? [{ ...item, events }] : [];
  });
}
