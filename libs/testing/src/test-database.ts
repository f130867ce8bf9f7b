import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, EmbeddedPostgres, sqlState } from '@daybook/database';

/** A real PostgreSQL for one spec file, with as many empty databases as the file wants. */
export interface TestPostgres {
  readonly server: EmbeddedPostgres;
  readonly dataDir: string;
  /** A new, empty database with a role of its own. Closed by {@link stop}. */
  database(name?: string): Promise<Database>;
  /** A further pool on a database made before, e.g. for a second instance of a service. */
  connect(url: string, name?: string): Database;
  /** Like {@link database}, when the connection string itself is wanted. */
  databaseUrl(name?: string): Promise<string>;
  /** A copy of a whole database as it is now, for the same role: what a backup of this moment would give back. */
  copyOf(url: string): Promise<string>;
  stop(): Promise<void>;
}

/** `fsync` is off unless `durable`: specs that kill the server want it on. */
export async function startTestPostgres(options: { durable?: boolean } = {}): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-test-'));
  const dataDir = join(folder, 'postgres');
  const settings: Record<string, string> = options.durable
    ? {}
    : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const server = await EmbeddedPostgres.start({ dataDir, password: randomBytes(12).toString('hex'), settings });
  const open: Database[] = [];
  const connect = (url: string, name = 'test') => {
    const database = new Database({ url, name });
    open.push(database);
    return database;
  };
  const databaseUrl = (name = 'test') =>
    server.ensureDatabase(`${name}_${randomBytes(4).toString('hex')}`, randomBytes(12).toString('hex'));
  return {
    server,
    dataDir,
    connect,
    databaseUrl,
    copyOf: (url) => copyDatabase(server, url),
    database: async (name = 'test') => connect(await databaseUrl(name), name),
    stop: async () => {
      await Promise.allSettled(open.map((database) => database.close()));
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function copyDatabase(server: EmbeddedPostgres, url: string): Promise<string> {
  const [, role, name] = /^postgresql:\/\/(\w+):.*@\/(\w+)/.exec(url) ?? [];
  const copy = `${name}_copy_${randomBytes(4).toString('hex')}`;
  const admin = new Database({ url: server.url('postgres'), name: 'copies' });
  const taken = async () => {
    try {
      // A database that somebody is connected to cannot be copied; pools connect again.
      await admin.query('SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE datname = $1', [name]);
      await admin.query(`CREATE DATABASE ${copy} TEMPLATE ${name} OWNER ${role}`);
      return true;
    } catch (error) {
      if (sqlState(error) === OBJECT_IN_USE) return false;
      throw error;
    }
  };
  while (!(await taken()));
  await admin.close();
  return url.replace(`@/${name}`, `@/${copy}`);
}
const OBJECT_IN_USE = '55006';
