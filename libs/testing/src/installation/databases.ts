import { existsSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Database, EmbeddedPostgres } from '@daybook/database';

export interface Folders {
  dataDir: string;
  keyDir: string;
}

/** A database of a running installation, opened as anybody could who has both of its folders. */
export async function openDatabase({ dataDir, keyDir }: Folders, name: string): Promise<Database> {
  const server = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
  const [, , , port, socket] = server.split('\n');
  const host = encodeURIComponent(socket ?? '');
  const url = `postgresql://daybook:${await superuserPassword(keyDir)}@/${name}?host=${host}&port=${port}`;
  return new Database({ url, name: 'spec', max: 2 });
}

/** One query, and the connection is closed again. */
export async function queryOnce<Row extends Record<string, unknown>>(
  folders: Folders,
  name: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const database = await openDatabase(folders, name);
  try {
    return (await database.query<Row>(sql, values)).rows;
  } finally {
    await database.close();
  }
}

/** Runs the database server of an installation that is stopped, or of a copy of one, while `work` looks into it. */
export async function withServer<T>({ dataDir, keyDir }: Folders, work: () => Promise<T>): Promise<T> {
  const server = await EmbeddedPostgres.start({
    dataDir: join(dataDir, 'postgres'),
    password: await superuserPassword(keyDir),
  });
  try {
    return await work();
  } finally {
    await server.stop();
  }
}

/** Both folders of a stopped installation, as a backup has them. */
export async function copyFolders({ dataDir, keyDir }: Folders, into: string): Promise<Folders> {
  // A stop that was hurried leaves the server running: a copy of running files would be none.
  if (existsSync(join(dataDir, 'postgres', 'postmaster.pid')))
    await withServer({ dataDir, keyDir }, async () => undefined);
  const copy = { dataDir: join(into, 'data'), keyDir: join(into, 'keys') };
  await Promise.all([
    cp(dataDir, copy.dataDir, { recursive: true }),
    cp(keyDir, copy.keyDir, { recursive: true, preserveTimestamps: true }),
  ]);
  return copy;
}

const superuserPassword = async (keyDir: string): Promise<string> =>
  (JSON.parse(await readFile(join(keyDir, 'secrets.json'), 'utf8')) as { postgres: string }).postgres;
