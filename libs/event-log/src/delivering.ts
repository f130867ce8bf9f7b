import { setTimeout as sleep } from 'node:timers/promises';
import { databaseAway } from '@daybook/database';
import { CursorConflict, type CursorStore } from './cursor.js';
import { type Delivery, type LogRecord, PoisonRecord, type Subscription } from './event-log.js';

export interface RetryPolicy {
  attempts: number;
  firstDelayMs: number;
  maxDelayMs: number;
}
const RETRY: RetryPolicy = { attempts: 10, firstDelayMs: 50, maxDelayMs: 5_000 };

/**
 * `gap`: the next record was forgotten unread · `beyond`: it is not in the log yet · `other_log`: the cursor is of another one · `poison`: a
 * record that may not be set aside · `retries`: the handler failed too often · `forbidden`: the broker refuses.
 */
export type HaltCode = 'gap' | 'beyond' | 'other_log' | 'poison' | 'retries' | 'forbidden';

/** A consumer stopped for good: only an operator can say what to do. */
export class SubscriptionHalted extends Error {
  override readonly name = 'SubscriptionHalted';

  constructor(
    readonly code: HaltCode,
    readonly topic: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Copies a poison record to the dead letters; false where the topic must halt instead. */
export type SetAside = (record: LogRecord, reason: string) => Promise<boolean>;

/** What came of a delivery: done, done by somebody else meanwhile, or not done because this consumer is to stop or lost its place. */
export type Delivered = 'moved' | 'conflict' | 'abandoned';

/** One delivery to its end, the same in every adapter: the handler and the cursor in one transaction, again after a failure, poison set aside. */
export class Delivering {
  readonly retry: RetryPolicy;

  constructor(
    private readonly subscription: Subscription,
    private readonly cursors: CursorStore,
    private readonly setAside: SetAside,
    retry: Partial<RetryPolicy> = {},
  ) {
    this.retry = { ...RETRY, ...retry };
  }

  /** `goOn` is asked before each further try. Throws {@link SubscriptionHalted}. */
  async deliver(
    partition: number,
    expected: bigint,
    records: readonly LogRecord[],
    goOn: () => boolean | Promise<boolean>,
  ): Promise<Delivered> {
    const { topic, group } = this.subscription;
    const next = (records.at(-1) as LogRecord).offset + 1n;
    const aside = new Set<LogRecord>();
    for (let attempt = 1, tries = 1; ; tries++) {
      const delivery: Delivery = { topic, partition, records: records.filter((record) => !aside.has(record)) };
      try {
        await this.subscription.database.transaction(async (tx) => {
          await this.cursors.move(tx, partition, expected, next);
          if (delivery.records.length) await this.subscription.handle(delivery, tx);
        });
        this.subscription.onCommitted?.(delivery);
        return 'moved';
      } catch (error) {
        // Somebody else moved it: what this consumer did was rolled back.
        if (error instanceof CursorConflict) return 'conflict';
        if (error instanceof PoisonRecord && records.includes(error.record)) {
          await this.putAside(error);
          aside.add(error.record);
          continue;
        }
        // A store that is away comes back; a handler that fails again and again does not mend itself.
        if (!databaseAway(error) && attempt++ >= this.retry.attempts)
          throw new SubscriptionHalted(
            'retries',
            topic,
            `${group} on ${topic} failed ${this.retry.attempts} times at ${expected}`,
            { cause: error },
          );
        await sleep(this.delay(tries));
        if (!(await goOn())) return 'abandoned';
      }
    }
  }

  private async putAside({ record, reason }: PoisonRecord): Promise<void> {
    if (!(await this.setAside(record, reason)))
      throw new SubscriptionHalted(
        'poison',
        record.topic,
        `a record of ${record.topic} at ${record.offset} cannot be read (${reason})`,
      );
    this.subscription.onSetAside?.(record, reason);
  }

  /** A dice's share of it, so that consumers that failed together do not try together. */
  private delay(tries: number): number {
    const { firstDelayMs, maxDelayMs } = this.retry;
    return Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(tries - 1, 16)) * (0.5 + Math.random() / 2);
  }
}
