import { setTimeout as sleep } from 'node:timers/promises';
import { CursorConflict, CursorStore } from './cursor.js';
import {
  type Delivery,
  type Lag,
  type LogRecord,
  PoisonRecord,
  type RunningSubscription,
  type Subscription,
} from './event-log.js';
import { GroupMembership } from './group-membership.js';

/** What a subscription needs of the log that it reads. */
export interface LogSource {
  cluster: string;
  topicId: string;
  partitions: number;
  url: string;
  bounds(): Promise<{ first: bigint; next: bigint }[]>;
  read(partition: number, from: bigint, limit: number): Promise<LogRecord[]>;
  /** Copies a poison record to the dead letters; false where the topic must halt instead. */
  setAside(record: LogRecord, reason: string): Promise<boolean>;
}

export interface RetryPolicy {
  attempts: number;
  firstDelayMs: number;
  maxDelayMs: number;
}
const RETRY: RetryPolicy = { attempts: 10, firstDelayMs: 50, maxDelayMs: 5_000 };
const POLL_MS = 1_000;
/** After a delivery, what arrives meanwhile is gathered into one: a stream of single records would cost a transaction each. */
const GATHER_MS = 100;

/** A consumer stopped for good: only an operator can say what to do. */
export class SubscriptionHalted extends Error {}

