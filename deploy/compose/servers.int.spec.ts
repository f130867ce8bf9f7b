import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { chmod, copyFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { TOPICS } from '@daybook/contracts';
import { Database, EmbeddedPostgres } from '@daybook/database';
import { LocalKafka, LocalRedis } from '@daybook/local-parts';
import { readCertificates } from '@daybook/service-kit';
import { javaMissing, redisMissing } from '@daybook/testing';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareCredentials, read, readCompose, root, settings } from './facts.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'daybook-servers-'));
const credentials = join(folder, 'credentials');
const pem = (name: string) => {
  const [ca, cert, key] = ['ca.crt', 'service.crt', 'service.key'].map((file) =>
    readFileSync(join(credentials, name, file), 'utf8'),
  );
  return { ca, cert, key } as { ca: string; cert: string; key: string };
};
/** A server's own settings, without those that say where a container's folders are. */
function portable(file: string, ...places: string[]): Record<string, string> {
  const all = settings(read('deploy/compose', file));
  for (const name of places) {
    if (!(name in all)) throw new Error(`${file} does not set ${name}`);
    delete all[name];
  }
  return all;
}

beforeAll(() => prepareCredentials(credentials));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the certificates step', () => {
  it('changes no secret and no certificate when it runs again', async () => {
    const kept = () =>
      ['secret', 'actor.pub', 'service.key', 'service.crt'].map((file) =>
        readFileSync(join(credentials, 'identity', file), 'utf8'),
      );
    const before = kept();
    await prepareCredentials(credentials);
    expect(kept()).toEqual(before);
  });

  it("gives each service its own secret, and the gateway's key to nobody else", () => {
    const secrets = ['identity', 'ingestion', 'privacy', 'timeline', 'timesheets'].map((name) =>
      readFileSync(join(credentials, name, 'secret'), 'utf8'),
    );
    expect(new Set(secrets).size).toBe(secrets.length);
    expect(() => readFileSync(join(credentials, 'timeline', 'actor.key'))).toThrow('ENOENT');
  });
});

describe('PostgreSQL with the settings of its container', () => {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  let postgres: EmbeddedPostgres;

  beforeAll(async () => {
    const [hba, ident] = [join(folder, 'pg_hba.conf'), join(folder, 'pg_ident.conf')];
    // The embedded server has another superuser, who comes by its socket.
    await writeFile(hba, `local all daybook scram-sha-256\n${read('deploy/compose/postgres/pg_hba.conf')}`);
    await copyFile(join(root, 'deploy/compose/postgres/pg_ident.conf'), ident);
    await Promise.all([folder, hba, ident].map((path) => chmod(path, 0o755)));
    const own = portable(
      'postgres/postgresql.conf',
      'listen_addresses',
      'hba_file',
      'ident_file',
      'ssl_ca_file',
      'ssl_cert_file',
      'ssl_key_file',
    );
    const unquoted = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, value.replaceAll("'", '')]));
    postgres = await EmbeddedPostgres.start({
      dataDir: join(folder, 'postgres'),
      password: 'of the socket',
      tcp: { port, certificates: join(credentials, 'postgres') },
      settings: { ...unquoted, hba_file: hba, ident_file: ident },
    });
    const superuser = new Database({ url: postgres.url('postgres'), name: 'spec' });
    await superuser.query('CREATE ROLE postgres SUPERUSER LOGIN').finally(() => superuser.close());
    await run(process.execPath, ['deploy/compose/databases.mjs'], {
      cwd: root,
      env: {
        DAYBOOK_CERTIFICATES: join(credentials, 'admin'),
        DAYBOOK_DATABASE_ADMIN_URL: `postgres://postgres@127.0.0.1:${port}/postgres`,
      },
    });
  });
  afterAll(() => postgres?.stop());

  async function enter(certificate: string | undefined, user: string, database: string): Promise<unknown[]> {
    const url = `postgres://${user}@127.0.0.1:${port}/${database}`;
    const { ca } = pem('admin');
    const tls = certificate ? await readCertificates(join(credentials, certificate)) : { ca, cert: '', key: '' };
    const client = new Database({ url, name: 'spec', tls });
    return client
      .query('SELECT current_user AS is')
      .then(({ rows }) => rows)
      .finally(() => client.close());
  }

  it('lets every service into its own database, and each owner in for its migrations', async () => {
    for (const name of ['identity', 'privacy', 'timeline', 'timesheets']) {
      expect(await enter(name, `daybook_${name}`, name)).toEqual([{ is: `daybook_${name}` }]);
      expect(await enter('admin', `daybook_${name}_owner`, name)).toEqual([{ is: `daybook_${name}_owner` }]);
    }
  });

  it.each([
    ["another's role", 'timeline', 'daybook_privacy', 'privacy'],
    ['an owner', 'timeline', 'daybook_timeline_owner', 'timeline'],
    ['a superuser', 'timeline', 'postgres', 'postgres'],
    ['a user of another database', 'timeline', 'daybook_timeline', 'privacy'],
    ['a service without a database', 'ingestion', 'daybook_timeline', 'timeline'],
    ['somebody without a certificate', undefined, 'daybook_timeline', 'timeline'],
  ])('lets nobody in as %s', async (_who, certificate, user, database) => {
    await expect(enter(certificate, user, database)).rejects.toThrow(/certificate|permission denied|no pg_hba/);
  });
});

