import { randomBytes } from 'node:crypto';
import { Alias, type Receipt } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { decode, jsonRecord, PostgresEventLog } from '@daybook/event-log';
import { newRef, startTestPostgres, type TestPostgres, withFault } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, ordered, store } from './erasure-harness.js';
import { ErasureConsumer, ReceiptSigner } from './index.js';

const CASES = 30;

describe('the erasure consumers of several instances of a service (P25)', () => {
  const signer = new ReceiptSigner('spec', randomBytes(32));
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.stop());

  /** Three instances on one database, each on a log of its own as in a process of its own; answers the receipts for each case. */
  const run = async (plant?: (sql: string) => string) => {
    const database = await freshDatabase(postgres);
    const url = await postgres.databaseUrl('log');
    const logs = [await PostgresEventLog.open({ url })];
    for (let n = 1; n < 3; n++) logs.push(await PostgresEventLog.open({ url }));
    const consumers = logs.map(
      (log) =>
        new ErasureConsumer({
          service: 'spec',
          database: plant ? withFault(database, plant) : database,
          log,
          stores: [store()],
          signer,
          clock: () => new Date(),
          onHalt: () => undefined,
        }),
    );
    const [first, ...others] = consumers;
    const [log] = logs;
    if (!first || !log) throw new Error('nobody');
    await first.start();
    const aliases = Array.from({ length: CASES }, () => newRef(Alias));
    await database.query('INSERT INTO kept SELECT unnest($1::text[])', [aliases]);
    const events = aliases.map((alias) => ordered({ kind: 'aliases', aliases: [alias] }));
    const order = async (some: typeof events) => {
      const records = some.map((event) => jsonRecord('privacy.deletions.v1', event.caseRef, event));
      await log.append('privacy.deletions.v1', records);
    };
    await order(events.slice(0, CASES / 2));
    // The others start in the middle of it, and everybody wants to be told when it is done.
    await Promise.all([order(events.slice(CASES / 2)), ...others.map((one) => one.start())]);
    await Promise.all(consumers.map((one) => one.caughtUp()));
    const left = await database.query('SELECT 1 FROM receipt_due UNION ALL SELECT 1 FROM kept');
    const receipts = await receiptsIn(log, database);
    await Promise.all(consumers.map((one) => one.stop()));
    await Promise.all(logs.map((one) => one.close()));
    return {
      left: left.rowCount,
      perCase: events.map(({ caseRef }) => receipts.filter((one) => one.caseRef === caseRef)),
    };
  };

  it('give each answer once between them, and all of them when somebody waits for it', async () => {
    const { left, perCase } = await run();
    expect(left).toBe(0);
    expect(perCase.map((receipts) => receipts.map(({ outcome }) => outcome))).toEqual(Array(CASES).fill(['erased']));
  });

  it('would be seen to answer twice if they did not lock what they answer (control)', async () => {
    const { perCase } = await run((sql) => sql.replace(/(FROM receipt_due .*) FOR UPDATE.*/, '$1'));
    expect(perCase.filter((receipts) => receipts.length > 1).length).toBeGreaterThan(0);
  });
});

async function receiptsIn(log: PostgresEventLog, database: Database): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  const reader = await log.subscribe({
    topic: 'privacy.receipts.v1',
    group: 'reader',
    database,
    handle: async ({ records }) =>
      void receipts.push(...records.map((record) => decode('privacy.receipts.v1', record))),
    onHalt: () => undefined,
  });
  await reader.caughtUp();
  await reader.stop();
  return receipts;
}
