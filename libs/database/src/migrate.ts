import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Database } from './database.js';

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

/**
 * Runs what has not run yet, in one transaction under an advisory lock, so that several instances may start at once.
 * A file that changed after it ran stops the boot, and so does a migration that this version does not have.
 */
export async function migrate(database: Database, folders: MigrationFolder[]): Promise<string[]> {
  const files = (await Promise.all(folders.map(readFolder))).flat();
  return database.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('daybook.migrate'))`);
    await tx.query(
      `CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const { rows } = await tx.query<{ name: string; checksum: string }>('SELECT name, checksum FROM schema_migration');
    const applied = new Map(rows.map((row) => [row.name, row.checksum]));
    const known = new Set(files.map((file) => file.name));
    const owners = new Set(folders.map(({ owner }) => owner));
    const later = rows.map((row) => row.name).find((name) => owners.has(name.split('/')[0] ?? '') && !known.has(name));
    if (later) throw new DatabaseIsNewer(later);
    const ran: string[] = [];
    for (const { name, sql, checksum } of files) {
      const before = applied.get(name);
      if (before !== undefined && before !== checksum) throw new MigrationChanged(name);
      if (before !== undefined) continue;
      await tx.query(sql);
      await tx.query('INSERT INTO schema_migration (name, checksum) VALUES ($1, $2)', [name, checksum]);
      ran.push(name);
    }
    return ran;
  });
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