describe.skipIf(javaMissing())('Kafka with the settings of its container', () => {
  let kafka: LocalKafka;
  beforeAll(async () => {
    kafka = await LocalKafka.start({
      dir: join(folder, 'kafka'),
      certificates: join(credentials, 'kafka'),
      settings: portable(
        'kafka/server.properties',
        'listeners',
        'advertised.listeners',
        'controller.quorum.voters',
        'log.dirs',
        'ssl.keystore.location',
        'ssl.truststore.location',
      ),
    });
  });
  afterAll(() => kafka?.stop());

  async function asAdmin<T>(certificate: string | undefined, ask: (admin: Admin) => Promise<T>): Promise<T> {
    const { ca, ...own } = pem(certificate ?? 'admin');
    const ssl = { ca: [ca], ...(certificate ? own : {}) };
    const admin = new Kafka({ brokers: kafka.brokers, ssl, logLevel: logLevel.NOTHING, retry: { retries: 1 } }).admin();
    await admin.connect();
    return ask(admin).finally(() => admin.disconnect());
  }

  it('gets its topics from the step, shows a service those of the log, and lets no service make one', async () => {
    await run(process.execPath, ['deploy/compose/topics.mjs'], {
      cwd: root,
      env: {
        DAYBOOK_CERTIFICATES: join(credentials, 'admin'),
        DAYBOOK_KAFKA_BROKERS: kafka.brokers.join(','),
      },
    });
    // A broker takes up new rights a moment after it has acknowledged them.
    const seen = () => asAdmin('timeline', (admin) => admin.listTopics());
    await expect.poll(seen, { timeout: 20_000 }).toEqual(expect.arrayContaining(Object.keys(TOPICS)));
    const make = (admin: Admin) => admin.createTopics({ topics: [{ topic: 'further', numPartitions: 1 }] });
    await expect(asAdmin('timeline', make)).rejects.toMatchObject({ errors: [{ type: 'TOPIC_AUTHORIZATION_FAILED' }] });
    expect(await asAdmin('admin', make)).toBe(true);
  });

  it('lets nobody in without a certificate', async () => {
    await expect(asAdmin(undefined, (admin) => admin.listTopics())).rejects.toThrow(
      /certificate|SSL|ECONNRESET|Closed connection/i,
    );
  });
});

describe.skipIf(redisMissing())('Valkey with the settings of its container', () => {
  let redis: LocalRedis;
  beforeAll(async () => {
    redis = await LocalRedis.start({
      dir: join(folder, 'redis'),
      certificates: join(credentials, 'redis'),
      settings: portable(
        'valkey/valkey.conf',
        'dir',
        'port',
        'tls-port',
        'tls-ca-cert-file',
        'tls-cert-file',
        'tls-key-file',
      ),
    });
  });
  afterAll(() => redis?.stop());

  const ask = (words: string, certificate?: string) =>
    new Promise<string>((done, fail) => {
      const { ca, ...own } = pem(certificate ?? 'admin');
      const socket = connectTls({ host: '127.0.0.1', port: redis.port, ca, ...(certificate ? own : {}) });
      socket.once('error', fail).once('close', () => fail(new Error('closed')));
      socket.once('data', (data) => done(String(data)) ?? socket.destroy());
      socket.write(`${words}\r\n`);
    });

  it('answers who shows a certificate, and keeps nothing on disk', async () => {
    expect(await ask('PING', 'privacy')).toBe('+PONG\r\n');
    expect(await ask('CONFIG GET appendonly', 'privacy')).toContain('no');
    await expect(ask('PING')).rejects.toThrow(/certificate|closed|ECONNRESET/);
  });
});

describe('the health check of our containers', () => {
  const [, , program = ''] = readCompose().services.timeline?.healthcheck?.test ?? [];
  it.each([
    [200, true],
    [503, false],
  ])('takes %i for ready: %s', async (status, ready) => {
    const server = createServer((_request, response) => response.writeHead(status).end()).listen(0, '127.0.0.1');
    const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/health/ready`;
    await new Promise((resolve) => server.once('listening', resolve));
    const ended = await run(process.execPath, [program, url()], { cwd: root }).then(
      () => true,
      () => false,
    );
    server.close();
    expect(ended).toBe(ready);
  });
});
