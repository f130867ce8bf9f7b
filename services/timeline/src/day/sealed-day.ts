import type { Alias, BrokerDirectory, Day } from '@daybook/contracts';
import type { Database } from '@daybook/database';

export interface SealedRow {
  alias: Alias;
  /** Batch id, or draft. */
  id: string;
  sealed: Buffer;
}
/** All that is stored of one person's day, still sealed. */
export interface SealedDay {
  batches: SealedRow[];
  decisions: SealedRow[];
  rules: SealedRow[];
  /** When something of an alias last arrived. */
  lastSeen: Map<string, Date>;
}

type Row = SealedRow & ({ kind: 'batch' | 'decision' | 'rules' } | { kind: 'seen'; at: Date });

/** One question for the whole page. */
export async function readSealedDay(
  database: Database,
  { sources, rules }: BrokerDirectory,
  day: Day,
): Promise<SealedDay> {
  const { rows } = await database.query<Row>({
    name: 'sealed-day',
    text: `SELECT 'batch' AS kind, alias, batch_id AS id, sealed, NULL::timestamptz AS at FROM batch WHERE alias = ANY($1) AND day = $2
           UNION ALL SELECT 'decision', alias, draft, sealed, NULL FROM decision WHERE alias = ANY($1) AND day = $2
           UNION ALL SELECT 'rules', alias, '', sealed, NULL FROM rules WHERE alias = $3
           UNION ALL SELECT 'seen', alias, '', NULL, at FROM alias_seen WHERE alias = ANY($1)`,
    values: [sources.map((one) => one.alias), day, rules.alias],
  });
  return {
    batches: rows.filter((row) => row.kind === 'batch'),
    decisions: rows.filter((row) => row.kind === 'decision'),
    rules: rows.filter((row) => row.kind === 'rules'),
    lastSeen: new Map(rows.flatMap((row) => (row.kind === 'seen' ? [[row.alias, row.at]] : []))),
  };
}
