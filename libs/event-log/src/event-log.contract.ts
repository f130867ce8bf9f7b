import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CaseRef } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EventLog, LogRecord, RunningSubscription, Subscription } from './event-log.js';
import { PoisonRecord } from './event-log.js';

/** What an adapter brings, so that the same spec runs on it. */
export interface EventLogHarness {
  /** A further client of the same log, as another process would have. */
  open(): Promise<EventLog>;
  /** An empty database for one consumer, with the cursor's table. */
  database(): Promise<Database>;
  /** Forgets what is older than its topic keeps, as if it were that time. */
  retain(now: Date): Promise<void>;
  /** Every record of a topic, past all consumers. */
  readAll(topic: string): Promise<LogRecord[]>;
  /** The log's server dies without a warning and comes back with what was on its disk. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

const TOPIC = 'activity.batches.v1';
const HALTING = 'privacy.deletions.v1';

/**
 * Kafka's semantics, whatever the adapter: what a service may rely on.
 *
 * | | both | PostgreSQL | Kafka |
 * | --- | --- | --- | --- |
 * | order | of each key, in the order of its appends | | a topic that may grow: until partitions are added |
 * | an acknowledged append | is there after a crash | is committed | is on the disk of a single broker, or in the memory of several |
 * | a rejected append | may be there nevertheless; `LogUnavailable` | soon, as the server says | within 5 s |
 * | a delivery | once in the consumer's database, from any crash, handover or sleep | | |
 * | poison | copied to the dead letters before the cursor passes it, or halts | | |
 * | a place outside the log | halts, nothing is skipped | at each read | whenever a place is taken, and when Kafka read elsewhere |
 * | a topic made again | halts | its id is another | its id is asked for at each rebalance |
 * | the log away | consumers come back by themselves; while the database is away they wait | | |
 * | lag in seconds | of the oldest unread record | exact | a second or a twentieth less, by Kafka's clock |
 * | who may write | what the typed map says | one process | the broker refuses every other certificate |
 */
export function describeEventLog(name: string, makeHarness: () => Promise<EventLogHarness>): void {
  describe(`${name} keeps the event log's contract:`, () => {
    let harness: EventLogHarness;
    let log: EventLog;
    let database: Database;
    let group: string;
    const running: RunningSubscription[] = [];

    beforeAll(async () => {
      harness = await makeHarness();
      log = await harness.open();
    });
    afterAll(() => harness.stop());
    beforeEach(async () => {
      halts.length = 0;
      group = `group-${randomBytes(4).toString('hex')}`;
      database = await harness.database();
      await database.query('CREATE TABLE seen (nth bigserial, record_key text, value text, who text)');
    });
    afterEach(async () => {
      await Promise.all(running.splice(0).map((subscription) => subscription.stop()));
    });

    const record = (key: string, value: string) => ({ key, value: Buffer.from(value) });
    const text = (one: LogRecord) => Buffer.from(one.value).toString();
    /** Keeps what it is given, in the transaction of the cursor. */
    const store =
      (who = 'one'): Subscription['handle'] =>
      async ({ records }, tx) => {
        await tx.query(
          'INSERT INTO seen (record_key, value, who) SELECT k, v, $3 FROM unnest($1::text[], $2::text[]) AS r (k, v)',
          [records.map((one) => one.key), records.map(text), who],
        );
      };
    const subscribe = async (options: Partial<Subscription> = {}, from: EventLog = log) => {
      const subscription = await from.subscribe({
        topic: TOPIC,
        group,
        database,
        handle: store(),
        onHalt: (reason) => halts.push(reason),
        ...options,
      });
      running.push(subscription);
      return subscription;
    };
    const halts: Error[] = [];
    const seen = async (prefix: string) =>
      (
        await database.query<{ record_key: string; value: string; who: string }>(
          'SELECT record_key, value, who FROM seen WHERE value LIKE $1 ORDER BY nth',
          [`${prefix}%`],
        )
      ).rows;
    const run = () => randomBytes(4).toString('hex');

    it('keeps the order of each key, whoever appends at the same time', async () => {
      const mark = run();
      const keys = ['a', 'b', 'c', 'd', 'e'].map((key) => `${mark}-${key}`);
      await Promise.all(
        keys.map(async (key) => {
          for (let n = 0; n < 40; n++) await log.append(TOPIC, [record(key, `${mark} ${key} ${n}`)]);
        }),
      );
      await (await subscribe()).caughtUp();
      for (const key of keys)
        expect((await seen(mark)).filter((row) => row.record_key === key).map((row) => row.value)).toEqual(
          Array.from({ length: 40 }, (_, n) => `${mark} ${key} ${n}`),
        );
    });

    it('gathers concurrent appends and loses none of them', async () => {
      const mark = run();
      const positions = await Promise.all(
        Array.from({ length: 300 }, (_, n) =>
          log.append(TOPIC, [record(`k${n % 7}`, `${mark} ${n}`), record(`k${n % 5}`, `${mark} ${n} too`)]),
        ),
      );
      const places = positions.flat().map(({ partition, offset }) => `${partition}/${offset}`);
      expect(new Set(places).size).toBe(600);
      await (await subscribe()).caughtUp();
      expect((await seen(mark)).length).toBe(600);
    });

    it('brings a delivery again when the consumer fails between its write and its cursor, and keeps nothing of the failed try', async () => {
      const mark = run();
      await log.append(TOPIC, [record('k', `${mark} 1`), record('k', `${mark} 2`)]);
      let failures = 2;
      const subscription = await subscribe({
        handle: async (delivery, tx) => {
          await store()(delivery, tx);
          if (delivery.records.some((one) => text(one).startsWith(mark)) && failures-- > 0)
            throw new Error('crashed after the write');
        },
      });
      await subscription.caughtUp();
      expect((await seen(mark)).map((row) => row.value)).toEqual([`${mark} 1`, `${mark} 2`]);
      expect(failures).toBe(-1);
    });

    it('continues where it stopped', async () => {
      const mark = run();
      await log.append(TOPIC, [record('k', `${mark} 1`)]);
      const first = await subscribe();
      await first.caughtUp();
      await first.stop();
      await log.append(TOPIC, [record('k', `${mark} 2`)]);
      await (await subscribe({}, await harness.open())).caughtUp();
      expect((await seen(mark)).map((row) => row.value)).toEqual([`${mark} 1`, `${mark} 2`]);
    });

    it('replays everything kept to a group that is added later', async () => {
      const mark = run();
      await log.append(TOPIC, [record('k', `${mark} 1`), record('k', `${mark} 2`)]);
      await (await subscribe()).caughtUp();
      await (await subscribe({ group: `${group}-later`, handle: store('later') })).caughtUp();
      expect((await seen(mark)).map((row) => row.who)).toEqual(['one', 'one', 'later', 'later']);
    });

    it('aborts a zombie: a consumer that slept while another took its place over writes nothing', async () => {
      const mark = run();
      await (await subscribe()).caughtUp();
      await Promise.all(running.splice(0).map((subscription) => subscription.stop()));
      const [place] = await log.append(TOPIC, [record('zombie', `${mark} 1`), record('zombie', `${mark} 2`)]);
      let wakeUp: () => void = () => undefined;
      const asleep = new Promise<void>((done) => {
        wakeUp = done;
      });
      let attempts = 0;
      // It has read its records and sleeps just before its transaction.
      const sleepy: Database = Object.create(database, {
        transaction: {
          value: async (...work: Parameters<Database['transaction']>) => {
            attempts += 1;
            await asleep;
            return database.transaction(...work);
          },
        },
      });
      const zombie = await subscribe({ database: sleepy, handle: store('zombie') });
      while (!attempts) await sleep(5);
      await database.transaction(async (tx) => {
        await tx.query(`UPDATE event_log_cursor SET next = next + 2 WHERE consumer_group = $1 AND partition = $2`, [
          group,
          place?.partition,
        ]);
        await tx.query(
          `INSERT INTO seen (record_key, value, who) VALUES ('zombie', $1, 'successor'), ('zombie', $2, 'successor')`,
          [`${mark} 1`, `${mark} 2`],
        );
      });
      wakeUp();
      await log.append(TOPIC, [record('zombie', `${mark} 3`)]);
      await zombie.caughtUp();
      expect((await seen(mark)).map((row) => `${row.value} by ${row.who}`)).toEqual([
        `${mark} 1 by successor`,
        `${mark} 2 by successor`,
        `${mark} 3 by zombie`,
      ]);
      // Control: without the fence the same sleeper doubles what its successor did.
      await database.transaction((tx) =>
        store('unfenced')(
          {
            topic: TOPIC,
            partition: 0,
            records: [
              { ...record('zombie', `${mark} 1`), topic: TOPIC, partition: 0, offset: 0n, appendedAt: new Date() },
            ],
          },
          tx,
        ),
      );
      expect((await seen(`${mark} 1`)).length).toBe(2);
    });

    it('shares the partitions between the consumers of a group, and hands them over when one is gone', async () => {
      const mark = run();
      const other = await harness.open();
      const two = await subscribe({ handle: store('two') }, other);
      const one = await subscribe({ handle: store('one') });
      await sleep(2_500);
      const send = async (from: number) => {
        for (let n = from; n < from + 120; n++) await log.append(TOPIC, [record(`key-${n}`, `${mark} ${n}`)]);
        await one.caughtUp();
      };
      await send(0);
      const shares = (await seen(mark)).map((row) => row.who);
      expect(shares.length).toBe(120);
      expect(shares.filter((who) => who === 'one').length).toBeGreaterThan(10);
      expect(shares.filter((who) => who === 'two').length).toBeGreaterThan(10);
      await two.stop();
      await send(120);
      expect((await seen(mark)).length).toBe(240);
      await other.close();
    });

    it('sets a poison record aside with its origin and reason, and goes on with the rest in order', async () => {
      const mark = run();
      await log.append(TOPIC, [record('p', `${mark} 1`), record('p', `${mark} bad`), record('p', `${mark} 2`)]);
      const subscription = await subscribe({
        handle: async (delivery, tx) => {
          const bad = delivery.records.find((one) => text(one) === `${mark} bad`);
          if (bad) throw new PoisonRecord(bad, 'undecodable');
          await store()(delivery, tx);
        },
      });
      await subscription.caughtUp();
      expect((await seen(mark)).map((row) => row.value)).toEqual([`${mark} 1`, `${mark} 2`]);
      const dead = (await harness.readAll('activity.batches.dead-letters.v1')).filter((one) =>
        text(one).startsWith(mark),
      );
      expect(dead).toHaveLength(1);
      expect(dead[0]?.headers).toMatchObject({ 'origin-topic': TOPIC, reason: 'undecodable' });
    });

    it('halts on a deletion that it cannot read, and never sets it aside', async () => {
      const key = CaseRef.parse(randomBytes(16).toString('base64url'));
      await log.append(HALTING, [{ key, value: Buffer.from('not json') }]);
      const subscription = await subscribe({
        topic: HALTING,
        handle: async ({ records }) => {
          const bad = records.find((one) => one.key === key);
          if (bad) throw new PoisonRecord(bad, 'undecodable');
        },
      });
      await expect(subscription.caughtUp()).rejects.toThrow(/cannot be read/);
      expect(halts).toHaveLength(1);
    });

    it('halts when a handler fails for good, having lost nothing', async () => {
      const mark = run();
      const subscription = await subscribe({
        handle: async ({ records }) => {
          if (records.some((one) => text(one).startsWith(mark))) throw new Error('always');
        },
      });
      await subscription.caughtUp();
      await log.append(TOPIC, [record('k', `${mark} 1`)]);
      await expect(subscription.caughtUp()).rejects.toThrow(/failed/);
      await (await subscribe({ group })).caughtUp();
      expect((await seen(mark)).map((row) => row.value)).toEqual([`${mark} 1`]);
    }, 40_000);

    it('halts when its cursor stands past the end, or belongs to another log', async () => {
      await (await subscribe()).caughtUp();
      await Promise.all(running.splice(0).map((subscription) => subscription.stop()));
      await database.query('UPDATE event_log_cursor SET next = next + 1000');
      await expect((await subscribe()).caughtUp()).rejects.toThrow(/another or an older log/);
      await database.query('UPDATE event_log_cursor SET next = next - 1000, cluster = gen_random_uuid()');
      await expect((await subscribe()).caughtUp()).rejects.toThrow(/belongs to another log/);
    });

    it('says how many records a group has not consumed, and for how long the oldest has waited', async () => {
      const mark = run();
      const first = await subscribe();
      await first.caughtUp();
      expect(await first.lag()).toEqual({ records: 0n, seconds: 0 });
      let open: () => void = () => undefined;
      const gate = new Promise<void>((done) => {
        open = done;
      });
      const held = await subscribe({ group: `${group}-held`, handle: () => gate });
      await log.append(TOPIC, [record('lag', `${mark} 1`)]);
      await sleep(2_200);
      await log.append(TOPIC, [record('lag', `${mark} 2`), record('other', `${mark} 3`)]);
      await first.caughtUp();
      expect(await first.lag()).toEqual({ records: 0n, seconds: 0 });
      const { records, seconds } = await held.lag();
      expect(records).toBeGreaterThanOrEqual(3n);
      expect(seconds).toBeGreaterThanOrEqual(1);
      open();
      await held.caughtUp();
      expect(await held.lag()).toEqual({ records: 0n, seconds: 0 });
    });

    it('delivers a lone record at once, and does not keep waiting who waits for the end', async () => {
      const subscription = await subscribe();
      await subscription.caughtUp();
      const times: number[] = [];
      for (let n = 0; n < 15; n++) {
        const before = performance.now();
        await log.append(TOPIC, [record('quick', `${run()} ${n}`)]);
        await subscription.caughtUp();
        times.push(performance.now() - before);
      }
      // Not the median: other specs keep the machine busy meanwhile.
      expect(times.sort((a, b) => a - b)[4]).toBeLessThan(60);
    });

    it('loses and doubles nothing when its server dies while records are written and read', async () => {
      const mark = run();
      await subscribe();
      const kept: string[] = [];
      let refused = 0;
      let crashed = false;
      let until = Number.POSITIVE_INFINITY;
      const write = async (writer: number) => {
        for (let n = 0; performance.now() < until; n++) {
          const value = `${mark} ${writer} ${n}`;
          // Who is refused cannot know whether it is there: it sends again under another name, and this one may be there once or not at all.
          const written = await log.append(TOPIC, [record(`w${writer}`, value)]).then(
            () => kept.push(value),
            () => {
              refused += 1;
            },
          );
          // It goes on until appends succeed again after the crash.
          if (written && crashed && until > performance.now() + 200) until = performance.now() + 200;
          await sleep(5);
        }
      };
      const writers = Promise.all([0, 1, 2].map(write));
      while (kept.length < 20) await sleep(10);
      await harness.crash();
      const before = kept.length;
      crashed = true;
      await writers;
      const deadline = performance.now() + 30_000;
      while ((await seen(mark)).length < kept.length && performance.now() < deadline) await sleep(50);
      const values = (await seen(mark)).map((row) => row.value);
      expect(kept.filter((value) => !values.includes(value))).toEqual([]);
      expect(new Set(values).size).toBe(values.length);
      expect(kept.length).toBeGreaterThan(before);
      expect(values.length - kept.length).toBeLessThanOrEqual(refused);
      expect(halts).toEqual([]);
    });

    it('forgets what is older than the topic keeps, and halts a consumer that had not read it', async () => {
      const mark = run();
      const slow = await subscribe({ group: `${group}-slow` });
      await slow.caughtUp();
      await slow.stop();
      await log.append(
        TOPIC,
        Array.from({ length: 30 }, (_, n) => record(`old-${n}`, `${mark} ${n}`)),
      );
      await harness.retain(new Date(Date.now() + 7 * 86_400_000));
      expect((await harness.readAll(TOPIC)).filter((one) => text(one).startsWith(mark))).toEqual([]);
      await expect((await subscribe({ group: `${group}-slow` })).caughtUp()).rejects.toThrow(/forgotten unread/);
      await (await subscribe({ group: `${group}-new` })).caughtUp();
      expect(await seen(mark)).toEqual([]);
    });
  });
}
