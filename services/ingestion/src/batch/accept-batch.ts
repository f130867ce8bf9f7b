import type { ActivityBatch, BatchAccepted, DeviceActor, DoorAnswer, DropReason } from '@daybook/contracts';
import type { EventLog, NewRecord } from '@daybook/event-log';
import { problems } from '@daybook/service-kit';
import { ingestionProblems } from '../ingestion.problems.js';
import { type DoorLeases, daysAround, type Lease } from './door-leases.js';
import { type CapturedEvent, parseEvents } from './parse-events.js';
import type { SealDays } from './seal-days.js';
import { sortEvents } from './sort-events.js';

const TRIES = 3;

export interface AcceptBatchParts {
  leases: DoorLeases;
  log: EventLog;
  sealDays: SealDays;
  clock: () => Date;
}

/** Parse → door → seal → append → answer. Keeps nothing itself: a retry makes the same ids and is stored once. */
export class AcceptBatch {
  constructor(private readonly parts: AcceptBatchParts) {}

  async accept(actor: DeviceActor, batch: ActivityBatch): Promise<BatchAccepted> {
    const invalid: Partial<Record<DropReason, number>> = {};
    const captured = parseEvents(batch.source, batch.events, count(invalid));
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const now = this.parts.clock().getTime();
      const lease = await this.allowed(actor, batch, captured, now);
      const dropped = { ...invalid };
      const days = sortEvents(captured, lease.answer, now, count(dropped));
      if (days.size === 0 && erased(captured, lease.answer)) throw ingestionProblems.erased();
      const records = this.parts.sealDays.seal(batch, days, lease.answer);
      // The person may have switched off while this was sealed: an answer that is too old is asked again.
      if (!lease.fresh()) continue;
      await this.append(records);
      if (!lease.fresh()) {
        const again = await this.allowed(actor, batch, captured, now);
        // An answer that was too long on its way says nothing of now. Erased while it was appended: what was appended is refused by
        // every store, and the new alias decides.
        if (!again.fresh() || again.answer.alias !== lease.answer.alias) continue;
      }
      return { accepted: [...days.values()].reduce((sum, events) => sum + events.length, 0), dropped };
    }
    throw problems.unavailable('consent could not be confirmed in time; send the batch again', {
      headers: { 'retry-after': '1' },
    });
  }

  /** What the door says now. Throws `consent_required` while the source is off. */
  private async allowed(
    { subject, org }: DeviceActor,
    { source }: ActivityBatch,
    captured: readonly CapturedEvent[],
    now: number,
  ): Promise<Lease> {
    const lease = await this.parts.leases.take({ subject, org, source }, daysAround(captured, now));
    if (lease.answer.state === 'off')
      throw ingestionProblems.consent_required(`switch "${source}" on in Daybook first`);
    return lease;
  }

  private async append(records: NewRecord[]): Promise<void> {
    if (!records.length) return;
    try {
      await this.parts.log.append('activity.batches.v1', records);
    } catch (cause) {
      throw problems.unavailable('the log is not reachable; send the batch again', {
        headers: { 'retry-after': '5' },
        cause,
      });
    }
  }
}

const count = (reasons: Partial<Record<DropReason, number>>) => (reason: DropReason) => {
  reasons[reason] = (reasons[reason] ?? 0) + 1;
};

/** Everything in it was captured before an erasure, so it is gone for good: the agent need not keep it. */
function erased(captured: readonly CapturedEvent[], { erasedBefore }: DoorAnswer): boolean {
  if (!erasedBefore || !captured.length) return false;
  const before = Date.parse(erasedBefore);
  return captured.every((one) => one.at < before);
}
