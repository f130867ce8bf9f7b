import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DayView } from '@daybook/contracts';
import { type Account, postBatch, save, today } from '@daybook/testing';

export interface Answer {
  startedAt: number;
  endedAt: number;
  /** Which try of its batch. */
  attempt: number;
  status: number;
  retryAfter?: number;
  /** The problem of a refusal. */
  refusal?: string;
}

const PACE_MS = 100;
const AGAIN_MS = 500;

/** An agent that posts one batch of three saves after another, each until it is taken, and notes every answer. */
export class Posting {
  readonly answers: Answer[] = [];
  /** Paths of acknowledged saves. */
  readonly acknowledged: string[] = [];
  private stopped = false;
  private readonly loop: Promise<void>;

  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly name: string,
  ) {
    this.loop = this.run();
  }

  /** Resolves when the batch in hand was taken. */
  stop(): Promise<void> {
    this.stopped = true;
    return this.loop;
  }

  private async run(): Promise<void> {
    for (let n = 0; !this.stopped; n++, await sleep(PACE_MS))
      await this.post([1, 2, 3].map((part) => `/${this.name}/${n}-${part}.md`));
  }

  private async post(paths: string[]): Promise<void> {
    const [batchId, events] = [randomUUID(), paths.map((path) => save(path))];
    for (let attempt = 1; ; attempt++) {
      const startedAt = performance.now();
      const { status, retryAfter, body } = await postBatch(this.url, this.token, 'files', events, batchId);
      this.answers.push({
        startedAt,
        endedAt: performance.now(),
        attempt,
        status,
        ...(retryAfter && { retryAfter }),
        ...(status !== 202 && { refusal: JSON.stringify(body) }),
      });
      if (status === 202) {
        this.acknowledged.push(...paths);
        return;
      }
      await sleep(AGAIN_MS);
    }
  }
}

const DAYS = new Set<string>();

/** How often each path stands on the person's days since this process began. */
export async function seen(account: Account): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const day of DAYS.add(today())) {
    const view = await account.call<DayView>('GET', `/v1/days/${day}`);
    if (view.status !== 200) throw new Error(`day: ${view.status} ${JSON.stringify(view.body)}`);
    for (const { detail, count } of view.body.activity)
      counts.set(String(detail.path), (counts.get(String(detail.path)) ?? 0) + count);
  }
  return counts;
}

export const audit = (counts: ReadonlyMap<string, number>, paths: readonly string[]) => ({
  lost: paths.filter((path) => !counts.has(path)),
  doubled: paths.filter((path) => (counts.get(path) ?? 0) > 1),
});
