import type { MigrationFolder } from '@daybook/database';

export { consumeFromStart } from './consume-from-start.js';
export { type HaltCode, SubscriptionHalted } from './delivering.js';
export * from './event-log.js';
export * from './json-records.js';
export { LOG_SERVICES, logAcls } from './kafka-acls.js';
export { type KafkaConnection, kafkaErrorCode } from './kafka-client.js';
export { growTopic, KafkaEventLog, type KafkaEventLogOptions, prepareKafka } from './kafka-event-log.js';
export { readTopic } from './kafka-reader.js';
export { PostgresEventLog } from './postgres-event-log.js';
export { TopicMismatch } from './postgres-topics.js';
export { LOG_TABLES, partitionOf } from './topics.js';

/** Tables that a consumer's own database needs. */
export const cursorMigrations: MigrationFolder = {
  owner: 'event-log-cursor',
  url: new URL('../cursor-migrations/', import.meta.url),
};
