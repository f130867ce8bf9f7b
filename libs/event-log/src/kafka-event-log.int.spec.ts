import { randomBytes } from 'node:crypto';
import { migrate } from '@daybook/database';
import { javaMissing, startTestKafka, startTestPostgres } from '@daybook/testing';
import type { Admin } from 'kafkajs';
import { describe } from 'vitest';
import { describeEventLog } from './event-log.contract.js';
import type { LogRecord } from './event-log.js';
import { cursorMigrations, KafkaEventLog, prepareKafka } from './index.js';
import { recordOf } from './kafka-assignment.js';
import { type KafkaConnection, kafkaClient } from './kafka-client.js';

describe.skipIf(javaMissing())('on a real Kafka', () => {
  describeEventLog('the Kafka adapter', async () => {
    const [kafka, postgres] = await Promise.all([startTestKafka(), startTestPostgres()]);
    const connection = { brokers: kafka.brokers };
    await prepareKafka(connection);
    const opened: { close(): Promise<void> }[] = [];
    const admin = kafkaClient(connection, 'spec').admin();
    await admin.connect();
    return {
      open: async () => {
        const log = await KafkaEventLog.open({
          ...connection,
          clientId: 'spec',
          retry: { attempts: 4, firstDelayMs: 5, maxDelayMs: 20 },
        });
        opened.push(log);
        return log;
      },
      database: async () => {
        const database = await postgres.database(`consumer_${randomBytes(4).toString('hex')}`);
        opened.push(database);
        await migrate(database, [cursorMigrations]);
        return database;
      },
      // What retention would have deleted by then: all of it. Segments are closed by time, and no spec waits for that.
      retain: async () => {
        for (const topic of ['activity.batches.v1']) {
          const offsets = await admin.fetchTopicOffsets(topic);
          await admin.deleteTopicRecords({
            topic,
            partitions: offsets.map(({ partition, high }) => ({ partition, offset: high })),
          });
        }
      },
      crash: async () => {
        await kafka.kill();
        await kafka.restart();
      },
      readAll: (topic) => readAll(connection, admin, topic),
      stop: async () => {
        for (const one of opened.reverse()) await one.close();
        await admin.disconnect();
        await Promise.all([kafka.stop(), postgres.stop()]);
      },
    };
  });
});

/** Everything that a topic holds now. */
async function readAll(connection: KafkaConnection, admin: Admin, topic: string): Promise<LogRecord[]> {
  const left = new Map(
    (await admin.fetchTopicOffsets(topic))
      .filter(({ low, high }) => BigInt(low) < BigInt(high))
      .map(({ partition, high }) => [partition, BigInt(high)]),
  );
  if (!left.size) return [];
  const consumer = kafkaClient(connection, 'spec').consumer({ groupId: `read-${randomBytes(6).toString('hex')}` });
  const records: LogRecord[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      records.push(recordOf(topic, partition, message));
      if (BigInt(message.offset) + 1n >= (left.get(partition) ?? 0n)) left.delete(partition);
      if (!left.size) resolve();
    },
  });
  await done;
  await consumer.disconnect();
  return records;
}
