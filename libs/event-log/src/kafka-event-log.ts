import { deadLetterTopic, TOPICS, type Topic } from '@daybook/contracts';
import type { Admin, Kafka } from 'kafkajs';
import type { RetryPolicy } from './delivering.js';
import type { EventLog, LogRecord, NewRecord, RunningSubscription, Subscription } from './event-log.js';
import { GatheredAppends, type Position } from './gathered-appends.js';
import { createAcls } from './kafka-acls.js';
import { KafkaAppends } from './kafka-appends.js';
import { type KafkaConnection, kafkaClient } from './kafka-client.js';
import { type KafkaIdentity, kafkaIdentity } from './kafka-metadata.js';
import { KafkaSubscription } from './kafka-subscription.js';
import { createTopics, type KafkaLayout, verifyTopics } from './kafka-topics.js';
import type { Bounds } from './standing.js';

export interface KafkaEventLogOptions extends KafkaConnection {
  /** Whose connection the broker shows. */
  clientId: string;
  retry?: Partial<RetryPolicy>;
}

/** Ages that `lag` tells apart, in seconds: Kafka finds a place by its time, not a time by its place. */
const AGES = [10, 60, 300, 900, 3_600, 21_600, 86_400, 4 * 86_400];

/** The event log on Apache Kafka. */
export class KafkaEventLog implements EventLog {
  private readonly subscriptions = new Set<KafkaSubscription>();
  private readonly sends: KafkaAppends;
  private readonly appends: GatheredAppends;

  private constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly identity: KafkaIdentity,
    private readonly retry: Partial<RetryPolicy> | undefined,
  ) {
    this.sends = new KafkaAppends(kafka);
    this.appends = new GatheredAppends((appends) => this.sends.write(appends));
  }

  /** Throws `TopicMismatch` where a live setting differs from the typed map, and whatever the network says when nobody answers. */
  static async open({ clientId, retry, ...connection }: KafkaEventLogOptions): Promise<KafkaEventLog> {
    const kafka = kafkaClient(connection, clientId);
    const admin = kafka.admin();
    try {
      const identity = await kafkaIdentity(connection);
      await admin.connect();
      await verifyTopics(admin);
      return new KafkaEventLog(kafka, admin, identity, retry);
    } catch (error) {
      await admin.disconnect().catch(() => undefined);
      throw error;
    }
  }

  append(topic: Topic, records: NewRecord[]): Promise<Position[]> {
    return this.appends.add(topic, records);
  }

  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    const { topic } = subscription;
    const running = new KafkaSubscription(
      {
        kafka: this.kafka,
        cluster: this.identity.cluster,
        topicId: this.topicId(topic),
        bounds: () => this.bounds(topic),
        age: (partition, offset) => this.age(topic, partition, offset),
        setAside: (record, reason) => this.setAside(topic, record, reason),
      },
      subscription,
      this.retry,
    );
    this.subscriptions.add(running);
    running.start();
    return running;
  }

  /** Rejects while no broker answers. */
  async answers(): Promise<void> {
    await this.admin.describeCluster();
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
    await this.appends.settled();
    await this.sends.close();
    await this.admin.disconnect().catch(() => undefined);
  }

  private topicId(topic: string): string {
    const id = this.identity.topicIds.get(topic);
    if (!id) throw new Error(`no such topic: ${topic}`);
    return id;
  }

  private async bounds(topic: string): Promise<Bounds> {
    const offsets = await this.admin.fetchTopicOffsets(topic);
    return offsets
      .sort((a, b) => a.partition - b.partition)
      .map(({ low, high }) => ({ first: BigInt(low), next: BigInt(high) }));
  }

  /** The largest of {@link AGES} that the record is older than. */
  private async age(topic: string, partition: number, offset: bigint): Promise<number> {
    let older = 0;
    for (const seconds of AGES) {
      const since = await this.admin.fetchTopicOffsetsByTimestamp(topic, Date.now() - seconds * 1_000);
      const first = since.find((one) => one.partition === partition)?.offset;
      if (first === undefined || BigInt(first) <= offset) break;
      older = seconds;
    }
    return older;
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
    await this.appends.add(deadLetterTopic(topic), [{ key: record.key, value: record.value, headers }]);
    return true;
  }
}

/** The administrator's step: topics and, where the broker asks who somebody is, who may do what. Everything else only looks. */
export async function prepareKafka(connection: KafkaConnection, layout: KafkaLayout = { replicas: 1 }): Promise<void> {
  const admin = kafkaClient(connection, 'prepare-kafka').admin();
  await admin.connect();
  try {
    await createTopics(admin, layout);
    if (connection.tls) await createAcls(admin);
    await verifyTopics(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Raises the partitions of the topics that may grow. Which partition a key lands in changes; those topics need no order across batches. */
export async function growTopic(connection: KafkaConnection, topic: Topic, partitions: number): Promise<void> {
  const admin = kafkaClient(connection, 'prepare-kafka').admin();
  await admin.connect();
  try {
    await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
  } finally {
    await admin.disconnect();
  }
}
