import type { Database, Tx } from '@daybook/database';

/** For controls: the database, with a fault planted in the statements of its transactions (a lock that is left out, say). */
export function withFault(database: Database, plant: (sql: string) => string): Database {
  const query = (tx: Tx) => (sql: string | { name?: string; text: string; values?: unknown[] }, values?: unknown[]) =>
    typeof sql === 'string' ? tx.query(plant(sql), values) : tx.query({ ...sql, text: plant(sql.text) });
  const faulty = Object.create(database) as Database;
  faulty.transaction = (work, isolation) =>
    database.transaction((tx) => work(Object.assign(Object.create(tx) as Tx, { query: query(tx) })), isolation);
  return faulty;
}
