export * from './command-handler.js';
export * from './event-store.js';
export { outboxBacklog } from './outbox-backlog.js';
export { carryOutbox, OutboxRelay } from './outbox-relay.js';
export { eventStoreMigrations, PostgresEventStore } from './postgres-event-store.js';
export * from './rebuild.js';
