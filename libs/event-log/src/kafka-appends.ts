import type { Kafka, Producer } from 'kafkajs';
import type { Append, Position } from './gathered-appends.js';
import { partitionOf } from './topics.js';

/** Partitions are made more in a running cluster: the producer looks this often. */
export const METADATA_AGE_MS = 10_000;

interface Message {
  key: string;
  value: Buffer;
  headers?: Record<string, string>;
}

/**
 * Idempotent sends with `acks=all`. kafkajs retries a send under its sequence numbers, so that a lost answer doubles nothing; but a
 * producer whose send failed for good no longer knows what the broker has, and would number the next records as the lost ones: it is thrown
 * away, and the next send begins with a new one.
 */
export class KafkaAppends {
  private producer: Promise<Producer> | undefined;
  /** Where our own partitioner put each message: the answer names bases of partitions only. */
  private readonly placed = new WeakMap<object, number>();

  constructor(private readonly kafka: Kafka) {}

  async write(appends: readonly Append[]): Promise<Position[]> {
    const messages = appends.map(({ topic, records }) => ({
      topic,
      messages: records.map(
        ({ key, value, headers }): Message => ({ key, value: Buffer.from(value), ...(headers && { headers }) }),
      ),
    }));
    this.producer ??= this.connect();
    const mine = this.producer;
    try {
      const answers = await (await mine).sendBatch({ acks: -1, topicMessages: byTopic(messages) });
      const bases = new Map(
        answers.map(({ topicName, partition, baseOffset }) => [`${topicName} ${partition}`, BigInt(baseOffset ?? -1)]),
      );
      return messages.flatMap(({ topic, messages }) =>
        messages.map((message) => {
          const partition = this.placed.get(message) as number;
          const offset = bases.get(`${topic} ${partition}`) as bigint;
          bases.set(`${topic} ${partition}`, offset + 1n);
          return { partition, offset };
        }),
      );
    } catch (error) {
      this.producer = undefined;
      void mine.then((producer) => producer.disconnect()).catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.producer?.then((producer) => producer.disconnect()).catch(() => undefined);
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      metadataMaxAge: METADATA_AGE_MS,
      createPartitioner:
        () =>
        ({ message, partitionMetadata }) => {
          const partition = partitionOf(String(message.key), partitionMetadata.length);
          this.placed.set(message, partition);
          return partition;
        },
    });
    await producer.connect();
    return producer;
  }
}

/** Records of one topic in one list, in the order of the calls. */
function byTopic(parts: readonly { topic: string; messages: Message[] }[]) {
  const topics = new Map<string, Message[]>();
  for (const { topic, messages } of parts) topics.set(topic, [...(topics.get(topic) ?? []), ...messages]);
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}
