import { randomUUID } from 'node:crypto';
import { deadLetterTopic, TOPICS, type Topic } from '@daybook/contracts';
import { Database, type MigrationFolder, migrate, sqlState } from '@daybook/database';
import {
  type EventLog,
  type LogRecord,
  LogUnavailable,
  type NewRecord,
  type RunningSubscription,
  type Subscription,
} from './event-log.js';
import { PostgresSubscription, type RetryPolicy } from './postgres-subscription.js';
import { partitionOf, type TopicSettings, topicSettings } from './topics.js';

const migrations: MigrationFolder = { owner: 'event-log', url: new URL('../migrations/', import.meta.url) };

/** The live log has a topic that differs from the typed map, or one that is not in it (P25). */
export class TopicMismatch extends Error {}

export interface PostgresEventLogOptions {
  /** Connection string of the log's own database. */
  url: string;
  retry?: Partial<RetryPolicy>;
}

interface Waiting {
  topic: Topic | string;
  records: NewRecord[];
  done: (positions: Position[]) => void;
  failed: (error: Error) => void;
}
type Position = { partition: number; offset: bigint };
interface Row {
  topic: string;
  partition: number;
  position: string;
  key: string;
  value: Buffer;
  headers: Record<string, string> | null;
  appended_at: Date;
}

/** Calls gathered into one append at most. */
const GATHERED = 200;
const DEADLOCK = '40P01';

/**
 * The event log in an embedded PostgreSQL. A counter row per partition gives positions in commit order without gaps: a slow
 * transaction can never commit behind a reader's back. One append is in flight at a time; what arrives meanwhile goes with the next.
 */
export class PostgresEventLog implements EventLog {
  private readonly waiting: Waiting[] = [];
  private readonly subscriptions = new Set<PostgresSubscription>();
  private appending: Promise<void> | undefined;

  private constructor(
    private readonly database: Database,
    private readonly options: PostgresEventLogOptions,
    readonly cluster: string,
    private readonly topics: Map<string, TopicSettings & { topicId: string }>,
  ) {}

