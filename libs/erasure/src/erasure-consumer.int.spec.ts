import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Alias, CaseRef, Day, KeyId, Receipt } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { decode, jsonRecord, LogUnavailable, PostgresEventLog } from '@daybook/event-log';
import { newRef, startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeErasableStore } from './erasable-store.contract.js';
import { freshDatabase, ordered, store } from './erasure-harness.js';
import { ErasureConsumer, lockFence, ReceiptSigner, verifyReceipt } from './index.js';

const day = Day.parse('2026-11-24');
let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
describeErasableStore('a table by alias', async () => {
  const own = await startTestPostgres();
  const database = await own.database('store');
  await database.query('CREATE TABLE kept (alias text, bytes text)');
  return {
    store: store(),
    database,
    fill: async () => {
      const [mine, theirs] = [newRef(Alias), newRef(Alias)];
      await database.query('INSERT INTO kept SELECT unnest($1::text[]), $2', [
        [mine, theirs, mine],
        randomBytes(20).toString('hex'),
      ]);
      return {
        scope: { kind: 'aliases', aliases: [mine] },
        bystander: async () => (await database.query('SELECT * FROM kept WHERE alias = $1', [theirs])).rows,
      };
    },
    foreignScope: { kind: 'aliases', aliases: [newRef(Alias)] },
    stop: () => own.stop(),
  };
});

