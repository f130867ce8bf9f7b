import type { Topic } from '@daybook/contracts';
import { type MigrationFolder, sqlState, type Tx, UNIQUE_VIOLATION } from '@daybook/database';
import type { Event } from '@daybook/decider';
import type { NewRecord } from '@daybook/event-log';
import { type EventStore, type Recorded, type Stream, VersionConflict } from './event-store.js';

/** Tables that the owning service's database needs. */
export const eventStoreMigrations: MigrationFolder = {
  owner: 'event-store',
  url: new URL('../migrations/', import.meta.url),
};

/** Streams and outbox in the service's own PostgreSQL. */
export class PostgresEventStore implements EventStore {
  async read<E extends Event>(tx: Tx, stream: string): Promise<Stream<E>> {
    const { rows } = await tx.query<{ position: number; type: string; data: object; recorded_at: Date }>(
      'SELECT position, type, data, recorded_at FROM stream_event WHERE stream = $1 ORDER BY position',
      [stream],
    );
    const events = rows.map(
      (row) =>
        ({
          type: row.type,
          data: row.data,
          position: row.position,
          recordedAt: row.recorded_at,
        }) as unknown as Recorded<E>,
    );
    return { events, version: rows.at(-1)?.position ?? 0 };
  }

  async append<E extends Event>(tx: Tx, stream: string, expected: number, events: readonly E[]): Promise<number> {
    if (!events.length) return expected;
    try {
      await tx.query(
        `INSERT INTO stream_event (stream, position, type, data)
         SELECT $1, $2 + nth, type, data FROM unnest($3::text[], $4::jsonb[]) WITH ORDINALITY AS e (type, data, nth)`,
        [stream, expected, events.map((event) => event.type), events.map((event) => JSON.stringify(event.data))],
      );
    } catch (error) {
      if (sqlState(error) === UNIQUE_VIOLATION) throw new VersionConflict(stream, expected);
      throw error;
    }
    return expected + events.length;
  }

  async publish(tx: Tx, topic: Topic, records: NewRecord[]): Promise<void> {
    if (!records.length) return;
    await tx.query(
      `INSERT INTO outbox (topic, key, value, headers) SELECT $1, key, value, headers
       FROM unnest($2::text[], $3::bytea[], $4::jsonb[]) WITH ORDINALITY AS r (key, value, headers, nth) ORDER BY nth`,
      [
        topic,
        records.map((record) => record.key),
        records.map((record) => record.value),
        records.map((record) => (record.headers ? JSON.stringify(record.headers) : null)),
      ],
    );
  }

  /** Removes whole streams: erasing a person. */
  async erase(tx: Tx, streams: string[]): Promise<number> {
    return (await tx.query('DELETE FROM stream_event WHERE stream = ANY($1)', [streams])).rowCount ?? 0;
  }
}
