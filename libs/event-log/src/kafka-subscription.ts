import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { CursorStore } from './cursor.js';
import { Delivering, type RetryPolicy, type SetAside, SubscriptionHalted } from './delivering.js';
import type { Lag, LogRecord, RunningSubscription, Subscription } from './event-log.js';
import { METADATA_AGE_MS } from './kafka-appends.js';
import { type Bounds, Standing } from './standing.js';

/** What a subscription needs of the log that it reads. */
export interface KafkaSource {
  kafka: Kafka;
  cluster: string;
  topicId: string;
  bounds(): Promise<Bounds>;
  age(partition: number, offset: bigint): Promise<number>;
  setAside: SetAside;
}

/** A member that says nothing for this long loses its partitions to the others. */
const SESSION_MS = 10_000;
const MOST_RECORDS = 500;
/** After a delivery, what arrives meanwhile is gathered into one: a stream of single records would cost a transaction each. */
const GATHER_MS = 100;

/**
 * One consumer of a group. Kafka assigns partitions; where to read, and what is done, the cursor in the consumer's own database says. A
 * partition is paused from the moment it is assigned until its cursor has been read and checked, so that kafkajs never chooses a place by
 * itself: its own answer to a place outside the log is to go on elsewhere without a word.
 */
export class KafkaSubscription implements RunningSubscription {
  private readonly standing: Standing;
  private readonly delivering: Delivering;
  /** Where each assigned partition stands; nothing is delivered from one that is not in here. */
  private readonly positions = new Map<number, bigint>();
  private generation = 0;
  private stopping = false;
  private halted: Error | undefined;
  private loop: Promise<void> = Promise.resolve();
  private crashed: (() => void) | undefined;
  private hurry: (() => void) | undefined;
  private hurried = false;
  private gatheredAt = 0;

