import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { type Delivering, SubscriptionHalted } from './delivering.js';
import type { LogRecord, Subscription } from './event-log.js';
import type { Standing } from './standing.js';

export interface AssignmentParts {
  subscription: Subscription;
  standing: Standing;
  delivering: Delivering;
  /** Throws {@link SubscriptionHalted} when the topic is no longer the one that the cursors stand on. */
  confirm(): Promise<void>;
  halt(error: SubscriptionHalted): void;
}

const MOST_RECORDS = 500;
const AGAIN_MS = 200;

/**
 * The partitions that a consumer holds from one rebalance to the next. Each is paused from the moment it is assigned until its cursor has
 * been read and checked, so that kafkajs never chooses a place by itself: its own answer to a place outside the log is to go on elsewhere
 * without a word.
 */
export class KafkaAssignment {
  /** Where each partition stands; nothing is delivered from one that is not in here. */
  private readonly positions = new Map<number, bigint>();
  private over = false;

  constructor(
    private readonly consumer: Consumer,
    private readonly parts: AssignmentParts,
  ) {}

  /** Synchronous until everything is paused: the first fetch comes right after. */
  take(partitions: readonly number[]): void {
    if (!partitions.length) return;
    for (const partition of partitions) this.positions.delete(partition);
    this.consumer.pause([{ topic: this.topic, partitions: [...partitions] }]);
    void this.position(partitions);
  }

  end(): void {
    this.over = true;
  }

  private get topic(): string {
    return this.parts.subscription.topic;
  }

  /** Reads and checks the cursors, and lets the partitions go on from there. */
  private async position(partitions: readonly number[]): Promise<void> {
    while (!this.over) {
      try {
        await this.parts.confirm();
        const places = await this.parts.standing.claim(partitions);
        if (this.over) return;
        for (const [partition, next] of places) {
          this.positions.set(partition, next);
          this.consumer.seek({ topic: this.topic, partition, offset: next.toString() });
        }
        this.consumer.resume([{ topic: this.topic, partitions: [...partitions] }]);
        return;
      } catch (error) {
        if (error instanceof SubscriptionHalted) return this.parts.halt(error);
        // The database or the broker is away, or has not seen a new partition yet.
        await sleep(AGAIN_MS);
      }
    }
  }

  /** How many records were handled. Throws what kafkajs answers with a new rebalance. */
  async deliver({ batch, heartbeat, resolveOffset, isRunning, isStale }: EachBatchPayload): Promise<number> {
    const { partition } = batch;
    const mine = () => !this.over && isRunning() && !isStale();
    const goOn = async () => {
      await heartbeat();
      return mine();
    };
    let expected = this.positions.get(partition);
    if (expected === undefined || !mine()) return 0;
    // Not what was asked for: kafkajs went elsewhere, so the cursor is looked at again, and halts if it is outside the log.
    if (BigInt((batch as unknown as { fetchedOffset: string }).fetchedOffset) !== expected) {
      this.take([partition]);
      return 0;
    }
    let handled = 0;
    for (const records of chunks(recordsOf(batch), this.parts.subscription.maxRecords ?? MOST_RECORDS)) {
      const delivered = await this.parts.delivering.deliver(partition, expected, records, goOn);
      if (delivered === 'conflict') this.take([partition]);
      if (delivered !== 'moved' || this.over) return handled;
      const last = (records.at(-1) as LogRecord).offset;
      expected = last + 1n;
      this.positions.set(partition, expected);
      resolveOffset(last.toString());
      handled += records.length;
      if (!(await goOn())) return handled;
    }
    return handled;
  }
}

const chunks = (records: LogRecord[], most: number): LogRecord[][] =>
  Array.from({ length: Math.ceil(records.length / most) }, (_, nth) => records.slice(nth * most, (nth + 1) * most));

const recordsOf = ({ topic, partition, messages }: EachBatchPayload['batch']): LogRecord[] =>
  messages.map((message) => recordOf(topic, partition, message));

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
