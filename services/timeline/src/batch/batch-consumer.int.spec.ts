import { Alias, Day, KeyId } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { type Handler, PostgresEventLog } from '@daybook/event-log';
import { newRef } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sealed, TimelineHarness, TODAY } from '../timeline-installation.spec.js';
import { storeBatches } from './batch-consumer.js';

const FULL = process.env.DAYBOOK_PROVE === '1';

describe('storing sealed batches (P25)', () => {
  let timeline: TimelineHarness;
  beforeAll(async () => {
    timeline = await TimelineHarness.start();
  });
  afterAll(() => timeline.stop());

  const stored = async (alias: Alias, database = timeline.database) =>
    (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM batch WHERE alias = $1', [alias])).rows[0]?.n;
  /** Consumes a log into a database as timeline does, with one thing changed. */
  const consume = (log: PostgresEventLog, database: Database, handle: Handler = storeBatches) =>
    log.subscribe({ topic: 'activity.batches.v1', group: 'spec', database, handle, onHalt: () => undefined });
  const ownLog = async () => PostgresEventLog.open({ url: await timeline.privacy.postgres.databaseUrl('log') });

  it('keeps the bytes as they came, with nothing readable beside them', async () => {
    const batch = timeline.sealForeign();
    await timeline.append(batch);
    const row = (await timeline.rows('batch')).find((one) => one.alias === batch.key);
    expect(row).toMatchObject({ alias: batch.key, day: TODAY, sealed: batch.value });
    expect(Object.keys(row ?? {}).sort()).toEqual(
      ['alias', 'batch_id', 'day', 'expires_at', 'key_id', 'received_at', 'sealed'].sort(),
    );
  });

  it('stores what is sent again once', async () => {
    const batch = timeline.sealForeign();
    await timeline.append(batch, batch);
    await timeline.append(batch);
    expect(await stored(batch.key)).toBe(1);
  });

  it('refuses what arrives after its alias was retired, and stores it where no fence was raised (control)', async () => {
    const [retired, live] = [timeline.sealForeign(), timeline.sealForeign()];
    await timeline.order({ kind: 'aliases', aliases: [retired.key] });
    await timeline.append(retired, live);
    expect([await stored(retired.key), await stored(live.key)]).toEqual([0, 1]);
    await timeline.database.query('DELETE FROM fence_alias WHERE alias = $1', [retired.key]);
    await timeline.append(retired);
    expect(await stored(retired.key)).toBe(1);
  });

  it('refuses forgotten days under their old key for ever, takes them under a new one and other days under both', async () => {
    const alias = newRef(Alias);
    const [closed, fresh] = [newRef(KeyId), newRef(KeyId)];
    const other = Day.parse('2026-11-23');
    await timeline.order({ kind: 'days', aliases: [alias], from: TODAY, to: TODAY, closedKeys: [closed] });
    const late = timeline.sealForeign(alias, closed);
    await timeline.append(late);
    expect(await stored(alias)).toBe(0);
    await timeline.append(timeline.sealForeign(alias, fresh), timeline.sealForeign(alias, closed, other));
    expect(await stored(alias)).toBe(2);
    await timeline.database.query('DELETE FROM fence_key WHERE key_id = $1', [closed]);
    await timeline.append(late);
    expect(await stored(alias)).toBe(3);
  });

  it('resurrects nothing when everything is replayed from the first record; without the deletions it would (control)', async () => {
    const [erased, kept] = [timeline.sealForeign(), timeline.sealForeign()];
    await timeline.append(erased, kept);
    expect(await stored(erased.key)).toBe(1);
    await timeline.order({ kind: 'aliases', aliases: [erased.key] });
    expect(await stored(erased.key)).toBe(0);

    await timeline.reopen(await timeline.privacy.postgres.databaseUrl('replay'));
    expect([await stored(erased.key), await stored(kept.key)]).toEqual([0, 1]);

    const unfenced = await timeline.emptyTables();
    const subscription = await consume(timeline.privacy.log, unfenced);
    await subscription.caughtUp();
    expect(await stored(erased.key, unfenced)).toBe(1);
    await subscription.stop();
  });

  it('stores each batch once beside a zombie that still writes, whoever wins', { timeout: 300_000 }, async () => {
    const [database, log] = [await timeline.emptyTables(), await ownLog()];
    let release = (): void => undefined;
    const away = new Promise<void>((done) => {
      release = done;
    });
    let deliveries = 0;
    // Alive, but away after its writes, until another consumer has moved on.
    const zombie = await consume(log, database, async (delivery, tx) => {
      await storeBatches(delivery, tx);
      if (deliveries++ === 0) await away;
    });
    const batches = Array.from({ length: FULL ? 400 : 40 }, () => timeline.sealForeign());
    await log.append('activity.batches.v1', batches.slice(0, 20));
    const heir = await consume(log, database);
    await log.append('activity.batches.v1', batches.slice(20));
    setTimeout(release, 300);
    await Promise.all([zombie.caughtUp(), heir.caughtUp()]);
    await Promise.all([zombie.stop(), heir.stop()]);
    const { rows } = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM batch');
    expect(rows[0]?.n).toBe(batches.length);
    await log.close();
  });

  it('stores nothing of a delivery whose transaction fails, and all of it when it comes again', async () => {
    const [database, log] = [await timeline.emptyTables(), await ownLog()];
    let crashes = 2;
    const subscription = await consume(log, database, async (delivery, tx) => {
      await storeBatches(delivery, tx);
      if (crashes-- > 0) throw new Error('after the write, before the commit');
    });
    const alias = newRef(Alias);
    await log.append('activity.batches.v1', [timeline.sealForeign(alias), timeline.sealForeign(alias)]);
    await subscription.caughtUp();
    expect([crashes < 0, await stored(alias, database)]).toEqual([true, 2]);
    await subscription.stop();
    await log.close();
  });

  it.each<[string, (batch: Sealed) => Sealed]>([
    ['bytes that are no batch', (batch) => ({ ...batch, value: Buffer.from('not sealed') })],
    ['an alias that is not its key', (batch) => ({ ...batch, key: newRef(Alias) })],
    ['no expiry', (batch) => ({ ...batch, headers: {} as never })],
    ['an expiry that is none', (batch) => ({ ...batch, headers: { 'expires-at': 'Tuesday' } })],
  ])('sets aside a record with %s, and goes on with the next', async (_, broken) => {
    const [bad, good] = [broken(timeline.sealForeign()), timeline.sealForeign()];
    await timeline.append(bad, good);
    expect(await stored(good.key)).toBe(1);
    expect(await stored(bad.key)).toBe(0);
  });
});
