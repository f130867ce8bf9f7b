import { createHash } from 'node:crypto';
import {
  DEAD_LETTER_RETENTION_SECONDS,
  deadLetterTopic,
  TOPICS,
  type Topic,
  type TopicDefinition,
} from '@daybook/contracts';

export interface TopicSettings {
  name: string;
  partitions: number;
  retentionSeconds: number | null;
  /** May have more partitions than that. */
  growable: boolean;
}

/** What must exist in the log: every topic of the typed map, and a dead-letter topic for each that sets poison aside. */
export const topicSettings = (): TopicSettings[] =>
  (Object.keys(TOPICS) as Topic[]).flatMap((name) => {
    const { partitions, retentionSeconds, onPoison, growable }: TopicDefinition = TOPICS[name];
    const topic = { name, partitions, retentionSeconds, growable: growable === true };
    return onPoison === 'halt'
      ? [topic]
      : [
          topic,
          {
            name: deadLetterTopic(name),
            partitions: 1,
            retentionSeconds: DEAD_LETTER_RETENTION_SECONDS,
            growable: false,
          },
        ];
  });

/** First words of topics' names. */
export const topicSubjects = (): string[] => [
  ...new Set(Object.keys(TOPICS).map((name) => name.slice(0, name.indexOf('.')))),
];

/** Tables of the log's own database, and why nothing in them is anybody's store: topics are the way between services, not a place. */
export const LOG_TABLES: Readonly<Record<string, { impersonal: string }>> = {
  schema_migration: { impersonal: 'names of migrations that ran' },
  log_cluster: { impersonal: 'a random name of this log' },
  log_topic: { impersonal: 'settings of topics' },
  log_partition: { impersonal: 'positions' },
  log_record: { impersonal: 'sealed bytes and references under random keys; gone when their topic forgets them' },
};

/** Partition of a key: stable over restarts and releases. */
export const partitionOf = (key: string, partitions: number): number =>
  partitions === 1 ? 0 : createHash('sha1').update(key).digest().readUInt32BE(0) % partitions;