describe('the erasure consumer', () => {
  const signer = new ReceiptSigner('spec', randomBytes(32));
  const receiptsOf = async (log: PostgresEventLog, database: Database, caseRef: string) => {
    const receipts: Receipt[] = [];
    const group = `reader-${randomBytes(4).toString('hex')}`;
    const reader = await log.subscribe({
      topic: 'privacy.receipts.v1',
      group,
      database,
      handle: async ({ records }) =>
        void receipts.push(...records.map((record) => decode('privacy.receipts.v1', record))),
      onHalt: () => undefined,
    });
    await reader.caughtUp();
    await reader.stop();
    return receipts.filter((receipt) => receipt.caseRef === caseRef);
  };

  it('erases, asks again and answers with a receipt whose every byte is signed; the same event again changes nothing', async () => {
    const database = await freshDatabase(postgres);
    const log = await PostgresEventLog.open({ url: await postgres.databaseUrl('log') });
    const consumer = new ErasureConsumer({
      service: 'spec',
      database,
      log,
      stores: [store()],
      signer,
      clock: () => new Date(),
      onHalt: () => undefined,
    });
    const alias = newRef(Alias);
    await database.query('INSERT INTO kept VALUES ($1), ($1)', [alias]);
    await consumer.start();
    const event = ordered({ kind: 'aliases', aliases: [alias] });
    await log.append('privacy.deletions.v1', [
      jsonRecord('privacy.deletions.v1', event.caseRef, event),
      jsonRecord('privacy.deletions.v1', event.caseRef, event),
    ]);
    await consumer.caughtUp();
    const receipts = await receiptsOf(log, database, event.caseRef);
    expect(receipts.length).toBeGreaterThan(0);
    for (const receipt of receipts) {
      expect(receipt).toMatchObject({ outcome: 'erased', remaining: 0, store: 'timeline.batches' });
      expect(verifyReceipt(receipt, new Map([['spec', signer.publicKey]]))).toBe(true);
      expect(verifyReceipt({ ...receipt, remaining: 1 }, new Map([['spec', signer.publicKey]]))).toBe(false);
    }
    expect(await database.transaction((tx) => lockFence(tx, [{ alias, keyId: newRef(KeyId), day }]))).toEqual([false]);
    await consumer.stop();
    await log.close();
  });

  it('answers "failed" while a store cannot erase, never with silence, and finishes when it can again', async () => {
    const database = await freshDatabase(postgres);
    const log = await PostgresEventLog.open({ url: await postgres.databaseUrl('log') });
    const failing = { now: true };
    const consumer = new ErasureConsumer({
      service: 'spec',
      database,
      log,
      stores: [store(failing)],
      signer,
      clock: () => new Date(),
      onHalt: () => undefined,
    });
    await consumer.start();
    const alias = newRef(Alias);
    await database.query('INSERT INTO kept VALUES ($1)', [alias]);
    const event = ordered({ kind: 'aliases', aliases: [alias] });
    await log.append('privacy.deletions.v1', [jsonRecord('privacy.deletions.v1', event.caseRef, event)]);
    await sleep(150);
    expect((await receiptsOf(log, database, event.caseRef)).map((receipt) => receipt.outcome)).toContain('failed');
    failing.now = false;
    await consumer.caughtUp();
    expect((await receiptsOf(log, database, event.caseRef)).at(-1)).toMatchObject({ outcome: 'erased', remaining: 0 });
    await consumer.stop();
    await log.close();
  });

  it('does not let a store off that leaves something: told once, erased again, and answered when nothing remains', async () => {
    const database = await freshDatabase(postgres);
    const log = await PostgresEventLog.open({ url: await postgres.databaseUrl('log') });
    const lazy = { now: true };
    const consumer = new ErasureConsumer({
      service: 'spec',
      database,
      log,
      stores: [store(undefined, lazy)],
      signer,
      clock: () => new Date(),
      onHalt: () => undefined,
      retryMs: 20,
    });
    await consumer.start();
    const alias = newRef(Alias);
    await database.query('INSERT INTO kept VALUES ($1)', [alias]);
    const event = ordered({ kind: 'aliases', aliases: [alias] });
    await log.append('privacy.deletions.v1', [jsonRecord('privacy.deletions.v1', event.caseRef, event)]);
    const answers = async () =>
      (await receiptsOf(log, database, event.caseRef)).map(({ outcome, remaining }) => `${outcome} ${remaining}`);
    await expect.poll(answers, { timeout: 5_000 }).toEqual(['failed 1']);
    await sleep(150);
    expect(await answers()).toEqual(['failed 1']);
    lazy.now = false;
    await expect.poll(answers, { timeout: 5_000 }).toEqual(['failed 1', 'erased 0']);
    expect((await database.query('SELECT 1 FROM receipt_due')).rowCount).toBe(0);
    await consumer.stop();
    await log.close();
  });

  it('answers later when the log could not take the answer', async () => {
    const database = await freshDatabase(postgres);
    const log = await PostgresEventLog.open({ url: await postgres.databaseUrl('log') });
    let refusals = 2;
    /** The real log, with a fault planted: it loses its first answers. */
    const faulty = Object.assign(Object.create(log) as PostgresEventLog, {
      append: (...args: Parameters<PostgresEventLog['append']>) =>
        refusals-- > 0 ? Promise.reject(new LogUnavailable(new Error('planted'))) : log.append(...args),
    });
    const consumer = new ErasureConsumer({
      service: 'spec',
      database,
      log: faulty,
      stores: [store()],
      signer,
      clock: () => new Date(),
      onHalt: () => undefined,
      retryMs: 20,
    });
    await consumer.start();
    const event = ordered({ kind: 'aliases', aliases: [newRef(Alias)] });
    await log.append('privacy.deletions.v1', [jsonRecord('privacy.deletions.v1', event.caseRef, event)]);
    await expect
      .poll(async () => (await receiptsOf(log, database, event.caseRef)).map((one) => one.outcome), { timeout: 5_000 })
      .toEqual(['erased']);
    expect(refusals).toBeLessThan(0);
    await consumer.stop();
    await log.close();
  });

  it('makes good on the answer that a crash cut off', async () => {
    const database = await freshDatabase(postgres);
    const log = await PostgresEventLog.open({ url: await postgres.databaseUrl('log') });
    const caseRef = newRef(CaseRef);
    await database.query(`INSERT INTO receipt_due VALUES ($1, 0, 'timeline.batches', $2, 1, $3)`, [
      caseRef,
      JSON.stringify({ kind: 'aliases', aliases: [newRef(Alias)] }),
      JSON.stringify({ topic: 't', partition: 0, offset: '0' }),
    ]);
    const consumer = new ErasureConsumer({
      service: 'spec',
      database,
      log,
      stores: [store()],
      signer,
      clock: () => new Date(),
      onHalt: () => undefined,
    });
    await consumer.start();
    expect(await receiptsOf(log, database, caseRef)).toHaveLength(1);
    await consumer.stop();
    await log.close();
  });
});
