export * from './command-handler.js';
export * from './event-store.js';
export { OutboxRelay } from './outbox-relay.js';
export { eventStoreMigrations, PostgresEventStore } from './postgres-event-store.js';
