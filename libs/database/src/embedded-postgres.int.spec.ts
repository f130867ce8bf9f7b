import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from './database.js';
import { EmbeddedPostgres, ForeignDataFolder } from './embedded-postgres.js';
import { MigrationChanged, migrate } from './migrate.js';

describe('embedded PostgreSQL', () => {
  let folder: string;
  let server: EmbeddedPostgres;
  const open = () => EmbeddedPostgres.start({ dataDir: join(folder, 'postgres'), password: 'first' });

  beforeAll(async () => {
    // mkdtemp makes a folder that only its owner may enter: as root, the server has to get in all the same.
    folder = await mkdtemp(join(tmpdir(), 'daybook-private-'));
    server = await open();
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps what was committed over a stop and a start', async () => {
    const url = await server.ensureDatabase('kept', 'secret');
    const before = new Database({ url, name: 'spec' });
    await before.query('CREATE TABLE kept (n int)');
    await before.transaction(async (tx) => tx.query('INSERT INTO kept VALUES (1)'));
    await before.close();
    await server.stop();
    server = await open();
    const after = new Database({ url: await server.ensureDatabase('kept', 'secret'), name: 'spec' });
    expect((await after.query('SELECT n FROM kept')).rows).toEqual([{ n: 1 }]);
    await after.close();
  });

  it('takes over from a server that a killed process left behind', async () => {
    const orphan = server;
    server = await open();
    expect(orphan.running).toBe(false);
    expect(server.running).toBe(true);
  });

  it('refuses a folder whose password is another', async () => {
    await server.stop();
    await expect(EmbeddedPostgres.start({ dataDir: join(folder, 'postgres'), password: 'other' })).rejects.toThrow(
      ForeignDataFolder,
    );
    server = await open();
  });

  it('rolls a transaction back as a whole and keeps roles out of foreign databases', async () => {
    const url = await server.ensureDatabase('mine', 'secret');
    await server.ensureDatabase('theirs', 'secret');
    const mine = new Database({ url, name: 'spec' });
    await mine.query('CREATE TABLE t (n int)');
    await expect(
      mine.transaction(async (tx) => {
        await tx.query('INSERT INTO t VALUES (1)');
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect((await mine.query('SELECT * FROM t')).rowCount).toBe(0);
    await mine.close();
    const foreign = new Database({ url: url.replace('/mine?', '/theirs?'), name: 'spec' });
    await expect(foreign.query('SELECT 1')).rejects.toThrow(/permission denied/);
    await foreign.close();
  });

  it('runs each migration once, and stops when one was changed afterwards', async () => {
    const database = new Database({ url: await server.ensureDatabase('migrated', 'secret'), name: 'spec' });
    const dir = await mkdtemp(join(tmpdir(), 'daybook-migrations-'));
    const folders = [{ owner: 'spec', url: pathToFileURL(`${dir}/`) }];
    await writeFile(join(dir, '0001-first.sql'), 'CREATE TABLE first (n int)');
    const [one, two] = await Promise.all([migrate(database, folders), migrate(database, folders)]);
    expect([...one, ...two]).toEqual(['spec/0001-first.sql']);
    await writeFile(join(dir, '0001-first.sql'), 'CREATE TABLE other (n int)');
    await expect(migrate(database, folders)).rejects.toThrow(MigrationChanged);
    await database.close();
    await rm(dir, { recursive: true });
  });
});
