import type { Topic } from '@daybook/contracts';
import { Database, type MigrationFolder, migrate } from '@daybook/database';
import { deadLetter } from './dead-letter.js';
import type { RetryPolicy } from './delivering.js';
import type { EventLog, LogRecord, NewRecord, RunningSubscription, Subscription } from './event-log.js';
import { GatheredAppends, type Position } from './gathered-appends.js';
import { PostgresAppends } from './postgres-appends.js';
import { PostgresSubscription } from './postgres-subscription.js';
import { type LiveTopic, openTopics } from './postgres-topics.js';

const migrations: MigrationFolder = { owner: 'event-log', url: new URL('../migrations/', import.meta.url) };

export interface PostgresEventLogOptions {
  /** Connection string of the log's own database. */
  url: string;
  retry?: Partial<RetryPolicy>;
}

interface Row {
  topic: string;
  partition: number;
  position: string;
  key: string;
  value: Buffer;
  headers: Record<string, string> | null;
  appended_at: Date;
}

/** The event log in an embedded PostgreSQL. */
export class PostgresEventLog implements EventLog {
  private readonly subscriptions = new Set<PostgresSubscription>();
  private readonly appends: GatheredAppends;

  private constructor(
    private readonly database: Database,
    private readonly options: PostgresEventLogOptions,
    readonly cluster: string,
    private readonly topics: Map<string, LiveTopic>,
  ) {
    const counters = new PostgresAppends(database, (topic) => this.topic(topic).partitions);
    this.appends = new GatheredAppends(
      (appends) => counters.write(appends),
      (appended) => {
        for (const subscription of this.subscriptions) if (appended.has(subscription.topic)) subscription.nudge();
      },
    );
  }

  /** Makes what is missing of the topics; throws `TopicMismatch` where a live setting differs. */
  static async open(options: PostgresEventLogOptions): Promise<PostgresEventLog> {
    const database = new Database({ url: options.url, name: 'event-log', max: 6 });
    try {
      await migrate(database, [migrations]);
      const { cluster, topics } = await openTopics(database);
      return new PostgresEventLog(database, options, cluster, topics);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  append(topic: Topic, records: NewRecord[]): Promise<Position[]> {
    return this.appends.add(topic, records);
  }

  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    const running = new PostgresSubscription(
      {
        cluster: this.cluster,
        topicId: this.topic(subscription.topic).topicId,
        partitions: this.topic(subscription.topic).partitions,
        url: this.options.url,
        bounds: () => this.bounds(subscription.topic),
        age: (places) => this.age(subscription.topic, places),
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
    await this.appends.settled();
    await this.database.close();
  }

  private topic(name: string): LiveTopic {
    const found = this.topics.get(name);
    if (!found) throw new Error(`no such topic: ${name}`);
    return found;
  }

  private async bounds(topic: string): Promise<{ first: bigint; next: bigint }[]> {
    const { rows } = await this.database.query<{ first: string; next: string }>({
      name: 'bounds',
      text: 'SELECT first, next FROM log_partition WHERE topic = $1 ORDER BY partition',
      values: [topic],
    });
    return rows.map((row) => ({ first: BigInt(row.first), next: BigInt(row.next) }));
  }

  private async age(topic: string, places: ReadonlyMap<number, bigint>): Promise<number> {
    const { rows } = await this.database.query<{ seconds: number | null }>({
      name: 'age',
      text: `SELECT extract(epoch FROM clock_timestamp() - min(appended_at))::float AS seconds
             FROM log_record JOIN unnest($2::int[], $3::bigint[]) AS place (partition, position) USING (partition, position)
             WHERE topic = $1`,
      values: [topic, [...places.keys()], [...places.values()].map(String)],
    });
    return rows[0]?.seconds ?? 0;
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
    const letter = deadLetter(topic, record, reason);
    if (!letter) return false;
    await this.appends.add(letter.topic, [letter.record]);
    return true;
  }
}
