import { randomBytes } from 'node:crypto';
import type { LogRecord } from './event-log.js';
import { recordOf } from './kafka-assignment.js';
import { type KafkaConnection, kafkaClient } from './kafka-client.js';

/** Everything that a topic holds now, from its first record on, past all cursors. For who must look at all of it: auditors, operators. */
export async function readTopic(connection: KafkaConnection, topic: string): Promise<LogRecord[]> {
  const kafka = kafkaClient(connection, 'read-topic');
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
  const left = new Map(
    offsets
      .filter(({ low, high }) => BigInt(low) < BigInt(high))
      .map(({ partition, high }) => [partition, BigInt(high)]),
  );
  if (!left.size) return [];
  const consumer = kafka.consumer({ groupId: `read-topic-${randomBytes(6).toString('hex')}`, maxWaitTimeInMs: 200 });
  const records: LogRecord[] = [];
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        records.push(recordOf(topic, partition, message));
        if (BigInt(message.offset) + 1n >= (left.get(partition) ?? 0n)) left.delete(partition);
        if (!left.size) resolve();
      },
    });
    await done;
    return records;
  } finally {
    await consumer.disconnect();
  }
}
