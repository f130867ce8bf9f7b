import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CertificateAuthority, freePorts } from '@daybook/local-parts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from './database.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { MigrationsMissing, migrate } from './migrate.js';

describe('the roles of a service, over TCP with certificates', () => {
  let folder: string;
  let server: EmbeddedPostgres;
  let authority: CertificateAuthority;
  let urls: { owner: string; runtime: string };
  let foreign: { owner: string; runtime: string };
  let migrations: { owner: string; url: URL }[];
  const open: Database[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-roles-'));
    authority = await CertificateAuthority.open(join(folder, 'certificates'));
    server = await EmbeddedPostgres.start({
      dataDir: join(folder, 'postgres'),
      password: 'super',
      tcp: { port: (await freePorts(1))[0] as number, certificates: await authority.issue('postgres') },
    });
    urls = await server.ensureRoles('timeline', { owner: 'o', runtime: 'r' });
    foreign = await server.ensureRoles('privacy', { owner: 'po', runtime: 'pr' });
    migrations = [{ owner: 'spec', url: pathToFileURL(`${folder}/migrations/`) }];
    await writeMigration('0001-day.sql', 'CREATE TABLE day (id serial PRIMARY KEY, n int)');
  });
  afterAll(async () => {
    await Promise.all(open.map((database) => database.close()));
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function writeMigration(name: string, sql: string): Promise<void> {
    await mkdir(join(folder, 'migrations'), { recursive: true });
    await writeFile(join(folder, 'migrations', name), sql);
  }
  async function tls(from = authority) {
    const [ours, own] = [await authority.issue('timeline'), await from.issue('timeline')];
    const [ca, cert, key] = await Promise.all([
      readFile(join(ours, 'ca.crt'), 'utf8'),
      readFile(join(own, 'service.crt'), 'utf8'),
      readFile(join(own, 'service.key'), 'utf8'),
    ]);
    return { ca, cert, key };
  }
  async function connect(url: string): Promise<Database> {
    const database = new Database({ url, name: 'spec', max: 2, tls: await tls() });
    open.push(database);
    return database;
  }
  const elsewhere = (url: string, database: string) => url.replace(/\/\w+$/, `/${database}`);

  it('migrate with the owner; the service runs afterwards, and says what is missing before', async () => {
    const [owner, runtime] = [await connect(urls.owner), await connect(urls.runtime)];
    await expect(migrate(runtime, migrations)).rejects.toThrow(/lacks spec\/0001-day\.sql, .*"migrate" command/);
    expect(await migrate(owner, migrations)).toEqual(['spec/0001-day.sql']);
    expect(await migrate(runtime, migrations)).toEqual([]);
    await writeMigration('0002-more.sql', 'CREATE TABLE more (n int)');
    await expect(migrate(runtime, migrations)).rejects.toThrow(MigrationsMissing);
    expect(await migrate(owner, migrations)).toEqual(['spec/0002-more.sql']);
    expect(await migrate(runtime, migrations)).toEqual([]);
  });

  it('let the service read and write the rows of its own tables', async () => {
    const runtime = await connect(urls.runtime);
    await runtime.query('INSERT INTO day (n) VALUES (1), (2)');
    await runtime.query('UPDATE day SET n = n + 1');
    await runtime.query('DELETE FROM day WHERE n = 3');
    expect((await runtime.query('SELECT id, n FROM day FOR UPDATE')).rows).toEqual([{ id: 1, n: 2 }]);
    await runtime.query('SELECT pg_advisory_lock(1), pg_notify($1, $2)', ['told', '']);
    const { rows } = await runtime.query<{ owned: string }>(
      `SELECT count(*) AS owned FROM pg_shdepend WHERE deptype = 'o' AND refobjid = 'daybook_timeline'::regrole`,
    );
    expect(rows).toEqual([{ owned: '0' }]);
  });

  // The owner may do every one of these: what refuses the service is its role, not a mistake in the statement.
  it.each([
    'CREATE TABLE own (n int)',
    'CREATE TEMPORARY TABLE passing (n int)',
    'CREATE SCHEMA own',
    'CREATE INDEX ON day (n)',
    'ALTER TABLE day ADD COLUMN more int',
    'CREATE FUNCTION own() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'TRUNCATE more',
    'DROP TABLE more',
  ])('refuse the service: %s', async (statement) => {
    await expect((await connect(urls.runtime)).query(statement)).rejects.toThrow(/permission denied|must be owner/);
    await (await connect(urls.owner)).query(statement);
  });

  it.each([
    'SELECT lo_create(0)',
    'SET ROLE daybook_timeline_owner',
    'SET ROLE daybook_privacy',
    "ALTER ROLE daybook_privacy PASSWORD 'x'",
    'CREATE ROLE more',
    'CREATE DATABASE more',
    "SELECT pg_read_file('PG_VERSION')",
    "COPY day TO PROGRAM 'true'",
    'ALTER SYSTEM SET ssl = off',
  ])('refuse the service and its owner what is not theirs: %s', async (statement) => {
    const refusal = /permission denied/;
    await expect((await connect(urls.runtime)).query(statement)).rejects.toThrow(refusal);
    if (!statement.includes('timeline_owner'))
      await expect((await connect(urls.owner)).query(statement)).rejects.toThrow(refusal);
  });

  it.each(['privacy', 'postgres', 'template1'])('keep both roles out of the database %s', async (database) => {
    for (const url of [urls.runtime, urls.owner])
      await expect((await connect(elsewhere(url, database))).query('SELECT 1')).rejects.toThrow(/permission denied/);
    expect((await (await connect(foreign.runtime)).query('SELECT 1')).rowCount).toBe(1);
  });

  it('come in with a certificate of this authority and a password, never in clear, never as superuser', async () => {
    const attempt = async (url: string, options: Partial<ConstructorParameters<typeof Database>[0]>) => {
      const database = new Database({ url, name: 'spec', max: 1, ...options });
      return database.query('SELECT 1').finally(() => database.close());
    };
    const own = await tls();
    expect((await attempt(urls.runtime, { tls: own })).rowCount).toBe(1);
    await expect(attempt(urls.runtime, {})).rejects.toThrow(/no encryption/);
    await expect(attempt(urls.runtime.replace(':r@', ':x@'), { tls: own })).rejects.toThrow(/password/);
    const strangers = await tls(await CertificateAuthority.open(join(folder, 'foreign')));
    await expect(attempt(urls.runtime, { tls: strangers })).rejects.toThrow(/alert|ECONNRESET|terminated|EPIPE/);
    const anonymous = { ca: own.ca, cert: undefined, key: undefined } as unknown as typeof own;
    await expect(attempt(urls.runtime, { tls: anonymous })).rejects.toThrow(/valid client certificate/);
    const superuser = urls.runtime.replace('daybook_timeline:r@', 'daybook:super@');
    await expect(attempt(superuser, { tls: own })).rejects.toThrow(/rejects connection/);
    expect((await attempt(server.url('timeline'), {})).rowCount).toBe(1);
  });
});
