import type { KeyObject } from 'node:crypto';
import type {
  ActivityBatch,
  ActivityEvent,
  BatchAccepted,
  Day,
  DeviceActor,
  DoorAnswer,
  DropReason,
} from '@daybook/contracts';
import { BatchId } from '@daybook/contracts';
import type { EventLog, NewRecord } from '@daybook/event-log';
import { importPublicKey, mac128, sealBatch } from '@daybook/sealing';
import { problems } from '@daybook/service-kit';
import { ingestionProblems } from '../ingestion.problems.js';
import { type DoorLeases, daysAround } from './door-leases.js';
import { type CapturedEvent, parseEvents } from './parse-events.js';
import { sortEvents } from './sort-events.js';

/** Events of one sealed batch at most. */
const CHUNK = 300;
const TRIES = 3;

export interface AcceptBatchParts {
  leases: DoorLeases;
  log: EventLog;
  /** Keys batch ids, so that a retry lands on the same row and nobody else can tell. */
  macKey: Uint8Array;
  clock: () => Date;
}

/** Parse → door → seal → append → answer. Keeps nothing itself: a retry makes the same ids and is stored once. */
export class AcceptBatch {
  private readonly publicKeys = new Map<string, KeyObject>();

  constructor(private readonly parts: AcceptBatchParts) {}

  async accept(actor: DeviceActor, batch: ActivityBatch): Promise<BatchAccepted> {
    const invalid: Partial<Record<DropReason, number>> = {};
    const captured = parseEvents(batch.source, batch.events, count(invalid));
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const now = this.parts.clock().getTime();
      const lease = await this.parts.leases.take(
        { subject: actor.subject, org: actor.org, source: batch.source },
        daysAround(
          captured.map((one) => one.at),
          now,
        ),
      );
      if (lease.answer.state === 'off')
        throw ingestionProblems.consent_required(`switch "${batch.source}" on in Daybook first`);
      const dropped = { ...invalid };
      const days = sortEvents(captured, lease.answer, now, count(dropped));
      if (days.size === 0 && erased(captured, lease.answer, dropped)) throw ingestionProblems.erased();
      const records = this.seal(batch.batchId, batch.source, days, lease.answer);
      // The person may have switched off while this was sealed: an answer that is too old is asked again.
      if (!lease.fresh()) continue;
      await this.append(records);
      if (!lease.fresh()) await this.stillAllowed(actor, batch, captured, now);
      return { accepted: [...days.values()].reduce((sum, events) => sum + events.length, 0), dropped };
    }
    throw problems.unavailable('consent could not be confirmed in time; send the batch again', {
      headers: { 'retry-after': '1' },
    });
  }

  private seal(
    clientBatch: string,
    source: ActivityBatch['source'],
    days: Map<Day, ActivityEvent[]>,
    answer: DoorAnswer,
  ): NewRecord[] {
    return [...days].flatMap(([day, events]) => {
      const bucket = answer.buckets.find(({ from, to }) => from <= day && day <= to);
      if (!bucket)
        throw problems.unavailable('no key for that day yet; send the batch again', {
          headers: { 'retry-after': '1' },
        });
      return chunks(events).map((chunk, n) => ({
        key: answer.alias,
        headers: { 'expires-at': bucket.expiresAt },
        value: sealBatch(
          {
            v: 1,
            batchId: BatchId.parse(mac128(this.parts.macKey, answer.alias, clientBatch, day, n)),
            alias: answer.alias,
            keyId: bucket.keyId,
            day,
          },
          { source, events: chunk },
          this.publicKey(bucket.keyId, bucket.publicKey),
        ),
      }));
    });
  }

  private async append(records: NewRecord[]): Promise<void> {
    try {
      await this.parts.log.append('activity.batches.v1', records);
    } catch (cause) {
      throw problems.unavailable('the log is not reachable; send the batch again', {
        headers: { 'retry-after': '5' },
        cause,
      });
    }
  }

  /** The append took longer than the lease: what was switched off meanwhile is not acknowledged. */
  private async stillAllowed(
    actor: DeviceActor,
    batch: ActivityBatch,
    captured: CapturedEvent[],
    now: number,
  ): Promise<void> {
    const { answer } = await this.parts.leases.take(
      { subject: actor.subject, org: actor.org, source: batch.source },
      daysAround(
        captured.map((one) => one.at),
        now,
      ),
    );
    if (answer.state === 'off') throw ingestionProblems.consent_required(`"${batch.source}" was switched off`);
  }

  /** Importing a key costs more than using it. */
  private publicKey(keyId: string, raw: string): KeyObject {
    const known = this.publicKeys.get(keyId);
    if (known) return known;
    if (this.publicKeys.size > 10_000) this.publicKeys.clear();
    const key = importPublicKey(raw);
    this.publicKeys.set(keyId, key);
    return key;
  }
}

const count = (reasons: Partial<Record<DropReason, number>>) => (reason: DropReason) => {
  reasons[reason] = (reasons[reason] ?? 0) + 1;
};

/** Everything in it was captured before an erasure, so it is gone for good: the agent need not keep it. */
function erased(
  captured: readonly CapturedEvent[],
  { erasedBefore }: DoorAnswer,
  dropped: Partial<Record<DropReason, number>>,
): boolean {
  if (!erasedBefore || !dropped.outside_consent) return false;
  const before = Date.parse(erasedBefore);
  return captured.every((one) => one.at < before);
}

function chunks<T>(list: T[]): T[][] {
  return Array.from({ length: Math.ceil(list.length / CHUNK) }, (_, n) => list.slice(n * CHUNK, (n + 1) * CHUNK));
}