  /** Makes what is missing of the topics; throws {@link TopicMismatch} where a live setting differs. */
  static async open(options: PostgresEventLogOptions): Promise<PostgresEventLog> {
    const database = new Database({ url: options.url, name: 'event-log', max: 6 });
    try {
      await migrate(database, [migrations]);
      const cluster = await database.transaction(async (tx) => {
        await tx.query(`SELECT pg_advisory_xact_lock(hashtext('daybook.event-log.open'))`);
        await tx.query('INSERT INTO log_cluster (id) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM log_cluster)', [
          randomUUID(),
        ]);
        await ensureTopics(tx, topicSettings());
        return (await tx.query<{ id: string }>('SELECT id FROM log_cluster')).rows[0]?.id as string;
      });
      const { rows } = await database.query<{
        name: string;
        topic_id: string;
        partitions: number;
        retention_seconds: string | null;
      }>('SELECT * FROM log_topic');
      const topics = rows.map((row): [string, TopicSettings & { topicId: string }] => [
        row.name,
        {
          name: row.name,
          topicId: row.topic_id,
          partitions: row.partitions,
          retentionSeconds: row.retention_seconds === null ? null : Number(row.retention_seconds),
        },
      ]);
      return new PostgresEventLog(database, options, cluster, new Map(topics));
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  append(topic: Topic, records: NewRecord[]): Promise<Position[]> {
    return this.enqueue(topic, records);
  }

  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    const running = new PostgresSubscription(
      {
        cluster: this.cluster,
        topicId: this.topic(subscription.topic).topicId,
        partitions: this.topic(subscription.topic).partitions,
        url: this.options.url,
        bounds: () => this.bounds(subscription.topic),
        read: (partition, from, limit) => this.read(subscription.topic, partition, from, limit),
        setAside: (record, reason) => this.setAside(subscription.topic, record, reason),
      },
      subscription,
      this.options.retry,
    );
    this.subscriptions.add(running);
    await running.start();
    return running;
  }

  /** Forgets what is older than its topic keeps; a cursor that has not come that far halts. Returns how many records went. */
  async applyRetention(now: Date): Promise<number> {
    let forgotten = 0;
    for (const { name, retentionSeconds } of this.topics.values()) {
      if (retentionSeconds === null) continue;
      const before = new Date(now.getTime() - retentionSeconds * 1000);
      const { rowCount } = await this.database.query(
        `WITH gone AS (DELETE FROM log_record WHERE topic = $1 AND appended_at < $2 RETURNING partition, position),
              moved AS (UPDATE log_partition p SET first = greatest(p.first, g.last + 1)
                        FROM (SELECT partition, max(position) AS last FROM gone GROUP BY partition) g
                        WHERE p.topic = $1 AND p.partition = g.partition)
         SELECT 1 FROM gone`,
        [name, before],
      );
      forgotten += rowCount ?? 0;
    }
    return forgotten;
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
    await this.appending;
    await this.database.close();
  }

  private topic(name: string): TopicSettings & { topicId: string } {
    const found = this.topics.get(name);
    if (!found) throw new Error(`no such topic: ${name}`);
    return found;
  }

  private enqueue(topic: string, records: NewRecord[]): Promise<Position[]> {
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
        const touched = new Set(gathered.map((call) => call.topic));
        for (const subscription of this.subscriptions) if (touched.has(subscription.topic)) subscription.nudge();
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
        const partition = partitionOf(record.key, this.topic(topic).partitions);
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

  private async bounds(topic: string): Promise<{ first: bigint; next: bigint }[]> {
    const { rows } = await this.database.query<{ first: string; next: string }>({
      name: 'bounds',
      text: 'SELECT first, next FROM log_partition WHERE topic = $1 ORDER BY partition',
      values: [topic],
    });
    return rows.map((row) => ({ first: BigInt(row.first), next: BigInt(row.next) }));
  }

  private async read(topic: string, partition: number, from: bigint, limit: number): Promise<LogRecord[]> {
    const { rows } = await this.database.query<Row>({
      name: 'read',
      text: 'SELECT * FROM log_record WHERE topic = $1 AND partition = $2 AND position >= $3 ORDER BY position LIMIT $4',
      values: [topic, partition, from.toString(), limit],
    });
    return rows.map((row) => ({
      topic,
      partition,
      offset: BigInt(row.position),
      key: row.key,
      value: row.value,
      ...(row.headers && { headers: row.headers }),
      appendedAt: row.appended_at,
    }));
  }

  private async setAside(topic: Topic, record: LogRecord, reason: string): Promise<boolean> {
    if (TOPICS[topic].onPoison === 'halt') return false;
    const headers = {
      ...record.headers,
      'origin-topic': topic,
      'origin-partition': String(record.partition),
      'origin-offset': record.offset.toString(),
      reason,
    };
    await this.enqueue(deadLetterTopic(topic), [{ key: record.key, value: record.value, headers }]);
    return true;
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

async function ensureTopics(
  tx: Parameters<Parameters<Database['transaction']>[0]>[0],
  wanted: TopicSettings[],
): Promise<void> {
  const { rows } = await tx.query<{ name: string; partitions: number; retention_seconds: string | null }>(
    'SELECT * FROM log_topic',
  );
  const live = new Map(rows.map((row) => [row.name, row]));
  for (const topic of wanted) {
    const found = live.get(topic.name);
    if (!found) continue;
    const retention = found.retention_seconds === null ? null : Number(found.retention_seconds);
    if (found.partitions !== topic.partitions)
      throw new TopicMismatch(
        `topic ${topic.name} has ${found.partitions} partitions, this version expects ${topic.partitions}`,
      );
    if (retention !== topic.retentionSeconds)
      throw new TopicMismatch(
        `topic ${topic.name} keeps records for ${retention ?? 'ever'} s, this version expects ${topic.retentionSeconds ?? 'ever'}`,
      );
  }
  const undeclared = [...live.keys()].filter((name) => !wanted.some((topic) => topic.name === name));
  if (undeclared.length)
    throw new TopicMismatch(`the log has topics that nobody declared and nobody would erase: ${undeclared.join(', ')}`);
  const missing = wanted.filter((topic) => !live.has(topic.name));
  await tx.query(
    `INSERT INTO log_topic (name, topic_id, partitions, retention_seconds)
     SELECT name, gen_random_uuid(), partitions, retention FROM unnest($1::text[], $2::int[], $3::bigint[]) AS t (name, partitions, retention)`,
    [
      missing.map((topic) => topic.name),
      missing.map((topic) => topic.partitions),
      missing.map((topic) => topic.retentionSeconds),
    ],
  );
  await tx.query(
    `INSERT INTO log_partition (topic, partition) SELECT name, generate_series(0, partitions - 1) FROM log_topic ON CONFLICT DO NOTHING`,
  );
}
