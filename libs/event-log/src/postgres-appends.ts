import { type Database, sqlState } from '@daybook/database';
import { LogUnavailable, type NewRecord } from './event-log.js';
import { partitionOf } from './topics.js';

export type Position = { partition: number; offset: bigint };
interface Waiting {
  topic: string;
  records: NewRecord[];
  done: (positions: Position[]) => void;
  failed: (error: Error) => void;
}

/** Calls gathered into one append at most. */
const GATHERED = 200;
const DEADLOCK = '40P01';

/**
 * Appends, one in flight at a time; what arrives meanwhile goes with the next. A counter row per partition gives positions in commit
 * order without gaps: a slow transaction can never commit behind a reader's back.
 */
export class PostgresAppends {
  private readonly waiting: Waiting[] = [];
  private appending: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly partitionsOf: (topic: string) => number,
    private readonly onAppended: (topics: ReadonlySet<string>) => void,
  ) {}

  /** Resolves with the records' positions when they are durable. */
  add(topic: string, records: NewRecord[]): Promise<Position[]> {
    if (!records.length) return Promise.resolve([]);
    return new Promise((done, failed) => {
      this.waiting.push({ topic, records, done, failed });
      this.appending ??= new Promise<void>((next) => setImmediate(next)).then(() => this.drain());
    });
  }

  private async drain(): Promise<void> {
    while (this.waiting.length) {
      const gathered = this.waiting.splice(0, GATHERED);
      try {
        const positions = await this.insert(gathered);
        let at = 0;
        for (const call of gathered) {
          call.done(positions.slice(at, at + call.records.length));
          at += call.records.length;
        }
        this.onAppended(new Set(gathered.map((call) => call.topic)));
      } catch (error) {
        for (const call of gathered) call.failed(new LogUnavailable(error));
      }
    }
    this.appending = undefined;
  }

  private async insert(calls: Waiting[], attempt = 1): Promise<Position[]> {
    const counted = new Map<string, number>();
    const records = calls.flatMap(({ topic, records }) =>
      records.map((record) => {
        const partition = partitionOf(record.key, this.partitionsOf(topic));
        const place = `${topic} ${partition}`;
        const nth = counted.get(place) ?? 0;
        counted.set(place, nth + 1);
        return { topic, partition, nth, record };
      }),
    );
    const places = [...counted].map(([place, count]) => ({
      topic: place.slice(0, place.lastIndexOf(' ')),
      partition: Number(place.slice(place.lastIndexOf(' ') + 1)),
      count,
    }));
    const values = records.map((one) => one.record.value);
    try {
      const { rows } = await this.database.query<{ topic: string; partition: number; base: string }>({
        name: 'append',
        text: `WITH counter AS (
                 UPDATE log_partition p SET next = p.next + w.count
                 FROM unnest($1::text[], $2::int[], $3::int[]) AS w (topic, partition, count)
                 WHERE p.topic = w.topic AND p.partition = w.partition
                 RETURNING p.topic, p.partition, p.next - w.count AS base
               ), added AS (
                 INSERT INTO log_record (topic, partition, position, key, value, headers, appended_at)
                 SELECT r.topic, r.partition, c.base + r.nth, r.key, substring($10::bytea FROM r.start FOR r.length), r.headers, clock_timestamp()
                 FROM unnest($4::text[], $5::int[], $6::int[], $7::text[], $8::jsonb[], $9::int[], $11::int[])
                   AS r (topic, partition, nth, key, headers, start, length)
                 JOIN counter c USING (topic, partition)
               )
               SELECT topic, partition, base FROM counter`,
        values: [
          places.map((place) => place.topic),
          places.map((place) => place.partition),
          places.map((place) => place.count),
          records.map((one) => one.topic),
          records.map((one) => one.partition),
          records.map((one) => one.nth),
          records.map((one) => one.record.key),
          records.map((one) => (one.record.headers ? JSON.stringify(one.record.headers) : null)),
          starts(values),
          // One parameter goes as it is; in an array each byte would go as two hexadecimal digits.
          Buffer.concat(values),
          values.map((value) => value.length),
        ],
      });
      const bases = new Map(rows.map((row) => [`${row.topic} ${row.partition}`, BigInt(row.base)]));
      return records.map(({ topic, partition, nth }) => ({
        partition,
        offset: (bases.get(`${topic} ${partition}`) as bigint) + BigInt(nth),
      }));
    } catch (error) {
      // Two processes that take several counters in another order: one is asked to try again.
      if (sqlState(error) === DEADLOCK && attempt < 5) return this.insert(calls, attempt + 1);
      throw error;
    }
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    await this.appending;
  }
}

/** Where each of these begins in all of them together; PostgreSQL counts from 1. */
function starts(values: readonly Uint8Array[]): number[] {
  let at = 1;
  return values.map((value) => {
    at += value.length;
    return at - value.length;
  });
}
