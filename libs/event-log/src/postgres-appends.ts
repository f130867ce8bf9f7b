import { type Database, sqlState } from '@daybook/database';
import type { Append, Position } from './gathered-appends.js';
import { partitionOf } from './topics.js';

const DEADLOCK = '40P01';

/** A counter row per partition gives positions in commit order without gaps: a slow transaction can never commit behind a reader's back. */
export class PostgresAppends {
  constructor(
    private readonly database: Database,
    private readonly partitionsOf: (topic: string) => number,
  ) {}

  async write(calls: readonly Append[], attempt = 1): Promise<Position[]> {
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
      if (sqlState(error) === DEADLOCK && attempt < 5) return this.write(calls, attempt + 1);
      throw error;
    }
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