  constructor(
    private readonly source: KafkaSource,
    private readonly subscription: Subscription,
    retry: Partial<RetryPolicy> = {},
  ) {
    const { topic, group, database } = subscription;
    const cursors = new CursorStore(database, group, topic, source.cluster, source.topicId);
    this.standing = new Standing({ ...source, topic, group }, cursors);
    this.delivering = new Delivering(subscription, cursors, source.setAside, retry);
  }

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.hurry?.();
    this.crashed?.();
    await this.loop;
  }

  lag(): Promise<Lag> {
    return this.standing.lag();
  }

  caughtUp(): Promise<void> {
    return this.standing.caughtUp(() => {
      if (this.halted) throw this.halted;
      if (this.stopping) throw new Error('the subscription was stopped');
      this.hurried = true;
      this.hurry?.();
    });
  }

  /** One life of a kafkajs consumer after another: it ends for good when it crashes, and only says so in an event. */
  private async run(): Promise<void> {
    const { firstDelayMs, maxDelayMs } = this.delivering.retry;
    for (let delay = firstDelayMs; !this.stopping; delay = Math.min(maxDelayMs, delay * 2)) {
      const lived = performance.now();
      await this.live().catch(() => undefined);
      if (this.halted) {
        this.subscription.onHalt(this.halted);
        return;
      }
      if (performance.now() - lived > maxDelayMs) delay = firstDelayMs;
      if (!this.stopping) await sleep(delay);
    }
  }

  private async live(): Promise<void> {
    const consumer = this.source.kafka.consumer({
      groupId: `${this.subscription.group}.${this.subscription.topic}`,
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: 3 * SESSION_MS,
      heartbeatInterval: 1_000,
      metadataMaxAge: METADATA_AGE_MS,
      maxWaitTimeInMs: 200,
      retry: { restartOnFailure: async () => false },
    });
    this.positions.clear();
    const ended = new Promise<void>((done) => {
      this.crashed = done;
      consumer.on(consumer.events.CRASH, () => done());
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      this.assigned(consumer, payload.memberAssignment[this.subscription.topic] ?? []),
    );
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [this.subscription.topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.batch(consumer, payload),
      });
      if (!this.stopping) await ended;
    } finally {
      await consumer.disconnect().catch(() => undefined);
    }
  }

  /** Synchronous until everything is paused: the first fetch comes right after. */
  private assigned(consumer: Consumer, partitions: readonly number[]): void {
    const generation = ++this.generation;
    this.positions.clear();
    for (const partition of partitions) {
      consumer.pause([{ topic: this.subscription.topic, partitions: [partition] }]);
      void this.position(consumer, partition, generation);
    }
  }

  /** Reads and checks the cursor, and lets the partition go on from there. */
  private async position(consumer: Consumer, partition: number, generation: number): Promise<void> {
    const { topic } = this.subscription;
    for (;;) {
      if (generation !== this.generation || this.stopping) return;
      try {
        const next = await this.standing.claim(partition);
        if (generation !== this.generation || this.stopping) return;
        this.positions.set(partition, next);
        consumer.seek({ topic, partition, offset: next.toString() });
        consumer.resume([{ topic, partitions: [partition] }]);
        return;
      } catch (error) {
        if (error instanceof SubscriptionHalted) return this.halt(error);
        // The database or the broker is away.
        await sleep(this.delivering.retry.firstDelayMs * 4);
      }
    }
  }

  private lost(consumer: Consumer, partition: number): void {
    this.positions.delete(partition);
    consumer.pause([{ topic: this.subscription.topic, partitions: [partition] }]);
    void this.position(consumer, partition, this.generation);
  }

  private async batch(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, resolveOffset, isRunning, isStale } = payload;
    const { partition } = batch;
    const generation = this.generation;
    const goOn = async () => {
      await heartbeat();
      return isRunning() && !isStale() && !this.stopping && generation === this.generation;
    };
    const from = this.positions.get(partition);
    if (from === undefined || isStale() || !isRunning() || this.stopping) return;
    // Not what was asked for: kafkajs went elsewhere, so the cursor is looked at again, and halts if it is outside the log.
    if (BigInt((batch as unknown as { fetchedOffset: string }).fetchedOffset) !== from)
      return this.lost(consumer, partition);
    const records = batch.messages.map((message) => recordOf(batch.topic, partition, message));
    const most = this.subscription.maxRecords ?? MOST_RECORDS;
    let expected = from;
    for (let at = 0; at < records.length; at += most) {
      const chunk = records.slice(at, at + most);
      const last = chunk.at(-1) as LogRecord;
      try {
        const delivered = await this.delivering.deliver(partition, expected, chunk, goOn);
        if (delivered === 'abandoned') return;
        if (delivered === 'conflict') return this.lost(consumer, partition);
      } catch (error) {
        if (error instanceof SubscriptionHalted) return this.halt(error);
        throw error;
      }
      expected = last.offset + 1n;
      this.positions.set(partition, expected);
      resolveOffset(last.offset.toString());
      if (!(await goOn())) return;
    }
    await this.gather(records.length);
  }

  /** At most once in that time over all partitions; somebody who waits for the end is not kept waiting for more to come. */
  private async gather(records: number): Promise<void> {
    const due = performance.now() - this.gatheredAt >= GATHER_MS;
    if (!due || this.hurried || this.stopping || records >= MOST_RECORDS) {
      this.hurried = false;
      return;
    }
    await new Promise<void>((done) => {
      const timer = setTimeout(done, GATHER_MS);
      this.hurry = () => {
        clearTimeout(timer);
        done();
      };
    });
    this.hurry = undefined;
    this.gatheredAt = performance.now();
  }

  private halt(error: SubscriptionHalted): void {
    this.halted ??= error;
    this.generation += 1;
    this.positions.clear();
    this.crashed?.();
  }
}

export function recordOf(
  topic: string,
  partition: number,
  { key, value, headers, offset, timestamp }: EachBatchPayload['batch']['messages'][number],
): LogRecord {
  const texts = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]);
  return {
    topic,
    partition,
    offset: BigInt(offset),
    key: key?.toString() ?? '',
    value: value ?? new Uint8Array(),
    ...(texts.length > 0 && { headers: Object.fromEntries(texts) }),
    appendedAt: new Date(Number(timestamp)),
  };
}