/** One consumer of a group: delivers the partitions that it holds, from where its group's cursor stands. */
export class PostgresSubscription implements RunningSubscription {
  private readonly cursors: CursorStore;
  private readonly membership: GroupMembership;
  private readonly owned = new Map<number, bigint>();
  private readonly retry: RetryPolicy;
  private loop: Promise<void> = Promise.resolve();
  private wake: (() => void) | undefined;
  private hurry: (() => void) | undefined;
  private nudged = false;
  private stopping = false;
  private halted: Error | undefined;
  private sharedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly source: LogSource,
    private readonly subscription: Subscription,
    retry: Partial<RetryPolicy> = {},
  ) {
    this.retry = { ...RETRY, ...retry };
    this.membership = new GroupMembership(source.url, subscription.group, subscription.topic, source.partitions);
    this.cursors = new CursorStore(
      subscription.database,
      subscription.group,
      subscription.topic,
      source.cluster,
      source.topicId,
    );
  }

  get topic(): string {
    return this.subscription.topic;
  }

  async start(): Promise<void> {
    await this.membership.join();
    this.loop = this.run();
  }

  /** There may be something new. */
  nudge(): void {
    this.nudged = true;
    this.wake?.();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.nudge();
    this.hurry?.();
    await this.loop;
    await this.membership.leave();
  }

  async lag(): Promise<Lag> {
    const [bounds, cursors] = await Promise.all([this.source.bounds(), this.cursors.all()]);
    const behind = bounds
      .map(({ first, next }, partition) => ({ partition, from: cursors.get(partition)?.next ?? first, next }))
      .filter(({ from, next }) => from < next);
    const oldest = await Promise.all(behind.map(({ partition, from }) => this.source.read(partition, from, 1)));
    const ages = oldest.flat().map(({ appendedAt }) => (Date.now() - appendedAt.getTime()) / 1000);
    return { records: behind.reduce((sum, { from, next }) => sum + next - from, 0n), seconds: Math.max(0, ...ages) };
  }

  async caughtUp(): Promise<void> {
    const target = await this.source.bounds();
    for (;;) {
      if (this.halted) throw this.halted;
      const [cursors, now] = await Promise.all([this.cursors.all(), this.source.bounds()]);
      const arrived = target.every(({ next }, partition) => {
        const cursor = cursors.get(partition);
        const end = now[partition]?.next ?? next;
        return cursor?.cluster === this.source.cluster && cursor.next >= next && cursor.next <= end;
      });
      if (arrived) return;
      this.nudge();
      this.hurry?.();
      await sleep(10);
    }
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.nudged = false;
      try {
        if (performance.now() - this.sharedAt >= POLL_MS) await this.share();
        if (await this.deliverAll()) await this.gather();
        else await this.pause();
      } catch (error) {
        if (error instanceof SubscriptionHalted) return this.halt(error);
        this.owned.clear();
        this.sharedAt = Number.NEGATIVE_INFINITY;
        await this.reconnect();
      }
    }
  }

  private async share(): Promise<void> {
    this.sharedAt = performance.now();
    const { given, taken } = await this.membership.share(new Set(this.owned.keys()));
    for (const partition of given) this.owned.delete(partition);
    for (const partition of taken) this.owned.set(partition, await this.position(partition));
  }

  /** Where this group continues; a group seen for the first time starts at the oldest record kept. */
  private async position(partition: number): Promise<bigint> {
    const bounds = (await this.source.bounds())[partition];
    if (!bounds) throw new SubscriptionHalted(`partition ${partition} of ${this.topic} does not exist`);
    const cursor = await this.cursors.claim(partition, bounds.first);
    if (cursor.cluster !== this.source.cluster || cursor.topicId !== this.source.topicId)
      throw new SubscriptionHalted(`the cursor of ${this.subscription.group} on ${this.topic} belongs to another log`);
    this.refuseOutside(cursor.next, bounds);
    return cursor.next;
  }

  private refuseOutside(next: bigint, bounds: { first: bigint; next: bigint }): void {
    if (next < bounds.first)
      throw new SubscriptionHalted(
        `${this.subscription.group} on ${this.topic} stands at ${next}, but the log starts at ${bounds.first}: records were forgotten unread`,
      );
    if (next > bounds.next)
      throw new SubscriptionHalted(
        `${this.subscription.group} on ${this.topic} stands at ${next}, but the log ends at ${bounds.next}: it is another or an older log`,
      );
  }

  /** One delivery for each partition that has something; false when nothing was there. */
  private async deliverAll(): Promise<boolean> {
    const bounds = await this.source.bounds();
    let delivered = false;
    for (const [partition, next] of [...this.owned]) {
      const limits = bounds[partition] as { first: bigint; next: bigint };
      this.refuseOutside(next, limits);
      if (limits.next === next || this.stopping) continue;
      const records = await this.source.read(partition, next, this.subscription.maxRecords ?? 500);
      if (!records.length) continue;
      await this.deliver(partition, next, records);
      delivered = true;
    }
    return delivered;
  }

  private async deliver(partition: number, expected: bigint, records: LogRecord[]): Promise<void> {
    const last = records.at(-1) as LogRecord;
    const next = last.offset + 1n;
    const aside = new Set<LogRecord>();
    for (let attempt = 1; ; ) {
      const delivery: Delivery = {
        topic: this.topic,
        partition,
        records: records.filter((record) => !aside.has(record)),
      };
      try {
        await this.subscription.database.transaction(async (tx) => {
          await this.cursors.move(tx, partition, expected, next);
          if (delivery.records.length) await this.subscription.handle(delivery, tx);
        });
        this.owned.set(partition, next);
        this.subscription.onCommitted?.(delivery);
        return;
      } catch (error) {
        // Somebody else moved it: what this consumer did was rolled back, and it looks again where the group stands.
        if (error instanceof CursorConflict) {
          this.owned.set(partition, await this.position(partition));
          return;
        }
        if (error instanceof PoisonRecord && records.includes(error.record)) {
          if (!(await this.source.setAside(error.record, error.reason)))
            throw new SubscriptionHalted(
              `a record of ${this.topic} at ${error.record.offset} cannot be read (${error.reason})`,
              { cause: error },
            );
          aside.add(error.record);
          this.subscription.onSetAside?.(error.record, error.reason);
          continue;
        }
        if (attempt >= this.retry.attempts)
          throw new SubscriptionHalted(
            `${this.subscription.group} on ${this.topic} failed ${attempt} times at ${expected}`,
            { cause: error },
          );
        if (this.stopping) return;
        const delay = Math.min(this.retry.maxDelayMs, this.retry.firstDelayMs * 2 ** (attempt - 1));
        await sleep(delay * (0.5 + Math.random() / 2));
        attempt++;
      }
    }
  }

  /** Somebody who waits for the end is not kept waiting for more to come. */
  private async gather(): Promise<void> {
    if (this.stopping) return;
    const rest = restFor(GATHER_MS);
    this.hurry = rest.end;
    await rest.over;
    this.hurry = undefined;
  }

  private async pause(): Promise<void> {
    if (this.nudged || this.stopping) return;
    const rest = restFor(POLL_MS);
    this.wake = rest.end;
    await rest.over;
    this.wake = undefined;
  }

  private halt(error: Error): void {
    this.halted = error;
    void this.membership.leave();
    this.subscription.onHalt(error);
  }

  private async reconnect(): Promise<void> {
    await this.membership.leave();
    for (let delay = this.retry.firstDelayMs; !this.stopping; delay = Math.min(this.retry.maxDelayMs, delay * 2)) {
      await sleep(delay);
      try {
        return await this.membership.join();
      } catch {
        // the server is not back yet
      }
    }
  }
}

/** Some time, unless it is ended before. */
function restFor(milliseconds: number): { over: Promise<void>; end: () => void } {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const timer = setTimeout(end, milliseconds);
  return { over: over.finally(() => clearTimeout(timer)), end };
}
