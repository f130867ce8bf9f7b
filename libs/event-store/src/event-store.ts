import type { Topic } from '@daybook/contracts';
import type { Tx } from '@daybook/database';
import type { Event } from '@daybook/decider';
import type { NewRecord } from '@daybook/event-log';

/** An event as stored: its place in the stream and when it was recorded. */
export type Recorded<E extends Event> = E & { readonly position: number; readonly recordedAt: Date };

export interface Stream<E extends Event> {
  events: Recorded<E>[];
  /** Events in the stream; 0 = it does not exist yet. The expected version of the next append. */
  version: number;
}

/** Somebody else appended since the stream was read: load, decide and append again. */
export class VersionConflict extends Error {
  constructor(
    readonly stream: string,
    readonly expected: number,
  ) {
    super(`stream changed since version ${expected}`);
  }
}

/**
 * Streams with an expected version, and the outbox of the same transaction (no dual writes, ever). Tables `stream_event` and
 * `outbox` live in the owning service's database.
 */
export interface EventStore {
  read<E extends Event>(tx: Tx, stream: string): Promise<Stream<E>>;
  /** Throws {@link VersionConflict}. Returns the new version. */
  append<E extends Event>(tx: Tx, stream: string, expected: number, events: readonly E[]): Promise<number>;
  /** Queued in this transaction, published by the relay in order of commit per key, at least once. */
  publish(tx: Tx, topic: Topic, records: NewRecord[]): Promise<void>;
}
