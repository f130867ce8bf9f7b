import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, migrate } from '@daybook/database';
import { cursorMigrations, type EventLog, PostgresEventLog } from '@daybook/event-log';
import { startTestPostgres, type TestPostgres, withFault } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventStoreMigrations, OutboxRelay, PostgresEventStore } from './index.js';

const STREAMS = 6;
const FACTS = 40;
const facts = (stream: number) => Array.from({ length: FACTS }, (_, n) => `${stream}:${n}`);

describe('the relays of several instances on one outbox', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.stop());

  /** Facts of several streams, written at every instance and carried by whichever is first; answers what the log has of each stream. */
  const run = async (plant: (sql: string) => string = (sql) => sql) => {
    const database = await postgres.database('owner');
    await migrate(database, [eventStoreMigrations, cursorMigrations]);
    const url = await postgres.databaseUrl('log');
    const log = await PostgresEventLog.open({ url });
    const slow: EventLog = Object.assign(Object.create(log) as EventLog, {
      append: async (...args: Parameters<EventLog['append']>) => {
        await sleep(Math.random() * 10);
        return log.append(...args);
      },
    });
    const relays = Array.from({ length: 3 }, () => new OutboxRelay(withFault(database, plant), slow));
    for (const relay of relays) relay.start();
    const store = new PostgresEventStore();
    const write = async (stream: number) => {
      for (const fact of facts(stream)) {
        await database.transaction((tx) =>
          store.publish(tx, 'activity.batches.v1', [{ key: `stream-${stream}`, value: Buffer.from(fact) }]),
        );
        relays[(stream + fact.length) % 3]?.nudge();
      }
    };
    await Promise.all(Array.from({ length: STREAMS }, (_, stream) => write(stream)));
    // One instance stops while it may be carrying; the others carry on.
    await Promise.all([relays[0]?.stop(), ...relays.slice(1).map((relay) => relay.drained())]);
    await Promise.all(relays.slice(1).map((relay) => relay.stop()));
    const heard = await heardFrom(log, database);
    await log.close();
    return Array.from({ length: STREAMS }, (_, stream) => heard.filter((fact) => fact.startsWith(`${stream}:`)));
  };

  it('carry every fact once between them, in the order of its stream', async () => {
    expect(await run()).toEqual(Array.from({ length: STREAMS }, (_, stream) => facts(stream)));
  });

  it('would be seen to get in each other’s way without their lock (control)', async () => {
    const heard = await run((sql) => sql.replace(/pg_try_advisory_xact_lock\(.*\)/, 'true'));
    expect(heard).not.toEqual(Array.from({ length: STREAMS }, (_, stream) => facts(stream)));
  });
});

async function heardFrom(log: EventLog, database: Database): Promise<string[]> {
  const heard: string[] = [];
  const subscription = await log.subscribe({
    topic: 'activity.batches.v1',
    group: 'spec',
    database,
    handle: async ({ records }) => void heard.push(...records.map((record) => Buffer.from(record.value).toString())),
    onHalt: () => undefined,
  });
  await subscription.caughtUp();
  await subscription.stop();
  return heard;
}
