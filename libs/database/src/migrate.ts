import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Database, Queryable, Tx } from './database.js';

/** A folder of `NNNN-what.sql` files, run in name order, each once. `owner` keeps the names of different packages apart. */
export interface MigrationFolder {
  owner: string;
  url: URL;
}

export class MigrationChanged extends Error {
  constructor(name: string) {
    super(`migration ${name} was changed after it ran; put it back and add a new file instead`);
  }
}

/** The database has what this version does not know: a newer one has been here. */
export class DatabaseIsNewer extends Error {
  constructor(name: string) {
    super(
      `the database was changed by a newer Daybook (migration ${name}): start that version, or restore the backup from before the upgrade`,
    );
  }
}

/** The database is older than this version, and whoever is connected may not change it. */
export class MigrationsMissing extends Error {
  constructor(names: string[]) {
    const [first, ...others] = names;
    super(
      `the database lacks ${first}${others.length ? ` and ${others.length} more` : ''}, and this role may not change it: run the service's "migrate" command first`,
    );
  }
}

/** Whether this session may make tables: an owner may, a service of the platform may not. */
export async function mayMigrate(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ may: boolean }>(
    `SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may`,
  );
  return rows[0]?.may === true;
}

/**
 * Runs what has not run yet, in one transaction under an advisory lock, so that several instances may start at once.
 * A file that changed after it ran stops the boot, and so does a migration that this version does not have, and one that is missing
 * where this role may not run it.
 */
export async function migrate(database: Database, folders: MigrationFolder[]): Promise<string[]> {
  const files = (await Promise.all(folders.map(readFolder))).flat();
  return database.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('daybook.migrate'))`);
    const may = await mayMigrate(tx);
    if (may) await tx.query(HISTORY);
    const rows = await history(tx);
    const applied = new Map(rows.map((row) => [row.name, row.checksum]));
    const known = new Set(files.map((file) => file.name));
    const owners = new Set(folders.map(({ owner }) => owner));
    const later = rows.map((row) => row.name).find((name) => owners.has(name.split('/')[0] ?? '') && !known.has(name));
    if (later) throw new DatabaseIsNewer(later);
    const changed = files.find(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum);
    if (changed) throw new MigrationChanged(changed.name);
    const missing = files.filter(({ name }) => !applied.has(name));
    const ran = missing.map(({ name }) => name);
    if (missing.length && !may) throw new MigrationsMissing(ran);
    for (const { name, sql, checksum } of missing) {
      await tx.query(sql);
      await tx.query('INSERT INTO schema_migration (name, checksum) VALUES ($1, $2)', [name, checksum]);
    }
    return ran;
  });
}

const HISTORY = `CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;

async function history(tx: Tx): Promise<{ name: string; checksum: string }[]> {
  const { rows } = await tx.query<{ there: boolean }>(`SELECT to_regclass('schema_migration') IS NOT NULL AS there`);
  if (!rows[0]?.there) return [];
  return (await tx.query<{ name: string; checksum: string }>('SELECT name, checksum FROM schema_migration')).rows;
}

async function readFolder({ owner, url }: MigrationFolder) {
  const folder = fileURLToPath(url);
  const names = (await readdir(folder)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (file) => {
      const sql = await readFile(`${folder}/${file}`, 'utf8');
      return { name: `${owner}/${file}`, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
