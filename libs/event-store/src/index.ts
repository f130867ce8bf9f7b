export * from './command-handler.js';
export * from './event-store.js';
export { outboxBacklog } from './outbox-backlog.js';
export { OutboxRelay } from './outbox-relay.js';
export { eventStoreMigrations, PostgresEventStore } from './postgres-event-store.js';
