import { LogUnavailable, type NewRecord } from './event-log.js';

export type Position = { partition: number; offset: bigint };
/** Records of one call, on their way. */
export interface Append {
  topic: string;
  records: NewRecord[];
}
interface Waiting extends Append {
  done: (positions: Position[]) => void;
  failed: (error: Error) => void;
}

/** Calls and bytes gathered into one append at most; a single call may be larger. */
const GATHERED = 200;
const GATHERED_BYTES = 8 * 2 ** 20;

/**
 * One append in flight at a time; what arrives meanwhile goes with the next (natural batching): nothing waits for a timer, and under load
 * many requests share one write.
 */
export class GatheredAppends {
  private readonly waiting: Waiting[] = [];
  private appending: Promise<void> | undefined;

  constructor(
    /** Writes all of it durably; answers the positions of all records, in order. */
    private readonly write: (appends: readonly Append[]) => Promise<Position[]>,
    private readonly onAppended: (topics: ReadonlySet<string>) => void = () => undefined,
  ) {}

  /** Resolves with the records' positions when they are durable; rejects with {@link LogUnavailable}. */
  add(topic: string, records: NewRecord[]): Promise<Position[]> {
    if (!records.length) return Promise.resolve([]);
    return new Promise((done, failed) => {
      this.waiting.push({ topic, records, done, failed });
      this.appending ??= new Promise<void>((next) => setImmediate(next)).then(() => this.drain());
    });
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    await this.appending;
  }

  private next(): number {
    let bytes = 0;
    const over = this.waiting.slice(0, GATHERED).findIndex(({ records }) => {
      bytes += records.reduce((sum, { value }) => sum + value.length, 0);
      return bytes > GATHERED_BYTES;
    });
    return over === -1 ? GATHERED : Math.max(1, over);
  }

  private async drain(): Promise<void> {
    while (this.waiting.length) {
      const gathered = this.waiting.splice(0, this.next());
      try {
        const positions = await this.write(gathered);
        let at = 0;
        for (const call of gathered) {
          call.done(positions.slice(at, at + call.records.length));
          at += call.records.length;
        }
        this.onAppended(new Set(gathered.map((call) => call.topic)));
      } catch (error) {
        // Who waited meanwhile has been patient as long as these: another try would double it.
        for (const call of [...gathered, ...this.waiting.splice(0)]) call.failed(new LogUnavailable(error));
      }
    }
    this.appending = undefined;
  }
}
