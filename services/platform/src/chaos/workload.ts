import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONSENT_TEXT_VERSION, type DayView, type ErasureCase } from '@daybook/contracts';
import { type Account, deviceToken, postBatch, save, today } from '@daybook/testing';
import type { Acknowledged, Attempt, Person, Read, Sent } from './oracle.js';

const EVENTS_A_BATCH = 3;
/** An agent waits between two tries of a batch. */
const AGAIN_MS = 100;
/** Nobody answers for this long: the agent tries again, as with no answer. */
const PATIENCE_MS = 15_000;

export type Case = Pick<ErasureCase, 'caseRef' | 'state' | 'stores'>;
interface Told extends Sent {
  attempts: Attempt[];
}

/** One person with an agent that posts until it is told something, who switches, erases and looks, and notes what was said when. */
export class Worker implements Person {
  readonly sent: Told[] = [];
  readonly switchedOff: Acknowledged[] = [];
  readonly switchedOn: Acknowledged[] = [];
  readonly erased: Acknowledged[] = [];
  readonly reads: Read[] = [];
  private readonly days = new Set<string>();
  private stopped = false;

  private constructor(
    private readonly account: Account,
    private readonly token: string,
    private readonly name: string,
    private readonly random: () => number,
    private readonly clock: () => number,
  ) {}

  static async of(account: Account, name: string, random: () => number, clock: () => number): Promise<Worker> {
    const worker = new Worker(account, await deviceToken(account), name, random, clock);
    await worker.turn('on');
    return worker;
  }

  /** Posts, and switches and erases where told, until {@link stop}; resolves when every batch has had its answer. */
  async work(changes: boolean): Promise<void> {
    await Promise.all([this.posts(), this.posts(), this.looks(), changes && this.changes()]);
  }

  stop(): void {
    this.stopped = true;
  }

  /** What stands on the person's days, as they see it; undefined while it cannot be shown. */
  async look(): Promise<Read | undefined> {
    const startedAt = this.clock();
    const counts = new Map<string, number>();
    for (const day of this.days.add(today())) {
      const view = await this.ask<DayView>('GET', `/v1/days/${day}`);
      if (view?.status !== 200) return undefined;
      for (const { detail, count } of view.body.activity)
        counts.set(String(detail.path), (counts.get(String(detail.path)) ?? 0) + count);
    }
    return { startedAt, counts };
  }

  /** Every case that the person ever opened; undefined while nobody can say. */
  async cases(): Promise<Case[] | undefined> {
    const answer = await this.ask<{ items: Case[] }>('GET', '/v1/privacy/erasures');
    return answer?.status === 200 ? answer.body.items : undefined;
  }

  /** What the oracle knows of these paths. */
  evidence(paths: readonly string[]): object {
    const { switchedOff, switchedOn, erased } = this;
    return { sent: this.sent.filter(({ path }) => paths.includes(path)), switchedOff, switchedOn, erased };
  }

  private async posts(): Promise<void> {
    while (!this.stopped) {
      const mark = `${this.name}/${this.sent.length}-${randomUUID()}`;
      const told = Array.from({ length: EVENTS_A_BATCH }, (_, n) => ({
        path: `/${mark}/${n}.md`,
        attempts: [] as Attempt[],
      }));
      this.sent.push(...told);
      this.days.add(today());
      await this.post(told);
      await sleep(this.random() * 150);
    }
  }

  private async post(told: Told[]): Promise<void> {
    const [batchId, events] = [randomUUID(), told.map(({ path }) => save(path))];
    for (;;) {
      const startedAt = this.clock();
      const { status, body } = await withPatience(postBatch(this.account.url, this.token, 'files', events, batchId), {
        status: 0,
        body: { accepted: 0 },
      });
      const attempt = { startedAt, endedAt: this.clock(), status, accepted: body.accepted ?? 0 };
      for (const one of told) one.attempts.push(attempt);
      if (status !== 0 && status < 429) return;
      await sleep(AGAIN_MS);
    }
  }

  private async changes(): Promise<void> {
    while (!this.stopped) {
      await sleep(1_000 + this.random() * 3_000);
      if (this.stopped) return;
      if (this.random() < 0.5) await this.erase();
      else {
        await this.turn('off');
        await sleep(300 + this.random() * 1_500);
        await this.turn('on');
      }
    }
  }

  private async looks(): Promise<void> {
    while (!this.stopped) {
      await sleep(500 + this.random() * 1_500);
      const read = await this.look();
      if (read) this.reads.push(read);
    }
  }

  /** Until it is acknowledged: the intervals in which it may or may not have happened are the oracle's business. */
  private async turn(state: 'on' | 'off'): Promise<void> {
    const startedAt = this.clock();
    await this.until(
      'PUT',
      '/v1/privacy/consents/files',
      { state, ...(state === 'on' && { version: CONSENT_TEXT_VERSION }) },
      200,
    );
    (state === 'on' ? this.switchedOn : this.switchedOff).push({ startedAt, endedAt: this.clock() });
  }

  private async erase(): Promise<void> {
    const startedAt = this.clock();
    await this.until('POST', '/v1/privacy/erasures', { scope: 'source', source: 'files' }, 202);
    this.erased.push({ startedAt, endedAt: this.clock() });
  }

  private async until(method: string, path: string, body: unknown, status: number): Promise<unknown> {
    for (;;) {
      const answer = await this.ask(method, path, body);
      if (answer?.status === status) return answer.body;
      if (answer && answer.status < 500 && answer.status !== 429)
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      await sleep(AGAIN_MS);
    }
  }

  /** Undefined: nobody answered. */
  private ask<Body>(method: string, path: string, body?: unknown) {
    const answer = this.account.call<Body>(method, path, body).catch(() => undefined);
    return withPatience(answer, undefined);
  }
}

function withPatience<T, U>(answer: Promise<T>, otherwise: U): Promise<T | U> {
  const { promise, resolve } = Promise.withResolvers<U>();
  const timer = setTimeout(() => resolve(otherwise), PATIENCE_MS);
  return Promise.race([answer, promise]).finally(() => clearTimeout(timer));
}
