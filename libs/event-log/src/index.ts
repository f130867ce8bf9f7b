import type { MigrationFolder } from '@daybook/database';

export * from './event-log.js';
export * from './json-records.js';
export { KafkaEventLog } from './kafka-event-log.js';
export { PostgresEventLog } from './postgres-event-log.js';
export { SubscriptionHalted } from './postgres-subscription.js';
export { TopicMismatch } from './postgres-topics.js';
export { LOG_TABLES } from './topics.js';

/** Tables that a consumer's own database needs. */
export const cursorMigrations: MigrationFolder = {
  owner: 'event-log-cursor',
  url: new URL('../cursor-migrations/', import.meta.url),
};
