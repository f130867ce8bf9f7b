import type { KeyObject } from 'node:crypto';
import { type ActivityBatch, type ActivityEvent, BatchId, type Day, type DoorAnswer } from '@daybook/contracts';
import type { NewRecord } from '@daybook/event-log';
import { importPublicKey, mac128, sealBatch } from '@daybook/sealing';
import { problems } from '@daybook/service-kit';

/** Events of one sealed batch at most. */
const CHUNK = 300;

/** Seals what is kept of a batch, a record for each day and chunk. */
export class SealDays {
  /** Importing a key costs more than using it. */
  private readonly publicKeys = new Map<string, KeyObject>();

  /** @param macKey keys the ids, so that a retry lands on the same row and nobody else can tell. */
  constructor(private readonly macKey: Uint8Array) {}

  seal(
    { batchId, source }: ActivityBatch,
    days: ReadonlyMap<Day, ActivityEvent[]>,
    { alias, buckets }: DoorAnswer,
  ): NewRecord[] {
    return [...days].flatMap(([day, events]) => {
      const bucket = buckets.find(({ from, to }) => from <= day && day <= to);
      if (!bucket)
        throw problems.unavailable('no key for that day yet; send the batch again', {
          headers: { 'retry-after': '1' },
        });
      const publicKey = this.publicKey(bucket.keyId, bucket.publicKey);
      return chunks(events).map((chunk, n) => {
        // A retry that may keep more than the first time (a clock was wrong, the past is consented to) is another row, or what it
        // adds would be acknowledged and never stored.
        const ids = chunk.map((event) => `${event.id} ${event.rev} ${event.op}`).join();
        const id = BatchId.parse(mac128(this.macKey, alias, batchId, day, n, ids));
        return {
          key: alias,
          headers: { 'expires-at': bucket.expiresAt },
          value: sealBatch(
            { v: 1, batchId: id, alias, keyId: bucket.keyId, day },
            { source, events: chunk },
            publicKey,
          ),
        };
      });
    });
  }

  private publicKey(keyId: string, raw: string): KeyObject {
    const known = this.publicKeys.get(keyId);
    if (known) return known;
    if (this.publicKeys.size > 10_000) this.publicKeys.clear();
    const key = importPublicKey(raw);
    this.publicKeys.set(keyId, key);
    return key;
  }
}

function chunks<T>(list: T[]): T[][] {
  return Array.from({ length: Math.ceil(list.length / CHUNK) }, (_, n) => list.slice(n * CHUNK, (n + 1) * CHUNK));
}
