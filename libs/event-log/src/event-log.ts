import type { Topic } from '@daybook/contracts';
import type { Tx } from '@daybook/database';

/** A record on its way in. The key is an opaque reference whose order matters; never null. */
export interface NewRecord {
  key: string;
  value: Uint8Array;
  /** Never personal: names of types and origins only. */
  headers?: Record<string, string>;
}

export interface LogRecord extends NewRecord {
  topic: string;
  partition: number;
  /** Position in its partition: gapless within what was committed, ascending in commit order. Shown to outsiders as a string. */
  offset: bigint;
  appendedAt: Date;
}

/**
 * What a consumer is given. Handle all of it in `tx`, a transaction of the consumer's own database in which the cursor moves too:
 * if it commits, the batch is done exactly once; if it throws, nothing of it happened and it comes again.
 */
export interface Delivery {
  topic: string;
  partition: number;
  records: readonly LogRecord[];
}
export type Handler = (delivery: Delivery, tx: Tx) => Promise<void>;

/** Thrown by a handler for one record that it cannot read: set aside with its reason, or halt, as the topic says. */
export class PoisonRecord extends Error {
  constructor(
    readonly record: LogRecord,
    /** A code, never a text: it is stored beside the bytes. */
    readonly reason: string,
  ) {
    super(`poison record: ${reason}`);
  }
}

export interface Subscription {
  topic: Topic;
  /** Consumers of one group share the partitions; each group sees everything. */
  group: string;
  /** The consumer's own database: holds the cursor (`event_log_cursor`) beside what the handler writes. */
  database: import('@daybook/database').Database;
  handle: Handler;
  /** Records a delivery holds at most; 500 unless told. */
  maxRecords?: number;
  /** Called after the transaction of a delivery committed. */
  onCommitted?: (delivery: Delivery) => void;
  /** Called after a record was set aside. */
  onSetAside?: (record: LogRecord, reason: string) => void;
  /** Why a subscription halted (cursor outside the log, another cluster, poison on a `halt` topic, retries used up). It stays stopped. */
  onHalt: (reason: Error) => void;
}

export interface Lag {
  records: bigint;
  /** Age of the oldest of them; 0 when there is none. An adapter may be a second short, or a twentieth of it. */
  seconds: number;
}

export interface RunningSubscription {
  /** Finishes the delivery in hand, then stops. */
  stop(): Promise<void>;
  /** What this group has not consumed yet, over all partitions. */
  lag(): Promise<Lag>;
  /** Resolves when everything appended before the call is consumed. For tests and for a case that must be driven on. */
  caughtUp(): Promise<void>;
}

/**
 * The way between services. One port, two adapters (embedded PostgreSQL; Kafka), one contract spec.
 * Semantics are Kafka's: partitions by key, order within a partition, at-least-once delivery made effectively-once by the
 * consumer's cursor, retention by age, cursors outside the log halt loudly.
 */
export interface EventLog {
  /** Resolves when the records are durable; concurrent calls are gathered into one append. Rejects with `LogUnavailable`. */
  append(topic: Topic, records: NewRecord[]): Promise<{ partition: number; offset: bigint }[]>;
  /** Starts at the group's cursor; a group seen for the first time starts at the oldest record kept. */
  subscribe(subscription: Subscription): Promise<RunningSubscription>;
  close(): Promise<void>;
}

export class LogUnavailable extends Error {
  constructor(cause: unknown) {
    super('the event log cannot be reached', { cause });
  }
}
