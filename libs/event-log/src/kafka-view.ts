import type { Admin, Kafka } from 'kafkajs';
import { METADATA_AGE_MS } from './kafka-client.js';
import type { Bounds } from './standing.js';

interface Glass {
  admin: Promise<Admin>;
  since: number;
  uses: number;
}
/** Longer than any log is kept. */
const EVER = 2 ** 30;

/** What the log holds, asked through an admin client that is replaced when it failed or is old: kafkajs's own keeps its list of partitions. */
export class KafkaView {
  private glass: Glass | undefined;

  constructor(private readonly kafka: Kafka) {}

  async bounds(topic: string): Promise<Bounds> {
    const offsets = await this.ask((admin) => admin.fetchTopicOffsets(topic));
    return offsets
      .sort((a, b) => a.partition - b.partition)
      .map(({ low, high }) => ({ first: BigInt(low), next: BigInt(high) }));
  }

  /**
   * Seconds since the oldest of the records at these places was appended. Kafka finds a place by a time, not a time by a place: so this
   * doubles the age until none is older, then halves the gap.
   */
  async age(topic: string, places: ReadonlyMap<number, bigint>): Promise<number> {
    const now = Date.now();
    const older = async (seconds: number) => {
      const young = await this.ask((admin) => admin.fetchTopicOffsetsByTimestamp(topic, now - seconds * 1_000));
      return young.some(({ partition, offset }) => BigInt(offset) > (places.get(partition) ?? BigInt(offset)));
    };
    let [least, most] = [0, 1];
    while (most < EVER && (await older(most))) [least, most] = [most, most * 2];
    while (most - least > Math.max(1, least / 20)) {
      const middle = Math.floor((least + most) / 2);
      if (await older(middle)) least = middle;
      else most = middle;
    }
    return least;
  }

  async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const glass = this.current();
    glass.uses += 1;
    try {
      return await question(await glass.admin);
    } catch (error) {
      if (this.glass === glass) this.glass = undefined;
      throw error;
    } finally {
      glass.uses -= 1;
      if (this.glass !== glass) await putAway(glass);
    }
  }

  /** The next question sees partitions that were added meanwhile. */
  renew(): void {
    const old = this.glass;
    this.glass = undefined;
    if (old) void putAway(old);
  }

  close(): Promise<void> {
    const old = this.glass;
    this.glass = undefined;
    return old ? putAway(old) : Promise.resolve();
  }

  private current(): Glass {
    if (this.glass && performance.now() - this.glass.since > METADATA_AGE_MS) this.renew();
    if (!this.glass) {
      const admin = this.kafka.admin();
      this.glass = { admin: admin.connect().then(() => admin), since: performance.now(), uses: 0 };
    }
    return this.glass;
  }
}

async function putAway({ admin, uses }: Glass): Promise<void> {
  if (uses) return;
  await admin.then((one) => one.disconnect()).catch(() => undefined);
}
