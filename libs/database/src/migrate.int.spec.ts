import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from './database.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { DatabaseIsNewer, MigrationChanged, migrate } from './migrate.js';

describe('migrations', () => {
  let server: EmbeddedPostgres;
  let home: string;
  let database: Database;
  let folder: string;
  const run = () => migrate(database, [{ owner: 'spec', url: pathToFileURL(`${folder}/`) }]);
  const write = (name: string, sql: string) => writeFile(join(folder, name), sql);

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'daybook-migrate-'));
    server = await EmbeddedPostgres.start({ dataDir: join(home, 'postgres'), password: 'spec' });
  });
  afterAll(async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const name = `spec_${randomBytes(4).toString('hex')}`;
    database = new Database({ url: await server.ensureDatabase(name, 'spec'), name });
    folder = await mkdtemp(join(tmpdir(), 'daybook-migrations-'));
    await write('0001-thing.sql', 'CREATE TABLE thing (id int)');
  });
  afterEach(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('run once, in order, also when several instances start at once', async () => {
    await write('0002-more.sql', 'ALTER TABLE thing ADD COLUMN more int');
    const ran = await Promise.all([run(), run(), run()]);
    expect(ran.flat()).toEqual(['spec/0001-thing.sql', 'spec/0002-more.sql']);
    expect(await run()).toEqual([]);
  });

  it('stop when a file was changed after it ran', async () => {
    await run();
    await write('0001-thing.sql', 'CREATE TABLE thing (id bigint)');
    await expect(run()).rejects.toThrow(MigrationChanged);
  });

  it('stop when the database was changed by a newer version, and change nothing', async () => {
    await write('0002-more.sql', 'ALTER TABLE thing ADD COLUMN more int');
    await run();
    await rm(join(folder, '0002-more.sql'));
    await write('0003-other.sql', 'CREATE TABLE other (id int)');
    await expect(run()).rejects.toThrow(DatabaseIsNewer);
    await expect(database.query('SELECT * FROM other')).rejects.toThrow(/does not exist/);
  });

  it('leave nothing behind when one of them fails', async () => {
    await write('0002-broken.sql', 'CREATE TABLE half (id int); SELECT nonsense');
    await expect(run()).rejects.toThrow(/nonsense/);
    await expect(database.query('SELECT * FROM thing')).rejects.toThrow(/does not exist/);
  });
});
