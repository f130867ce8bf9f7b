import {
  Day,
  DOOR_LEASE_MS,
  type Door,
  type DoorAnswer,
  type OrgRef,
  type Source,
  type SubjectRef,
} from '@daybook/contracts';
import { problems } from '@daybook/service-kit';

export interface Lease {
  answer: DoorAnswer;
  fresh(): boolean;
}
export interface DoorKey {
  subject: SubjectRef;
  org: OrgRef;
  source: Source;
}

const TIMEOUT_MS = 400;

/** Answers of the door, used for at most 500 ms from *sending* the question: switching off waits that long before it is acknowledged. */
export class DoorLeases {
  private readonly leases = new Map<string, { asked: number; days: [Day, Day]; answer: Promise<DoorAnswer> }>();

  constructor(
    private readonly door: Door,
    /** Milliseconds that never go backwards. */
    private readonly monotonic: () => number,
  ) {}

  /** A fresh answer that covers these days. Throws `unavailable` (503) when the door does not answer in time. */
  async take(key: DoorKey, [first, last]: [Day, Day]): Promise<Lease> {
    const name = `${key.subject} ${key.org} ${key.source}`;
    const known = this.leases.get(name);
    const usable = known && this.isFresh(known.asked) && known.days[0] <= first && known.days[1] >= last;
    const lease = usable
      ? known
      : {
          asked: this.monotonic(),
          days: [first, last] as [Day, Day],
          answer: inTime(this.door.ask({ ...key, days: [first, last] })),
        };
    if (!usable) this.keep(name, lease);
    try {
      return { answer: await lease.answer, fresh: () => this.isFresh(lease.asked) };
    } catch (cause) {
      this.leases.delete(name);
      throw problems.unavailable('consent cannot be asked right now; send the batch again later', {
        headers: { 'retry-after': '2' },
        cause,
      });
    }
  }

  private keep(name: string, lease: { asked: number; days: [Day, Day]; answer: Promise<DoorAnswer> }): void {
    if (this.leases.size > 1_000)
      for (const [old, { asked }] of this.leases) if (!this.isFresh(asked)) this.leases.delete(old);
    this.leases.set(name, lease);
  }

  private isFresh(asked: number): boolean {
    return this.monotonic() - asked < DOOR_LEASE_MS;
  }
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error('the door did not answer in time')), TIMEOUT_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Days that moments touch, a day wider on both sides so that any zone is covered. */
export function daysAround(moments: readonly number[], now: number): [Day, Day] {
  const at = (moment: number) =>
    Day.parse(new Date(Math.min(Math.max(moment, 0), 4_102_444_800_000)).toISOString().slice(0, 10));
  const first = moments.reduce((least, moment) => Math.min(least, moment), now);
  const last = moments.reduce((most, moment) => Math.max(most, moment), now);
  return [at(first - 86_400_000), at(last + 86_400_000)];
}
