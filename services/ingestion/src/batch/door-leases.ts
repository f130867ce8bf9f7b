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
import type { CapturedEvent } from './parse-events.js';

export interface Lease {
  answer: DoorAnswer;
  fresh(): boolean;
}
export interface DoorKey {
  subject: SubjectRef;
  org: OrgRef;
  source: Source;
}

interface Question {
  sent: number;
  days: [Day, Day];
  answer: Promise<DoorAnswer>;
}
const nameOf = ({ subject, org, source }: DoorKey): string => `${subject} ${org} ${source}`;

const TIMEOUT_MS = 400;
const DAY_MS = 86_400_000;

/** Answers of the door, used for at most 500 ms from *sending* the question: switching off waits that long before it is acknowledged. */
export class DoorLeases {
  private readonly questions = new Map<string, Question>();

  constructor(
    private readonly door: Door,
    /** Milliseconds that never go backwards. */
    private readonly monotonic: () => number,
  ) {}

  /** A fresh answer that covers these days. Throws `unavailable` (503) when the door does not answer in time. */
  async take(key: DoorKey, days: [Day, Day]): Promise<Lease> {
    const question = this.asked(key, days) ?? this.ask(key, days);
    try {
      return { answer: await question.answer, fresh: () => this.isFresh(question) };
    } catch (cause) {
      if (this.questions.get(nameOf(key)) === question) this.questions.delete(nameOf(key));
      throw problems.unavailable('consent cannot be asked right now; send the batch again later', {
        headers: { 'retry-after': '2' },
        cause,
      });
    }
  }

  private asked(key: DoorKey, [first, last]: [Day, Day]): Question | undefined {
    const known = this.questions.get(nameOf(key));
    return known && this.isFresh(known) && known.days[0] <= first && known.days[1] >= last ? known : undefined;
  }

  private ask(key: DoorKey, days: [Day, Day]): Question {
    if (this.questions.size > 1_000)
      for (const [name, old] of this.questions) if (!this.isFresh(old)) this.questions.delete(name);
    const question = { sent: this.monotonic(), days, answer: inTime(this.door.ask({ ...key, days })) };
    this.questions.set(nameOf(key), question);
    return question;
  }

  private isFresh({ sent }: Question): boolean {
    return this.monotonic() - sent < DOOR_LEASE_MS;
  }
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error('the door did not answer in time')), TIMEOUT_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Days that a batch touches, a day wider on both sides so that any zone is covered. What is dropped as too far ahead needs no key. */
export function daysAround(captured: readonly CapturedEvent[], now: number): [Day, Day] {
  let [first, last] = [now, now];
  for (const { at, mayBeAhead } of captured) {
    if (at < first) first = at;
    if (at > last && at <= now + mayBeAhead) last = at;
  }
  const day = (at: number) => Day.parse(new Date(at).toISOString().slice(0, 10));
  return [day(first - DAY_MS), day(last + DAY_MS)];
}
