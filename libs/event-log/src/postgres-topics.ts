import { randomUUID } from 'node:crypto';
import type { Database, Tx } from '@daybook/database';
import { type TopicSettings, topicSettings } from './topics.js';

/** The live log has a topic that differs from the typed map, or one that is not in it (P25). */
export class TopicMismatch extends Error {}

export type LiveTopic = Omit<TopicSettings, 'growable'> & { topicId: string };

/** Makes what is missing of the topics; throws {@link TopicMismatch} where a live setting differs. */
export async function openTopics(database: Database): Promise<{ cluster: string; topics: Map<string, LiveTopic> }> {
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
  const topics = rows.map((row): [string, LiveTopic] => [
    row.name,
    {
      name: row.name,
      topicId: row.topic_id,
      partitions: row.partitions,
      retentionSeconds: row.retention_seconds === null ? null : Number(row.retention_seconds),
    },
  ]);
  return { cluster, topics: new Map(topics) };
}

async function ensureTopics(tx: Tx, wanted: TopicSettings[]): Promise<void> {
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
