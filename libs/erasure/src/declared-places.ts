import { readdir } from 'node:fs/promises';
import type { StoreName } from '@daybook/contracts';
import type { Queryable } from '@daybook/database';

/** Where every table and folder belongs (topics: the log refuses what the typed map does not have): to an erasable store, or to nobody, with the reason. */
export type Declarations = Readonly<Record<string, { store: StoreName } | { impersonal: string }>>;

/** Tables of the libraries that a service's database has besides its own. */
export const LIBRARY_TABLES: Declarations = {
  schema_migration: { impersonal: 'names of migrations that ran' },
  event_log_cursor: { impersonal: 'positions in the event log' },
  fence_alias: { impersonal: 'random references; a retired one must be known for ever' },
  fence_key: { impersonal: 'random references of closed keys' },
  receipt_due: { impersonal: 'random references of cases; a row lives until its receipt is sent' },
  job: { impersonal: 'names of work and when it is due' },
  outbox: { impersonal: 'references and sealed bytes on their way to the log; a row lives for milliseconds' },
};

/** Tables in the live catalogue that nobody declared. An empty answer is what lets a service serve. */
export async function undeclaredTables(db: Queryable, declared: Declarations): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'm', 'f') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1`,
  );
  return rows.map((row) => row.name).filter((name) => !(name in declared));
}

/** Entries of a folder that nobody declared. */
export const undeclaredEntries = async (folder: string, declared: readonly string[]): Promise<string[]> =>
  (await readdir(folder)).filter((name) => !declared.includes(name)).sort();

/** A place that nobody declared: Daybook does not serve with it. */
export class UndeclaredPlace extends Error {
  constructor(service: string, places: string[]) {
    super(`${service} has places that are declared neither erasable nor impersonal: ${places.join(', ')}`);
  }
}

export async function refuseUndeclared(service: string, db: Queryable, declared: Declarations): Promise<void> {
  const undeclared = await undeclaredTables(db, declared);
  if (undeclared.length) throw new UndeclaredPlace(service, undeclared);
}
