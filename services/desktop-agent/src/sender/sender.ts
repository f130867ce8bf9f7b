import type { Source } from '@daybook/contracts';
import type { Spool } from '../spool/spool.js';
import type { DaybookClient } from './daybook-client.js';

export interface SendResult {
  sent: number;
  dropped: Partial<Record<string, number>>;
  /** Wait this long before the next try. */
  waitMs: number;
  off: Set<Source>;
  revoked: boolean;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;

/** Empties the spool, oldest first. What cannot be sent now stays; what the server will never take goes. */
export class Sender {
  private failures = 0;

  constructor(
    private readonly spool: Spool,
    private readonly client: DaybookClient,
    private readonly random: () => number = Math.random,
  ) {}

  async sendAll(): Promise<SendResult> {
    const result: SendResult = { sent: 0, dropped: {}, waitMs: 0, off: new Set(), revoked: false };
    this.spool.closeJournals();
    for (const batch of this.spool.waiting()) {
      if (result.off.has(batch.source)) continue;
      const answer = await this.client.send(batch);
      if (answer.kind === 'later') {
        result.waitMs = this.backOff(answer.afterMs);
        return result;
      }
      this.failures = 0;
      if (answer.kind === 'revoked') return { ...result, revoked: true };
      if (answer.kind === 'accepted') {
        result.sent += answer.accepted;
        for (const [reason, count] of Object.entries(answer.dropped))
          result.dropped[reason] = (result.dropped[reason] ?? 0) + (count ?? 0);
      }
      if (answer.kind === 'refused')
        result.dropped[answer.code] = (result.dropped[answer.code] ?? 0) + batch.events.length;
      if (answer.kind === 'off') {
        // What was captured for a source that is off now may never be kept, here or there.
        result.off.add(batch.source);
        this.spool.wipe(batch.source);
        continue;
      }
      this.spool.remove(batch.file);
    }
    return result;
  }

  /** Doubles, with jitter, so that a thousand agents do not come back in the same second. */
  private backOff(askedMs: number | undefined): number {
    const doubled = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures);
    this.failures += 1;
    return Math.max(askedMs ?? 0, doubled) * (0.75 + this.random() / 2);
  }
}
