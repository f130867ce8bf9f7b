import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, migrate } from '@daybook/database';
import { type Command, type Decider, type Event, refuse } from '@daybook/decider';
import { cursorMigrations, PostgresEventLog } from '@daybook/event-log';
import { startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventStoreMigrations,
  handle,
  OutboxRelay,
  outboxBacklog,
  PostgresEventStore,
  VersionConflict,
} from './index.js';

type Counted = Event<'Counted', { by: number }>;
const counter: Decider<number, Command<'Count', { by: number }>, Counted, 'too_much'> = {
  initialState: () => 0,
  evolve: (state, event) => state + event.data.by,
  decide: ({ data }, state) =>
    state + data.by > 100 ? refuse('too_much', 'at most 100') : [{ type: 'Counted', data }],
};

describe('the event store', () => {
  let postgres: TestPostgres;
  let database: Database;
  let log: PostgresEventLog;
  const store = new PostgresEventStore();

  beforeAll(async () => {
    postgres = await startTestPostgres();
    database = await postgres.database('owner');
    await migrate(database, [eventStoreMigrations, cursorMigrations]);
    log = await PostgresEventLog.open({ url: await postgres.databaseUrl('log') });
  });
  afterAll(async () => {
    await log.close();
    await postgres.stop();
  });

  it('refuses an append whose expected version is not the stream’s', async () => {
    await database.transaction((tx) => store.append(tx, 's-1', 0, [{ type: 'Counted', data: { by: 1 } }]));
    await expect(
      database.transaction((tx) => store.append(tx, 's-1', 0, [{ type: 'Counted', data: { by: 2 } }])),
    ).rejects.toThrow(VersionConflict);
    expect(
      (await database.transaction((tx) => store.read<Counted>(tx, 's-1'))).events.map((event) => event.data.by),
    ).toEqual([1]);
  });

  it('decides again when somebody else was faster, so that no concurrent command is lost or breaks the invariant', async () => {
    const results = await Promise.all(
      Array.from({ length: 12 }, () =>
        handle({ database, store }, counter, 's-2', { type: 'Count', data: { by: 10 } }),
      ),
    );
    expect(results.filter((result) => 'refused' in result)).toHaveLength(2);
    const { events, version } = await database.transaction((tx) => store.read<Counted>(tx, 's-2'));
    expect(version).toBe(10);
    expect(events.reduce(counter.evolve, 0)).toBe(100);
  });

  it('keeps neither events nor outbox when the projection fails', async () => {
    const failed = handle({ database, store }, counter, 's-3', { type: 'Count', data: { by: 1 } }, async (tx) => {
      await store.publish(tx, 'activity.batches.v1', [{ key: 'k', value: Buffer.from('x') }]);
      throw new Error('projection');
    });
    await expect(failed).rejects.toThrow('projection');
    expect((await database.query('SELECT 1 FROM outbox')).rowCount).toBe(0);
    expect((await database.query(`SELECT 1 FROM stream_event WHERE stream = 's-3'`)).rowCount).toBe(0);
  });

  it('tells how many facts wait to be published and since when', async () => {
    expect(await outboxBacklog(database)).toEqual({ rows: 0, oldestSeconds: 0 });
    const records = [{ key: 'k', value: Buffer.from('x') }];
    const fact = () => database.transaction((tx) => store.publish(tx, 'activity.batches.v1', records));
    await fact();
    await database.query(`UPDATE outbox SET queued_at = now() - interval '90 seconds'`);
    await fact();
    const { rows, oldestSeconds } = await outboxBacklog(database);
    expect(rows).toBe(2);
    expect(oldestSeconds).toBeGreaterThanOrEqual(90);
    expect(oldestSeconds).toBeLessThan(120);
    await database.query('DELETE FROM outbox');
  });

  it('publishes every committed record in stream order, with eight writers, slow commits and rollbacks', async () => {
    const relay = new OutboxRelay(database, log);
    relay.start();
    const committed: string[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let n = 0; n < 25; n++) {
          const value = `${writer}:${n}`;
          const rollback = n % 5 === 3;
          await database
            .transaction(async (tx) => {
              await store.publish(tx, 'activity.batches.v1', [{ key: `writer-${writer}`, value: Buffer.from(value) }]);
              if (n % 3 === 0) await sleep(Math.random() * 12);
              if (rollback) throw new Error('rolled back');
              return undefined;
            })
            .then(
              () => committed.push(value),
              () => undefined,
            );
        }
      }),
    );
    await relay.drained();
    await relay.stop();
    const heard: string[] = [];
    const subscription = await log.subscribe({
      topic: 'activity.batches.v1',
      group: 'spec',
      database,
      handle: async ({ records }) => {
        heard.push(...records.map((record) => Buffer.from(record.value).toString()));
      },
      onHalt: () => undefined,
    });
    await subscription.caughtUp();
    await subscription.stop();
    expect([...heard].sort()).toEqual([...committed].sort());
    for (let writer = 0; writer < 8; writer++) {
      const own = (values: string[]) => values.filter((value) => value.startsWith(`${writer}:`));
      expect(own(heard)).toEqual(own(committed));
    }
  });
});
