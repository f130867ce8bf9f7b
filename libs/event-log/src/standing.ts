import { setTimeout as sleep } from 'node:timers/promises';
import type { CursorStore } from './cursor.js';
import { SubscriptionHalted } from './delivering.js';
import type { Lag } from './event-log.js';

/** Of each partition: the oldest record kept, and the place of the next one. */
export type Bounds = { first: bigint; next: bigint }[];

/** What a consumer must know of the log to say where it stands. */
export interface LogBounds {
  cluster: string;
  topicId: string;
  topic: string;
  group: string;
  bounds(): Promise<Bounds>;
  /** Seconds since the oldest of the records at these places was appended. */
  age(places: ReadonlyMap<number, bigint>): Promise<number>;
}

/** Where a group stands on a topic: its cursors beside the log's bounds. What is outside the log halts, and is never moved by itself. */
export class Standing {
  constructor(
    private readonly log: LogBounds,
    private readonly cursors: CursorStore,
  ) {}

  /** Where this group continues; a group seen for the first time starts at the oldest record kept. Throws {@link SubscriptionHalted}. */
  async claim(partitions: readonly number[]): Promise<Map<number, bigint>> {
    const { topic, group, cluster, topicId } = this.log;
    const bounds = await this.log.bounds();
    const cursors = await this.cursors.claim(bounds.map(({ first }) => first));
    const places = new Map<number, bigint>();
    for (const partition of partitions) {
      const [limits, cursor] = [bounds[partition], cursors.get(partition)];
      if (!limits || !cursor) throw new Error(`partition ${partition} of ${topic} cannot be seen yet`);
      if (cursor.cluster !== cluster || cursor.topicId !== topicId)
        throw new SubscriptionHalted('other_log', topic, `the cursor of ${group} on ${topic} belongs to another log`);
      this.refuseOutside(cursor.next, limits);
      places.set(partition, cursor.next);
    }
    return places;
  }

  refuseOutside(next: bigint, bounds: { first: bigint; next: bigint }): void {
    const { topic, group } = this.log;
    if (next < bounds.first)
      throw new SubscriptionHalted(
        'gap',
        topic,
        `${group} on ${topic} stands at ${next}, but the log starts at ${bounds.first}: records were forgotten unread`,
      );
    if (next > bounds.next)
      throw new SubscriptionHalted(
        'beyond',
        topic,
        `${group} on ${topic} stands at ${next}, but the log ends at ${bounds.next}: it is another or an older log`,
      );
  }

  async lag(): Promise<Lag> {
    const [bounds, cursors] = await Promise.all([this.log.bounds(), this.cursors.all()]);
    const unread = new Map<number, bigint>();
    let records = 0n;
    for (const [partition, { first, next }] of bounds.entries()) {
      const at = cursors.get(partition)?.next ?? first;
      if (at >= next) continue;
      records += next - at;
      // What was forgotten unread has no age any more.
      const forgotten = at < first;
      unread.set(partition, forgotten ? first : at);
    }
    return { records, seconds: unread.size ? await this.log.age(unread) : 0 };
  }

  /** Resolves when everything appended before the call is consumed. `look` is called while it is not; it throws when that will never be. */
  async caughtUp(look: () => void): Promise<void> {
    const target = await this.log.bounds();
    for (;;) {
      look();
      const [cursors, now] = await Promise.all([this.cursors.all(), this.log.bounds()]);
      const arrived = target.every(({ next }, partition) => {
        const cursor = cursors.get(partition);
        const end = now[partition]?.next ?? next;
        return cursor?.cluster === this.log.cluster && cursor.next >= next && cursor.next <= end;
      });
      if (arrived) return;
      await sleep(10);
    }
  }
}
