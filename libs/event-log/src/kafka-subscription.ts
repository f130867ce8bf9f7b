import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { CursorStore } from './cursor.js';
import { Delivering, type RetryPolicy, type SetAside, SubscriptionHalted } from './delivering.js';
import type { Lag, RunningSubscription, Subscription } from './event-log.js';
import { KafkaAssignment } from './kafka-assignment.js';
import { kafkaErrorCode, METADATA_AGE_MS } from './kafka-client.js';
import { Rest } from './rest.js';
import { type Bounds, Standing } from './standing.js';

/** What a subscription needs of the log that it reads. */
export interface KafkaSource {
  /** A client whose connections last until the signal. */
  client(end: AbortSignal): Kafka;
  cluster: string;
  topicId: string;
  bounds(): Promise<Bounds>;
  age(places: ReadonlyMap<number, bigint>): Promise<number>;
  /** Throws {@link SubscriptionHalted} when the topic is no longer the one of `topicId`. */
  confirm(): Promise<void>;
  setAside: SetAside;
}

/** A member that says nothing for this long loses its partitions to the others; the least that brokers allow. A broker that was killed waits as long. */
const SESSION_MS = 6_000;
const HEARTBEAT_MS = 1_000;
/** A consumer that neither asks nor works for this long (a rebalance takes less) is replaced. */
const SILENCE_MS = 90_000;
/** Leaving a group is a courtesy: a broker that does not answer is not waited for longer. */
const GOODBYE_MS = 3_000;
/** After a delivery, what arrives meanwhile is gathered into one: a stream of single records would cost a transaction each. */
const GATHER_MS = 100;
const GATHERED = 500;

/** One consumer of a group. Kafka assigns partitions; where to read, and what is done, the cursor in the consumer's own database says. */
export class KafkaSubscription implements RunningSubscription {
  private readonly standing: Standing;
  private readonly delivering: Delivering;
  private readonly gathering = new Rest();
  private readonly recovering = new Rest();
  private assignment: KafkaAssignment | undefined;
  private loop: Promise<void> = Promise.resolve();
  private end: (cause?: Error) => void = () => undefined;
  private stopping = false;
  private halted: Error | undefined;
  private hurried = false;
  private gatheredAt = 0;
  private aliveAt = 0;

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
    this.gathering.end();
    this.recovering.end();
    this.end();
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
      this.gathering.end();
    });
  }

  /** One life of a kafkajs consumer after another: it ends for good when it crashes, and only says so in an event. */
  private async run(): Promise<void> {
    const { firstDelayMs, maxDelayMs } = this.delivering.retry;
    for (let delay = firstDelayMs; !this.stopping; ) {
      const bornAt = performance.now();
      await this.live().catch((error) => this.refuse(error));
      if (this.halted) return;
      delay = performance.now() - bornAt > maxDelayMs ? firstDelayMs : Math.min(maxDelayMs, delay * 2);
      if (!this.stopping) await this.recovering.for(delay);
    }
  }

  /** What no retry mends. */
  private refuse(error: unknown): void {
    const code = kafkaErrorCode(error);
    if (!code?.endsWith('_AUTHORIZATION_FAILED')) return;
    const { group, topic } = this.subscription;
    this.halt(new SubscriptionHalted('forbidden', topic, `${group} may not read ${topic} (${code})`, { cause: error }));
  }

  /** Returns when it was ended, throws what it crashed of. */
  private async live(): Promise<void> {
    const { topic, group } = this.subscription;
    const connections = new AbortController();
    const consumer = this.source.client(connections.signal).consumer({
      groupId: `${group}.${topic}`,
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: 3 * SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      metadataMaxAge: METADATA_AGE_MS,
      maxWaitTimeInMs: 200,
      retry: { restartOnFailure: async () => false },
    });
    let goodbye: NodeJS.Timeout | undefined;
    const over = new Promise<void>((done, failed) => {
      this.end = (cause) => {
        goodbye ??= setTimeout(() => connections.abort(), GOODBYE_MS);
        if (cause) failed(cause);
        else done();
      };
    });
    // Nobody waits for it before the consumer runs.
    over.catch(() => undefined);
    const { CRASH, FETCH_START, GROUP_JOIN } = consumer.events;
    consumer.on(CRASH, ({ payload }) => this.end(payload.error));
    consumer.on(FETCH_START, () => this.stir());
    consumer.on(GROUP_JOIN, ({ payload }) => this.assigned(consumer, payload.memberAssignment[topic] ?? []));
    this.stir();
    const watch = setInterval(() => this.watch(), HEARTBEAT_MS);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      // It comes back when the group has been joined: a consumer that is stopped before would join nevertheless.
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: (batch) => this.batch(batch) });
      if (!this.stopping && !this.halted) await over;
    } finally {
      clearInterval(watch);
      this.assignment?.end();
      await consumer.disconnect().catch(() => undefined);
      clearTimeout(goodbye);
    }
  }

  private stir(): void {
    this.aliveAt = performance.now();
  }

  private watch(): void {
    if (performance.now() - this.aliveAt > SILENCE_MS) this.end(new Error('the consumer fell silent'));
  }

  private assigned(consumer: Consumer, partitions: readonly number[]): void {
    this.assignment?.end();
    const { subscription, standing, delivering, source } = this;
    this.assignment = new KafkaAssignment(consumer, {
      subscription,
      standing,
      delivering,
      confirm: source.confirm,
      halt: (error) => this.halt(error),
    });
    this.assignment.take(partitions);
  }

  /** A handler may take its time: the group hears of this member meanwhile. */
  private async batch(payload: EachBatchPayload): Promise<void> {
    const beat = setInterval(() => {
      this.stir();
      // What it says of a rebalance is heard again after the batch.
      payload.heartbeat().catch(() => undefined);
    }, HEARTBEAT_MS);
    try {
      const handled = (await this.assignment?.deliver(payload)) ?? 0;
      if (handled) await this.gather(handled);
    } catch (error) {
      if (!(error instanceof SubscriptionHalted)) throw error;
      this.halt(error);
    } finally {
      clearInterval(beat);
    }
  }

  /** At most once in that time over all partitions; somebody who waits for the end is not kept waiting for more to come. */
  private async gather(handled: number): Promise<void> {
    const due = performance.now() - this.gatheredAt >= GATHER_MS;
    if (due && !this.hurried && !this.stopping && handled < GATHERED) {
      await this.gathering.for(GATHER_MS);
      this.gatheredAt = performance.now();
    }
    this.hurried = false;
  }

  private halt(error: SubscriptionHalted): void {
    if (this.halted) return;
    this.halted = error;
    this.assignment?.end();
    this.end();
    this.subscription.onHalt(error);
  }
}
