import type { Spool, SpooledBatch } from '../spool/spool.js';
import type { DaybookClient } from './daybook-client.js';

export interface SendResult {
  sent: number;
  dropped: Partial<Record<string, number>>;
  /** Wait this long before the next try; 0 when everything was answered. */
  waitMs: number;
  revoked: boolean;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** However long a server asks for, the person wants to see the day. */
const LONGEST_ASKED_MS = 60 * 60_000;

/** Sends batches, oldest first. What cannot be sent now stays; what the server will never take goes, and is counted. */
export class Sender {
  private failures = 0;

  constructor(
    private readonly spool: Spool,
    private readonly client: DaybookClient,
    private readonly random: () => number = Math.random,
  ) {}

  async sendAll(): Promise<SendResult> {
    const result: SendResult = { sent: 0, dropped: {}, waitMs: 0, revoked: false };
    for (let files = this.spool.batches(); files.length > 0; files = this.spool.batches()) {
      for (const file of files) {
        const batch = this.spool.read(file);
        if (!batch) continue;
        if (!(await this.send(batch, result))) return result;
      }
    }
    return result;
  }

  /** False when sending is over for now. */
  private async send(batch: SpooledBatch, result: SendResult): Promise<boolean> {
    const drop = (reason: string, count: number) => {
      result.dropped[reason] = (result.dropped[reason] ?? 0) + count;
    };
    const answer = batch.events.length ? await this.client.send(batch) : undefined;
    if (answer?.kind === 'later') {
      result.waitMs = this.backOff(answer.afterMs);
      return false;
    }
    this.failures = 0;
    switch (answer?.kind) {
      case 'revoked':
        result.revoked = true;
        return false;
      case 'accepted':
        result.sent += answer.accepted;
        for (const [reason, count] of Object.entries(answer.dropped)) drop(reason, count ?? 0);
        break;
      case 'too-large':
        if (batch.events.length > 1) {
          this.spool.halve(batch);
          return true;
        }
        drop('payload_too_large', 1);
        break;
      case 'refused':
        drop(answer.code, batch.events.length);
        break;
      case 'erased':
        drop('erased', batch.events.length);
        break;
      case 'off':
        // What was captured for a source that is off may not be kept, here or there.
        drop('switched_off', batch.events.length);
        this.spool.wipe(batch.source);
        return true;
    }
    this.spool.remove(batch.file);
    return true;
  }

  /** Doubles, never earlier than asked, with jitter, so that a thousand agents do not come back in the same second. */
  private backOff(askedMs = 0): number {
    const doubled = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures);
    this.failures += 1;
    return Math.max(Math.min(askedMs, LONGEST_ASKED_MS), doubled) * (1 + this.random() / 2);
  }
}
