import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database, EmbeddedPostgres, migrate } from '@daybook/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEventLog } from './event-log.contract.js';
import { cursorMigrations, LOG_TABLES, PostgresEventLog, TopicMismatch } from './index.js';

const startServer = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-log-'));
  const server = await EmbeddedPostgres.start({
    dataDir: join(folder, 'postgres'),
    password: 'spec',
    settings: { fsync: 'off' },
  });
  const url = () => server.ensureDatabase(`db_${randomBytes(4).toString('hex')}`, 'spec');
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { server, url, stop };
};

describeEventLog('the PostgreSQL adapter', async () => {
  const { server, url, stop } = await startServer();
  const logUrl = await url();
  const opened: { close(): Promise<void> }[] = [];
  const raw = new Database({ url: logUrl, name: 'spec' });
  opened.push(raw);
  const open = async () => {
    const log = await PostgresEventLog.open({ url: logUrl, retry: { attempts: 4, firstDelayMs: 5, maxDelayMs: 20 } });
    opened.push(log);
    return log;
  };
  return {
    open,
    database: async () => {
      const database = new Database({ url: await url(), name: 'consumer' });
      opened.push(database);
      await migrate(database, [cursorMigrations]);
      return database;
    },
    retain: async (now) => {
      const log = await open();
      await log.applyRetention(now);
    },
    readAll: async (topic) => {
      const { rows } = await raw.query('SELECT * FROM log_record WHERE topic = $1 ORDER BY partition, position', [
        topic,
      ]);
      return rows.map((row) => ({
        topic,
        partition: row.partition,
        offset: BigInt(row.position),
        key: row.key,
        value: row.value,
        headers: row.headers ?? {},
        appendedAt: row.appended_at,
      }));
    },
    // One backend that is killed makes the server end all others, and recover from its log.
    crash: async () => {
      const { rows } = await raw.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      process.kill(rows[0]?.pid as number, 'SIGKILL');
      while (
        !(await raw.query('SELECT 1').then(
          () => true,
          () => false,
        ))
      )
        await sleep(20);
    },
    stop: async () => {
      for (const one of opened.reverse()) await one.close().catch(() => undefined);
      await stop();
      expect(server.running).toBe(false);
    },
  };
});

describe('the PostgreSQL adapter', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it('does not lose a slow commit with a lower position, which a sequence would', async () => {
    const url = await server.url();
    const log = await PostgresEventLog.open({ url });
    const database = new Database({ url, name: 'spec' });
    // Control: positions from a sequence, the reader goes by the highest position seen. The slow transaction's row is never read.
    await database.query('CREATE TABLE naive (position bigserial, value text)');
    const naive: string[] = [];
    let cursor = 0;
    const readNaive = async () => {
      for (const row of (
        await database.query<{ position: string; value: string }>(
          'SELECT * FROM naive WHERE position > $1 ORDER BY position',
          [cursor],
        )
      ).rows) {
        naive.push(row.value);
        cursor = Number(row.position);
      }
    };
    const append = (tx: { query: Database['query'] }, value: string) =>
      tx.query(
        `WITH c AS (UPDATE log_partition SET next = next + 1 WHERE topic = 'privacy.deletions.v1' RETURNING next - 1 AS position)
         INSERT INTO log_record (topic, partition, position, key, value, appended_at) SELECT 'privacy.deletions.v1', 0, position, 'k', $1, now() FROM c`,
        [Buffer.from(value)],
      );
    const read = async () =>
      (
        await database.query<{ value: Buffer }>(
          `SELECT value FROM log_record WHERE topic = 'privacy.deletions.v1' ORDER BY position`,
        )
      ).rows.map((row) => row.value.toString());
    let fast: Promise<unknown> = Promise.resolve();
    await database.transaction(async (slow) => {
      await slow.query(`INSERT INTO naive (value) VALUES ('slow')`);
      await append(slow, 'slow');
      await database.query(`INSERT INTO naive (value) VALUES ('fast')`);
      fast = append(database, 'fast');
      await readNaive();
      expect(await read()).toEqual([]);
    });
    await fast;
    await readNaive();
    expect(naive).toEqual(['fast']);
    expect(await read()).toEqual(['slow', 'fast']);
    await database.close();
    await log.close();
  });

  it('refuses to open when a live topic differs from the typed map, and says which', async () => {
    const url = await server.url();
    await (await PostgresEventLog.open({ url })).close();
    const database = new Database({ url, name: 'spec' });
    await database.query(`UPDATE log_topic SET partitions = 3 WHERE name = 'activity.batches.v1'`);
    await expect(PostgresEventLog.open({ url })).rejects.toThrow(TopicMismatch);
    await expect(PostgresEventLog.open({ url })).rejects.toThrow(/activity\.batches\.v1 has 3 partitions/);
    await database.close();
  });

  it('refuses to open with a topic that nobody declared, and has no table that it does not declare itself', async () => {
    const url = await server.url();
    await (await PostgresEventLog.open({ url })).close();
    const database = new Database({ url, name: 'spec' });
    const { rows } = await database.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    expect(rows.map((row) => row.name).sort()).toEqual(Object.keys(LOG_TABLES).sort());
    await database.query(`INSERT INTO log_topic VALUES ('planted.topic.v1', gen_random_uuid(), 1, null)`);
    await expect(PostgresEventLog.open({ url })).rejects.toThrow(/nobody declared.*planted\.topic\.v1/);
    await database.close();
  });

  it('rejects an append that did not become durable', async () => {
    const log = await PostgresEventLog.open({ url: await server.url() });
    await log.close();
    await expect(log.append('activity.batches.v1', [{ key: 'k', value: Buffer.from('x') }])).rejects.toThrow(
      /event log cannot be reached/,
    );
  });
});
