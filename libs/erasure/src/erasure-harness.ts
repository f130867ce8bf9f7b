import { CaseRef, type DeletionEvent, type ErasureScope, Instant } from '@daybook/contracts';
import { type Database, migrate } from '@daybook/database';
import { cursorMigrations } from '@daybook/event-log';
import { newRef, type TestPostgres } from '@daybook/testing';
import { type ErasableStore, erasureMigrations } from './index.js';

/** The simplest honest store: one table by alias. */
export const store = (
  failing: { now: boolean } = { now: false },
  lazy: { now: boolean } = { now: false },
): ErasableStore => ({
  name: 'timeline.batches',
  erase: async (scope, tx) => {
    if (failing.now) throw new Error('read-only');
    if (lazy.now) return 0;
    return scope.kind === 'aliases'
      ? ((await tx.query('DELETE FROM kept WHERE alias = ANY($1)', [scope.aliases])).rowCount ?? 0)
      : 0;
  },
  remaining: async (scope, db) =>
    scope.kind === 'aliases'
      ? ((await db.query('SELECT 1 FROM kept WHERE alias = ANY($1)', [scope.aliases])).rowCount ?? 0)
      : 0,
});
export const ordered = (scope: ErasureScope, caseRef = newRef(CaseRef)): DeletionEvent => {
  const now = Instant.parse(new Date().toISOString());
  return {
    type: 'DeletionOrdered',
    caseRef,
    orderedAt: now,
    registryVersion: 1,
    chunk: 0,
    scope,
    deadlines: { unreadable: now, erased: now, purged: now },
  };
};

/** With one table of things kept by alias. */
export const freshDatabase = async (postgres: TestPostgres): Promise<Database> => {
  const database = await postgres.database('service');
  await migrate(database, [erasureMigrations, cursorMigrations]);
  await database.query('CREATE TABLE kept (alias text, bytes text)');
  return database;
};
