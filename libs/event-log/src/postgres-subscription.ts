import { setTimeout as sleep } from 'node:timers/promises';
import { CursorStore } from './cursor.js';
import { Delivering, type RetryPolicy, type SetAside, SubscriptionHalted } from './delivering.js';
import type { Lag, LogRecord, RunningSubscription, Subscription } from './event-log.js';
import { GroupMembership } from './group-membership.js';
import { Rest } from './rest.js';
import { type Bounds, Standing } from './standing.js';

/** What a subscription needs of the log that it reads. */
export interface LogSource {
  cluster: string;
  topicId: string;
  partitions: number;
  url: string;
  bounds(): Promise<Bounds>;
  read(partition: number, from: bigint, limit: number): Promise<LogRecord[]>;
  age(places: ReadonlyMap<number, bigint>): Promise<number>;
  setAside: SetAside;
}

const POLL_MS = 1_000;
/** After a delivery, what arrives meanwhile is gathered into one: a stream of single records would cost a transaction each. */
const GATHER_MS = 100;

/** One consumer of a group: delivers the partitions that it holds, from where its group's cursor stands. */
export class PostgresSubscription implements RunningSubscription {
  private readonly standing: Standing;
  private readonly delivering: Delivering;
  private readonly membership: GroupMembership;
  private readonly owned = new Map<number, bigint>();
  private loop: Promise<void> = Promise.resolve();
  private readonly waiting = new Rest();
  private readonly gathering = new Rest();
  private nudged = false;
  private stopping = false;
  private halted: Error | undefined;
  private sharedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly source: LogSource,
    private readonly subscription: Subscription,
    retry: Partial<RetryPolicy> = {},
  ) {
    this.membership = new GroupMembership(source.url, subscription.group, subscription.topic, source.partitions);
    const { topic, group, database } = subscription;
    const cursors = new CursorStore(database, group, topic, source.cluster, source.topicId);
    this.standing = new Standing({ ...source, topic, group }, cursors);
    this.delivering = new Delivering(subscription, cursors, source.setAside, retry);
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
    this.waiting.end();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.nudge();
    this.gathering.end();
    await this.loop;
    await this.membership.leave();
  }

  lag(): Promise<Lag> {
    return this.standing.lag();
  }

  caughtUp(): Promise<void> {
    return this.standing.caughtUp(() => {
      if (this.halted) throw this.halted;
      this.nudge();
      this.gathering.end();
    });
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
    await this.take(taken);
  }

  /** One delivery for each partition that has something; false when nothing was there. */
  private async deliverAll(): Promise<boolean> {
    const bounds = await this.source.bounds();
    let delivered = false;
    for (const [partition, next] of [...this.owned]) {
      const limits = bounds[partition] as { first: bigint; next: bigint };
      this.standing.refuseOutside(next, limits);
      if (limits.next === next || this.stopping) continue;
      const records = await this.source.read(partition, next, this.subscription.maxRecords ?? 500);
      if (!records.length) continue;
      await this.deliver(partition, next, records);
      delivered = true;
    }
    return delivered;
  }

  private async deliver(partition: number, expected: bigint, records: LogRecord[]): Promise<void> {
    const delivered = await this.delivering.deliver(partition, expected, records, () => !this.stopping);
    if (delivered === 'moved') this.owned.set(partition, (records.at(-1) as LogRecord).offset + 1n);
    // It looks again where the group stands.
    if (delivered === 'conflict') await this.take([partition]);
  }

  private async take(partitions: readonly number[]): Promise<void> {
    if (!partitions.length) return;
    for (const [partition, next] of await this.standing.claim(partitions)) this.owned.set(partition, next);
  }

  /** Somebody who waits for the end is not kept waiting for more to come. */
  private async gather(): Promise<void> {
    if (!this.stopping) await this.gathering.for(GATHER_MS);
  }

  private async pause(): Promise<void> {
    if (!this.nudged && !this.stopping) await this.waiting.for(POLL_MS);
  }

  private halt(error: Error): void {
    this.halted = error;
    void this.membership.leave();
    this.subscription.onHalt(error);
  }

  private async reconnect(): Promise<void> {
    const { firstDelayMs, maxDelayMs } = this.delivering.retry;
    await this.membership.leave();
    for (let delay = firstDelayMs; !this.stopping; delay = Math.min(maxDelayMs, delay * 2)) {
      await sleep(delay);
      try {
        return await this.membership.join();
      } catch {
        // the server is not back yet
      }
    }
  }
}
