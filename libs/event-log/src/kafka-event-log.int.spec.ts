import { randomBytes } from 'node:crypto';
import { migrate } from '@daybook/database';
import { javaMissing, startTestKafka, startTestPostgres } from '@daybook/testing';
import { describe } from 'vitest';
import { describeEventLog } from './event-log.contract.js';
import { cursorMigrations, KafkaEventLog, prepareKafka } from './index.js';
import { kafkaClient } from './kafka-client.js';
import { readTopic } from './kafka-reader.js';

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
      readAll: (topic) => readTopic(connection, topic),
      stop: async () => {
        for (const one of opened.reverse()) await one.close();
        await admin.disconnect();
        await Promise.all([kafka.stop(), postgres.stop()]);
      },
    };
  });
});
