import type { Database, Queryable, Tx } from '@daybook/database';

/** For controls: the database, with a fault planted in its statements (a lock that is left out, say). */
export function withFault(database: Database, plant: (sql: string) => string): Database {
  const query =
    (db: Queryable) => (sql: string | { name?: string; text: string; values?: unknown[] }, values?: unknown[]) =>
      typeof sql === 'string' ? db.query(plant(sql), values) : db.query({ ...sql, text: plant(sql.text) });
  const faulty: Database = Object.assign(Object.create(database), { query: query(database) });
  faulty.transaction = (work, isolation) =>
    database.transaction((tx) => work(Object.assign(Object.create(tx) as Tx, { query: query(tx) })), isolation);
  return faulty;
}
