import { TOPICS, type Topic, type TopicDefinition } from '@daybook/contracts';
import type { Kafka } from 'kafkajs';
import { deadLetter } from './dead-letter.js';
import { type RetryPolicy, SubscriptionHalted } from './delivering.js';
import type { EventLog, LogRecord, NewRecord, RunningSubscription, Subscription } from './event-log.js';
import { GatheredAppends, type Position } from './gathered-appends.js';
import { createAcls } from './kafka-acls.js';
import { KafkaAppends } from './kafka-appends.js';
import { type KafkaConnection, kafkaClient } from './kafka-client.js';
import { type KafkaIdentity, kafkaIdentity } from './kafka-metadata.js';
import { KafkaSubscription } from './kafka-subscription.js';
import { createTopics, type KafkaLayout, LARGEST_VALUE, verifyTopics } from './kafka-topics.js';
import { KafkaView } from './kafka-view.js';
import { TopicMismatch } from './postgres-topics.js';

export interface KafkaEventLogOptions extends KafkaConnection {
  /** Whose connection the broker shows. */
  clientId: string;
  retry?: Partial<RetryPolicy>;
}

/** The event log on Apache Kafka. */
export class KafkaEventLog implements EventLog {
  private readonly subscriptions = new Set<KafkaSubscription>();
  private readonly sends: KafkaAppends;
  private readonly appends: GatheredAppends;

  private constructor(
    private readonly client: (end: AbortSignal) => Kafka,
    private readonly view: KafkaView,
    private readonly identity: KafkaIdentity,
    private readonly options: KafkaEventLogOptions,
  ) {
    this.sends = new KafkaAppends(client);
    this.appends = new GatheredAppends((appends) => this.sends.write(appends));
  }

  /** Throws `TopicMismatch` where a live setting differs from the typed map, and whatever the network says when nobody answers. */
  static async open(options: KafkaEventLogOptions): Promise<KafkaEventLog> {
    const client = (end?: AbortSignal) => kafkaClient(options, options.clientId, end);
    const view = new KafkaView(client());
    try {
      const identity = await kafkaIdentity(options);
      await view.ask(verifyTopics);
      const log = new KafkaEventLog(client, view, identity, options);
      await log.sends.warm();
      return log;
    } catch (error) {
      await view.close();
      throw error;
    }
  }

  async append(topic: Topic, records: NewRecord[]): Promise<Position[]> {
    // It would fail, and with it all that was gathered with it.
    if (records.some(({ value }) => value.length > LARGEST_VALUE))
      throw new RangeError(`a record of ${topic} has more than ${LARGEST_VALUE} bytes`);
    return this.appends.add(topic, records);
  }

  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    const { topic } = subscription;
    const running = new KafkaSubscription(
      {
        client: this.client,
        cluster: this.identity.cluster,
        topicId: this.topicId(topic),
        bounds: () => this.view.bounds(topic),
        age: (places) => this.view.age(topic, places),
        confirm: () => this.confirm(topic),
        setAside: (record, reason) => this.setAside(topic, record, reason),
      },
      subscription,
      this.options.retry,
    );
    this.subscriptions.add(running);
    running.start();
    return running;
  }

  /** Rejects while no broker answers. */
  async answers(): Promise<void> {
    await this.view.ask((admin) => admin.describeCluster());
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
    await this.appends.settled();
    await this.sends.close();
    await this.view.close();
  }

  private topicId(topic: string): string {
    const id = this.identity.topicIds.get(topic);
    if (!id) throw new Error(`no such topic: ${topic}`);
    return id;
  }

  /** Asked whenever a place in the topic is taken: kafkajs knows topics by name, and would read the new one of the same name. */
  private async confirm(topic: string): Promise<void> {
    const { cluster, topicIds } = await kafkaIdentity(this.options);
    const id = topicIds.get(topic);
    if (!id) throw new Error(`${topic} cannot be seen now`);
    if (cluster !== this.identity.cluster || id !== this.topicId(topic))
      throw new SubscriptionHalted(
        'other_log',
        topic,
        `${topic} was deleted and made again: the cursors belong to another log`,
      );
    this.view.renew();
  }

  private async setAside(topic: Topic, record: LogRecord, reason: string): Promise<boolean> {
    const letter = deadLetter(topic, record, reason);
    if (!letter) return false;
    await this.appends.add(letter.topic, [letter.record]);
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

/** Raises the partitions of a topic that may grow, while it is written and read. Which partition a key lands in changes; those topics need no order across batches. */
export async function growTopic(connection: KafkaConnection, topic: Topic, partitions: number): Promise<void> {
  const { growable }: TopicDefinition = TOPICS[topic];
  if (!growable) throw new TopicMismatch(`topic ${topic} may not grow: its consumers need the order of its keys`);
  const admin = kafkaClient(connection, 'prepare-kafka').admin();
  await admin.connect();
  try {
    await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
  } finally {
    await admin.disconnect();
  }
}
